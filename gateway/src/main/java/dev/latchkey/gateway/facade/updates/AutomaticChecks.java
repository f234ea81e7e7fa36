package dev.latchkey.gateway.facade.updates;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.PersonId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Looks for a newer release on the interval, and says so in the log once for each. It asks as whoever asked last, so that
 * it needs no token of its own; until somebody has, and after that person's sign-in has ended, it does not look.
 */
final class AutomaticChecks implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AutomaticChecks.class);
    private static final Duration TICK = Duration.ofSeconds(1);

    private final UpdateCheck check;
    private final SemanticVersion current;
    private final Duration interval;
    private final Clock clock;
    private final AtomicReference<@Nullable Asked> last = new AtomicReference<>();
    private final Disposable work;
    private volatile String told = "";

    AutomaticChecks(UpdateCheck check, SemanticVersion current, Duration interval, Clock clock) {
        this.check = check;
        this.current = current;
        this.interval = interval;
        this.clock = clock;
        this.work = Flux.interval(TICK)
                .onBackpressureDrop()
                .concatMap(tick -> lookIfDue())
                .subscribe();
    }

    private record Asked(PersonId person, String app, Instant at) {}

    /** That person has just been told what there is. */
    void asked(PersonId person, String app) {
        last.set(new Asked(person, app, clock.instant()));
    }

    private Mono<Void> lookIfDue() {
        Asked asked = last.get();
        Instant now = clock.instant();
        if (asked == null || interval.isZero() || now.isBefore(asked.at().plus(interval))) {
            return Mono.empty();
        }
        last.compareAndSet(asked, new Asked(asked.person(), asked.app(), now));
        return check.look(asked.person(), asked.app())
                .doOnNext(found -> tell(found.release()))
                .then()
                .onErrorResume(failure -> {
                    failed(failure);
                    return Mono.empty();
                });
    }

    private void tell(Release release) {
        if (release.version().isNewerThan(current) && !told.equals(release.tag())) {
            told = release.tag();
            LOG.info("Release {} is out, and {} runs", release.version(), current);
        }
    }

    private void failed(Throwable failure) {
        LOG.info("No release could be looked for: {}", failure.toString());
        if (failure instanceof Problem problem && problem.code() == ProblemCode.SIGN_IN_REQUIRED) {
            last.set(null);
        }
    }

    @Override
    public void close() {
        work.dispose();
    }
}
