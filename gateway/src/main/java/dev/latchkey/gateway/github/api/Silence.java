package dev.latchkey.gateway.github.api;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * Ends a body that stays away while its reader waits for it. A reader that takes its time is no silence: while nothing is asked
 * for, it is for the reader to go on, and that has a longer end of its own.
 *
 * <p>It looks now and then whether anything has happened, so a part costs no timer; an end may come late by one look.
 */
final class Silence extends Flux<ByteBuf> {

    private static final int LOOKS = 6;

    private final Flux<ByteBuf> body;
    private final Bounds bounds;
    private final Scheduler loop;

    /**
     * How long nothing may happen.
     *
     * @param sender while a part is awaited
     * @param reader while none is asked for
     */
    record Bounds(Duration sender, Duration reader) {}

    /** @param loop where the parts arrive, and where looks are taken */
    Silence(Flux<ByteBuf> body, Bounds bounds, Scheduler loop) {
        this.body = body;
        this.bounds = bounds;
        this.loop = loop;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> reader) {
        body.subscribe(new Listener(reader, bounds, loop));
    }

    private static final class Listener implements CoreSubscriber<ByteBuf>, Subscription {

        private static final AtomicLongFieldUpdater<Listener> ASKED =
                AtomicLongFieldUpdater.newUpdater(Listener.class, "asked");

        private final CoreSubscriber<? super ByteBuf> reader;
        private final Scheduler loop;
        private final long lookEvery;
        private final long readersLooks;

        private @Nullable Subscription source;
        private @Nullable Disposable looking;
        private boolean over;
        private long quietLooks;
        private volatile boolean stirred;
        private volatile long asked;

        Listener(CoreSubscriber<? super ByteBuf> reader, Bounds bounds, Scheduler loop) {
            this.reader = reader;
            this.loop = loop;
            this.lookEvery = Math.max(1, bounds.sender().toMillis() / LOOKS);
            this.readersLooks = Math.max(1, bounds.reader().toMillis() / lookEvery);
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            source = subscription;
            looking = loop.schedulePeriodically(this::look, lookEvery, lookEvery, TimeUnit.MILLISECONDS);
            reader.onSubscribe(this);
        }

        private void look() {
            if (stirred) {
                stirred = false;
                quietLooks = 0;
                return;
            }
            quietLooks++;
            if (quietLooks >= (asked > 0 ? LOOKS : readersLooks)) {
                giveUp();
            }
        }

        private void giveUp() {
            if (end()) {
                if (source != null) {
                    source.cancel();
                }
                reader.onError(new TimeoutException(
                        asked > 0 ? "GitHub sent nothing for too long" : "Nothing was read for too long"));
            }
        }

        @Override
        public void onNext(ByteBuf part) {
            if (over) {
                part.release();
                return;
            }
            stirred = true;
            Operators.produced(ASKED, this, 1);
            reader.onNext(part);
        }

        @Override
        public void onError(Throwable failure) {
            if (end()) {
                reader.onError(failure);
            }
        }

        @Override
        public void onComplete() {
            if (end()) {
                reader.onComplete();
            }
        }

        private boolean end() {
            boolean first = !over;
            over = true;
            if (looking != null) {
                looking.dispose();
            }
            return first;
        }

        @Override
        public void request(long n) {
            stirred = true;
            Operators.addCap(ASKED, this, n);
            if (source != null) {
                source.request(n);
            }
        }

        @Override
        public void cancel() {
            end();
            if (source != null) {
                source.cancel();
            }
        }
    }
}
