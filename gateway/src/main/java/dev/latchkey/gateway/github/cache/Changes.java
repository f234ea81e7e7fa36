package dev.latchkey.gateway.github.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What is known to have changed at GitHub, and when. An answer that was asked for before a change of what it tells of is not
 * given any more until GitHub has confirmed it; nothing has to be searched for and thrown away.
 *
 * <p>Changes are numbered. An answer bears the number of the newest change from before it was asked for, so one that was
 * under way during a change is taken for old as well.
 */
public final class Changes implements AutoCloseable {

    /** In place of a person: seen by everybody. */
    public static final String EVERYBODY = "*";

    private static final Logger LOG = LoggerFactory.getLogger(Changes.class);
    /** All that is at and below a path. */
    private static final String EVERYTHING = "/";
    /** Who sees what is at and below a path. */
    private static final String ACCESS = "!";

    private static final String TOPIC = "github-changed";
    /** In bytes, by and large. */
    private static final long MOST = 48 << 20;

    private static final int OVERHEAD = 120;
    /** Longer than any answer is given without having been confirmed. */
    private static final Duration REMEMBERED = Duration.ofHours(25);
    /** By how much the clocks of two nodes may differ. */
    private static final long SKEW = 5_000;

    private final Store store;
    private final Clock clock;
    private final Disposable heard;
    private final String node = UUID.randomUUID().toString();
    private final AtomicLong newest = new AtomicLong();
    /** Everything asked for before this change is old. */
    private final AtomicLong floor = new AtomicLong();
    /** The same, as a time: what happened before was perhaps not heard of, or is forgotten. */
    private final AtomicLong floorTime = new AtomicLong();

    private final Cache<String, Noted> changes = Caffeine.newBuilder()
            .maximumWeight(MOST)
            .<String, Noted>weigher((what, change) -> OVERHEAD + what.length())
            .expireAfterWrite(REMEMBERED)
            .executor(Runnable::run)
            .evictionListener(this::forgotten)
            .build();
    /** Repositories that GitHub's links name by number. */
    private final Cache<String, String> numbered =
            Caffeine.newBuilder().maximumSize(20_000).build();

    public Changes(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
        this.floorTime.set(clock.millis());
        this.heard = store.listen(TOPIC).subscribe(this::hear);
    }

    /** What was forgotten for want of room must not make old answers young. */
    private void forgotten(@Nullable String what, @Nullable Noted change, RemovalCause cause) {
        if (cause == RemovalCause.SIZE && change != null) {
            floor.accumulateAndGet(change.number(), Math::max);
            floorTime.accumulateAndGet(change.at(), Math::max);
        }
    }

    /** @param at when this node heard of it, in milliseconds */
    private record Noted(long number, long at) {}

    /** The number to ask GitHub under. */
    long now() {
        return newest.get();
    }

    /** Whether nothing that such an answer tells of has changed since. */
    boolean isUntouched(String person, String path, long since) {
        if (since >= newest.get()) {
            return true;
        }
        if (since < floor.get()) {
            return false;
        }
        return isUntouched(person, path, EVERYTHING, change -> change.number() > since);
    }

    /** The same of a repository that was not there for that person: whether they may have come to see it. */
    boolean isStillHidden(String person, String path, long since) {
        return since >= newest.get()
                || (since >= floor.get() && isUntouched(person, path, ACCESS, change -> change.number() > since));
    }

    /**
     * The same of an answer that another node was given, or this one in an earlier life: nothing that it tells of has changed
     * since a time at which it had not been asked for yet, and this node has missed no message since.
     *
     * @param asked when it was asked for, by the clock of whoever did, in milliseconds
     */
    boolean isUntouchedSince(String person, String path, long asked) {
        return isUntouchedSince(person, path, EVERYTHING, asked);
    }

    boolean isStillHiddenSince(String person, String path, long asked) {
        return isUntouchedSince(person, path, ACCESS, asked);
    }

    private boolean isUntouchedSince(String person, String path, String scope, long asked) {
        long before = asked - SKEW;
        boolean comparable = before > floorTime.get() && asked <= clock.millis() + SKEW;
        return comparable && isUntouched(person, path, scope, change -> change.at() >= before);
    }

    private boolean isUntouched(String person, String path, String scope, Predicate<Noted> later) {
        String plain = Paths.plain(path);
        String named = named(plain);
        return isUntouchedAs(plain, person, scope, later)
                && (named.equals(plain) || isUntouchedAs(named, person, scope, later));
    }

