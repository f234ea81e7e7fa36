package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.Store;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A gateway's vault in simulated time: it can die, stand still for a while, hear nothing, and its clock is not quite right. */
final class SimulatedNode {

    private final String name;
    private final SimulatedTime time;
    private final long skew;
    private boolean dead;
    private boolean deaf;
    private long standsStillUntil;

    private final StoredTokens tokens;
    private final TokenVault vault;
    private final AsPerson asPerson;
    private final TokenEndings endings;
    private final Recheck recheck;

    SimulatedNode(
            String name,
            SimulatedTime time,
            long skew,
            KeyRing keys,
            SimulatedStore shared,
            SimulatedProvider provider,
            SimulatedSessions sessions,
            MeterRegistry meters) {
        this.name = name;
        this.time = time;
        this.skew = skew;
        Clock clock = new NodeClock();
        Scheduler timer = new NodeTimer();
        Store store = shared.as(this);
        TokenSource connection = provider.as(this);
        TokenSources source = any -> connection;
        tokens = new StoredTokens(store, keys);
        Refresher refresher = new Refresher(
                tokens,
                source,
                Life.USUAL,
                new Pause(store, clock),
                person -> sessions.endAll(this, person),
                new Outcomes(meters),
                clock,
                timer);
        vault = new TokenVault(tokens, refresher, source, Life.USUAL, (person, record) -> Mono.empty(), clock);
        asPerson = new AsPerson(vault, tokens, source, refresher, timer);
        recheck = new Recheck(tokens, source, refresher, Duration.ofMillis(1), clock);
        Recheck never = new Recheck(tokens, source, refresher, Duration.ZERO, clock);
        endings = new TokenEndings(tokens, source, never, person -> sessions.isSignedIn(this, person));
    }

    TokenVault vault() {
        return vault;
    }

    AsPerson asPerson() {
        return asPerson;
    }

    TokenEndings endings() {
        return endings;
    }

    Recheck recheck() {
        return recheck;
    }

    StoredTokens tokens() {
        return tokens;
    }

    boolean isDead() {
        return dead;
    }

    boolean isDeaf() {
        return deaf;
    }

    /** When it last began to go on again, or will. */
    long standsStillUntil() {
        return standsStillUntil;
    }

    void die() {
        dead = true;
    }

    void setDeaf(boolean deaf) {
        this.deaf = deaf;
    }

    void standStill(long millis) {
        standsStillUntil = Math.max(standsStillUntil, time.now() + millis);
    }

    /** Happens on this node after that time, or when it goes on, or never if it is dead. */
    void later(long millis, Runnable run) {
        time.after(millis, () -> now(run));
    }

    private void now(Runnable run) {
        if (dead) {
            return;
        }
        if (time.now() < standsStillUntil) {
            time.after(standsStillUntil - time.now(), () -> now(run));
        } else {
            run.run();
        }
    }

    @Override
    public String toString() {
        return name;
    }

    static String keyOf(PersonId person) {
        return "token:" + person;
    }

    private final class NodeClock extends Clock {

        @Override
        public long millis() {
            return time.now() + skew;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    private final class NodeTimer implements Scheduler {

        @Override
        public Disposable schedule(Runnable task) {
            return schedule(task, 0, TimeUnit.MILLISECONDS);
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            Disposable handle = Disposables.single();
            later(unit.toMillis(delay), () -> {
                if (!handle.isDisposed()) {
                    task.run();
                }
            });
            return handle;
        }

        @Override
        public Worker createWorker() {
            throw new UnsupportedOperationException("nothing in the vault needs one");
        }

        @Override
        public void dispose() {
            // It holds nothing.
        }
    }
}
