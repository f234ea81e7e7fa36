package dev.latchkey.gateway.membership;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A person's organisations and teams as backends are told of them: {@code acme}, {@code acme:eng}, in lower case and in
 * order. Cut at a whole name when they grow too long for a header.
 *
 * @param joined the names with commas between them; the same object as long as nothing changes
 */
public record Groups(List<String> names, String joined) {

    /** Somebody of whom nothing is known. */
    public static final Groups NONE = new Groups(List.of(), "");

    private static final int LONGEST = 4000;

    static Groups of(Stream<Reading.Entry> organizations, Stream<Reading.Entry> teams) {
        TreeSet<String> organizationNames = new TreeSet<>();
        TreeSet<String> teamNames = new TreeSet<>();
        organizations.forEach(entry -> organizationNames.add(plain(entry.organization())));
        teams.forEach(entry -> {
            organizationNames.add(plain(entry.organization()));
            teamNames.add(plain(entry.organization() + ':' + Objects.requireNonNull(entry.name())));
        });
        List<String> names = new ArrayList<>();
        int length = 0;
        for (String name : (Iterable<String>) Stream.concat(organizationNames.stream(), teamNames.stream())::iterator) {
            length += name.length() + 1;
            if (length > LONGEST) {
                break;
            }
            names.add(name);
        }
        return names.isEmpty() ? NONE : new Groups(List.copyOf(names), String.join(",", names));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
