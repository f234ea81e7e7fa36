package dev.latchkey.gateway.github.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Something at GitHub that can be read, and all that it ever was. */
final class Resource {

    static final int PAGE = 30;
    private static final long MINUTE = 60_000;

    private final String name;
    private final Nature nature;
    private final @Nullable Repository repository;
    /** The moment at which each version came to be. */
    private final List<Long> since = new ArrayList<>(List.of(Long.MIN_VALUE));

    private final Map<String, String> bodies = new HashMap<>();
    private final Map<String, Long> toldTo = new HashMap<>();

    /**
     * What kind of thing it is.
     *
     * @param byRole whether people of different rights see different bytes
     * @param isPage whether it is a page of a list, of {@link #PAGE} elements at most
     * @param isBeyond whether it is a page behind the last one
     * @param next where the next page is, or null
     * @param maxAge in milliseconds
     */
    record Nature(
            boolean byRole,
            boolean isPage,
            boolean isBeyond,
            @Nullable String next,
            long maxAge) {

        static final Nature OBJECT = new Nature(false, false, false, null, MINUTE);
        static final Nature OBJECT_BY_ROLE = new Nature(true, false, false, null, MINUTE);
        static final Nature CONFIRMED_EACH_TIME = new Nature(false, false, false, null, 0);
        static final Nature BEYOND = new Nature(false, true, true, null, MINUTE);
        static final Nature FOR_A_DAY = new Nature(false, false, false, null, 1_440 * MINUTE);

        static Nature page(@Nullable String next) {
            return new Nature(false, true, false, next, MINUTE);
        }
    }

    Resource(String name, Nature nature, @Nullable Repository repository) {
        this.name = name;
        this.nature = nature;
        this.repository = repository;
    }

    @Nullable
    Repository repository() {
        return repository;
    }

    Nature nature() {
        return nature;
    }

    void change(long now) {
        since.add(now);
        bodies.clear();
    }

    /** At that moment the gateway learned from that person's own writing that it has changed. */
    void toldTo(String person, long when) {
        toldTo.put(person, when);
    }

    /** When it did, if that was before another moment. */
    long toldBefore(String person, long when) {
        long told = toldTo.getOrDefault(person, Long.MIN_VALUE);
        return told <= when ? told : Long.MIN_VALUE;
    }

    String bodyFor(String person) {
        return bodies.computeIfAbsent(variant(person), variant -> body(since.size() - 1, variant));
    }

    /** Whether that was the body for that person at some moment between two. */
    boolean isTrue(String body, String person, long from, long until) {
        return was(body, variant(person), from, until);
    }

    /** Whether that was ever the body for that person. */
    boolean isTheirs(String body, String person) {
        return was(body, variant(person), Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private boolean was(String body, String variant, long from, long until) {
        for (int version = since.size() - 1; version >= 0; version--) {
            long end = version + 1 < since.size() ? since.get(version + 1) : Long.MAX_VALUE;
            if (end < from) {
                return false;
            }
            if (since.get(version) <= until && body.equals(body(version, variant))) {
                return true;
            }
        }
        return false;
    }

    private String variant(String person) {
        return nature.byRole() && repository != null ? repository.roleOf(person) : "";
    }

    private String body(int version, String variant) {
        String role = variant.isEmpty() ? "" : ",\"role\":\"" + variant + '"';
        String one = "{\"of\":\"" + name + "\",\"version\":" + version + role + '}';
        return nature.isPage()
                ? IntStream.range(0, elements(version))
                        .mapToObj(i -> i == 0 ? one : "{\"n\":" + i + '}')
                        .collect(Collectors.joining(",", "[", "]"))
                : one;
    }

    /** A last page is of any length, now and then a full one. */
    private int elements(int version) {
        if (nature.isBeyond()) {
            return 0;
        }
        return nature.next() != null ? PAGE : 1 + Math.floorMod((name + version).hashCode(), PAGE);
    }
}