    private boolean isUntouchedAs(String plain, String person, String scope, Predicate<Noted> later) {
        if (isThere(key(person, "=", plain), later)) {
            return false;
        }
        for (String above = plain; ; above = Paths.parent(above)) {
            if (isThere(key(person, EVERYTHING, above), later) || isThere(key(EVERYBODY, scope, above), later)) {
                return false;
            }
            if (above.isEmpty()) {
                return true;
            }
        }
    }

    private boolean isThere(String key, Predicate<Noted> later) {
        Noted change = changes.getIfPresent(key);
        return change != null && later.test(change);
    }

    /**
     * A write succeeded: of what it wrote to, of all below, and of each collection above, that person sees something new.
     * Within a repository one thing shows in many places, an issue as a pull request and a reference as a branch, so all of
     * the repository is confirmed.
     */
    Mono<Void> written(String person, Set<String> paths) {
        return Flux.fromIterable(paths)
                .map(Paths::plain)
                .flatMapIterable(path -> new LinkedHashSet<>(List.of(path, named(path))))
                .map(Changes::reached)
                .distinct()
                .concatMap(path -> tell(key(person, EVERYTHING, path)).then(collections(person, Paths.parent(path))))
                .then();
    }

    private static String reached(String path) {
        String repository = Paths.repository(path);
        return repository == null ? path : repository;
    }

    /** GitHub refused what that person was given before: no node gives it any more without having asked. */
    Mono<Void> refused(String person, String path) {
        String plain = Paths.plain(path);
        return tell(key(person, plain.equals(Paths.repository(plain)) ? EVERYTHING : "=", plain));
    }

    /** Who sees a repository is another, by whichever of its names. */
    Mono<Void> opened(String repository) {
        return Flux.fromIterable(new LinkedHashSet<>(List.of(repository, named(repository))))
                .concatMap(path -> below(EVERYBODY, path))
                .then();
    }

    private Mono<Void> collections(String person, String path) {
        return path.isEmpty()
                ? Mono.empty()
                : tell(key(person, "=", path)).then(Mono.defer(() -> collections(person, Paths.parent(path))));
    }

    /** Everything at and below a path is another for that person, or for {@link #EVERYBODY}, and so is who sees it. */
    public Mono<Void> below(String person, String path) {
        String plain = Paths.plain(path);
        Mono<Void> told = tell(key(person, EVERYTHING, plain));
        return person.equals(EVERYBODY) ? told.then(tell(key(EVERYBODY, ACCESS, plain))) : told;
    }

    /** Something at or below a path is another, but nobody sees more or less of it than before. */
    Mono<Void> within(String path) {
        return tell(key(EVERYBODY, EVERYTHING, Paths.plain(path)));
    }

    /** Here at once, and then on every other node. */
    private Mono<Void> tell(String key) {
        note(key);
        return store.publish(TOPIC, node + ' ' + key);
    }

    /** In this order, so that nobody sees the number of a change and not the change. */
    private synchronized void note(String key) {
        long number = newest.get() + 1;
        changes.put(key, new Noted(number, clock.millis()));
        newest.set(number);
    }

    private void hear(String message) {
        if (message.equals(Store.GAP)) {
            forgetAll();
            LOG.debug("Changes may have been missed: everything is confirmed before it is given again");
        } else if (!message.startsWith(node)) {
            note(message.substring(message.indexOf(' ') + 1));
        }
    }

    private synchronized void forgetAll() {
        long number = newest.get() + 1;
        floor.set(number);
        floorTime.set(clock.millis());
        newest.set(number);
    }

    private static String key(String person, String scope, String path) {
        return person + ' ' + scope + ' ' + path;
    }

    /** GitHub's links name a repository by its number: both names are one. */
    void learn(String path, @Nullable String link) {
        int at = link == null ? -1 : link.indexOf("/repositories/");
        String[] segments = path.split("/", 5);
        if (link == null || at < 0 || segments.length < 4 || !segments[1].equals("repos")) {
            return;
        }
        String number = link.substring(at + "/repositories/".length()).split("[^0-9]", 2)[0];
        numbered.put(number, Paths.plain("/repos/" + segments[2] + '/' + segments[3]));
    }

    private String named(String path) {
        if (!path.startsWith("/repositories/")) {
            return path;
        }
        String[] segments = path.split("/", 4);
        String name = numbered.getIfPresent(segments[2]);
        return name == null ? path : segments.length > 3 ? name + '/' + segments[3] : name;
    }

    @Override
    public void close() {
        heard.dispose();
    }
}
