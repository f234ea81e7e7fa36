package dev.latchkey.gateway.web;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * What happens between being told to stop and stopping. At once the gateway says that it is not ready, goes on serving, and
 * asks each client for a new connection, which a balancer makes elsewhere. After the notice, when the balancers know, it says
 * goodbye to everything that would stay open; then the server ends what is still being answered and takes nothing more.
 */
public final class Drain implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    /** Before the phase in which the server stops taking connections; the higher stops first. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 512;

    private enum State {
        SERVING,
        BEGUN,
        OVER
    }

    private final Duration notice;
    private final Scheduler timer;
    private final Set<Lasting> lasting = ConcurrentHashMap.newKeySet();
    private volatile State state = State.SERVING;
    private volatile boolean running;

    /**
     * @param notice how long requests are served after the gateway was told to stop
     * @param timer what tells when that is over
     */
    public Drain(Duration notice, Scheduler timer) {
        this.notice = notice;
        this.timer = timer;
    }

    /** True from the moment the gateway was told to stop. */
    public boolean hasBegun() {
        return state != State.SERVING;
    }

    /**
     * Remembers something that lasts until the returned handle is disposed of.
     *
     * @param goodbye ends it, with words that make its client come again; run when the notice is over, at once if it already
     *     is; must not block
     */
    public Disposable remember(Runnable goodbye) {
        return remember(() -> {}, goodbye);
    }

    /**
     * The same for something that can be asked to begin nothing new before that.
     *
     * @param notice asks so; run when the gateway is told to stop, and not before the goodbye for what begins later: whoever
     *     comes then was still sent here, and has nowhere else to go; must not block
     */
    public Disposable remember(Runnable notice, Runnable goodbye) {
        Lasting entry = new Lasting(notice, goodbye);
        lasting.add(entry);
        if (state == State.OVER) {
            entry.leave();
        }
        return entry;
    }

    private final class Lasting implements Disposable {

        private final AtomicReference<@Nullable Runnable> notice;
        private final Runnable goodbye;

        Lasting(Runnable notice, Runnable goodbye) {
            this.notice = new AtomicReference<>(notice);
            this.goodbye = goodbye;
        }

        void hear() {
            Runnable unheard = notice.getAndSet(null);
            if (unheard != null) {
                unheard.run();
            }
        }

        void leave() {
            if (lasting.remove(this)) {
                hear();
                goodbye.run();
            }
        }

        @Override
        public void dispose() {
            lasting.remove(this);
        }
    }

    @Override
    public void start() {
        state = State.SERVING;
        running = true;
    }

    @Override
    public void stop() {
        leave();
    }

    @Override
    public void stop(Runnable done) {
        state = State.BEGUN;
        lasting.forEach(Lasting::hear);
        if (notice.isZero()) {
            leave();
            done.run();
            return;
        }
        LOG.info("Told to stop: not ready any more, and serving for {} s until balancers know", notice.toSeconds());
        Mono.delay(notice, timer).subscribe(over -> {
            leave();
            done.run();
        });
    }

    private void leave() {
        state = State.OVER;
        lasting.forEach(Lasting::leave);
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
