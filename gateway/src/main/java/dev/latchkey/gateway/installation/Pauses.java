package dev.latchkey.gateway.installation;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Holds back an App's calls after GitHub's rate limit was reached, on all nodes. Where GitHub does not say how long, it is
 * a minute, and twice as long each time it happens again soon after.
 */
final class Pauses {

    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration REMEMBERED = Duration.ofMinutes(10);

    private final Store store;
    private final Clock clock;

    Pauses(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    private record Pause(Instant until, Duration length) {

        byte[] write() {
            return (until.toEpochMilli() + " " + length.toMillis()).getBytes(US_ASCII);
        }

        static Pause read(byte[] bytes) {
            String[] numbers = new String(bytes, US_ASCII).split(" ", 2);
            return new Pause(
                    Instant.ofEpochMilli(Long.parseLong(numbers[0])), Duration.ofMillis(Long.parseLong(numbers[1])));
        }
    }

    /** Completes if the App may call, or fails with {@code github.limited}. */
    Mono<Void> check(App app) {
        return store.get(key(app)).map(Pause::read).flatMap(pause -> {
            Duration left = Duration.between(clock.instant(), pause.until());
            return left.isNegative() || left.isZero() ? Mono.empty() : Mono.error(limited(left));
        });
    }

    /** Fails with {@code github.limited}, after seeing to it that nobody calls before that time. */
    <T> Mono<T> begin(App app, @Nullable Duration said) {
        String key = key(app);
        return store.get(key)
                .map(bytes -> next(Pause.read(bytes), said))
                .defaultIfEmpty(pauseOf(said == null ? FIRST : said))
                .flatMap(pause -> store.put(key, pause.write(), pause.until().plus(REMEMBERED))
                        .then(Mono.error(() -> limited(Duration.between(clock.instant(), pause.until())))));
    }

    private Pause next(Pause known, @Nullable Duration said) {
        if (known.until().isAfter(clock.instant())) {
            // Another call was under way when the limit was first met: no new offence.
            return said == null || known.until().isAfter(clock.instant().plus(said)) ? known : pauseOf(said);
        }
        Duration twice = known.length().multipliedBy(2);
        Duration longer = twice.compareTo(FIRST) < 0 ? FIRST : twice;
        return pauseOf(said != null ? said : longer.compareTo(LONGEST) > 0 ? LONGEST : longer);
    }

    private Pause pauseOf(Duration length) {
        return new Pause(clock.instant().plus(length), length);
    }

    private static Problem limited(Duration left) {
        return Problem.of(ProblemCode.GITHUB_LIMITED).retryAfter(left);
    }

    private static String key(App app) {
        return "installation-pause:" + Digest.of(List.of(app.api(), app.id()));
    }
}
