package dev.latchkey.gateway.github.cache;

import dev.latchkey.gateway.github.api.ApiAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * One answer's body for all who wait for it, to each as it comes and as fast as they read; whoever began has no part in it
 * that the others have not. When nobody reads any more it ends, unless it is to be kept.
 *
 * <p>A body that may be kept is read to its end at once, whatever its readers do, so that it occupies GitHub no longer than
 * it must. A longer one is read as fast as the fastest does; of what a slower one has yet to read so much is held and no
 * more, and who falls further behind is told so, see {@link Behind}.
 */
final class Broadcast implements CoreSubscriber<ByteBuf> {

    /** So much is held in any case, in bytes, for those who come a moment later. */
    private static final int BEGINNING = 256 * 1024;

    private final ApiAnswer.Stream source;
    private final int window;
    private final int most;
    private final Consumer<byte[]> whole;
    private final Runnable over;

    private final List<byte[]> parts = new ArrayList<>();
    private final Set<Reader> readers = new LinkedHashSet<>();
    /** How many parts, and bytes, were let go. */
    private long goneParts;

    private long gone;
    private long total;
    private boolean keeping;
    private boolean asked;
    private boolean ended;
    private @Nullable Throwable failure;
    private @Nullable Subscription upstream;

    /** A reader is so far behind that what it has to read next is not held any more. */
    static final class Behind extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final long position;

        Behind(long position) {
            super("read " + position + " bytes", null, false, false);
            this.position = position;
        }

        /** How many bytes it has read. */
        long position() {
            return position;
        }
    }

    /**
     * @param length of the body, or less than 0 if that is not known
     * @param most how long a body may be that is kept
     * @param window how many bytes are held for those who are slower than others
     * @param whole is given the body at its end, if it may be kept
     * @param over is run after the end, whatever it was
     */
    Broadcast(ApiAnswer.Stream source, long length, int most, int window, Consumer<byte[]> whole, Runnable over) {
        this.source = source;
        this.keeping = length <= most;
        this.most = most;
        this.window = window;
        this.whole = whole;
        this.over = over;
    }

    void begin() {
        source.bytes().subscribe(this);
    }

    /** Another reader of all of it, or null if it is too late for that. Each has to be read or cancelled. */
    synchronized @Nullable Reader join() {
        if (goneParts > 0 || failure != null) {
            return null;
        }
        Reader reader = new Reader();
        readers.add(reader);
        return reader;
    }

    // From GitHub

    @Override
    public void onSubscribe(Subscription subscription) {
        synchronized (this) {
            upstream = subscription;
        }
        askMore();
    }

    @Override
    public void onNext(ByteBuf arrived) {
        byte[] part = ByteBufUtil.getBytes(arrived);
        arrived.release();
        synchronized (this) {
            asked = false;
            parts.add(part);
            total += part.length;
            keeping &= total <= most;
            letGo();
        }
        if (!endUnread()) {
            goOn();
        }
    }

    @Override
    public void onError(Throwable problem) {
        end(problem);
    }

    @Override
    public void onComplete() {
        byte[] all = all();
        if (all != null) {
            whole.accept(all);
        }
        end(null);
    }

    private synchronized byte @Nullable [] all() {
        if (!keeping || ended) {
            return null;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream((int) total);
        parts.forEach(part -> all.write(part, 0, part.length));
        return all.toByteArray();
    }

    private void end(@Nullable Throwable problem) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            failure = problem;
        }
        over.run();
        everybody().forEach(Reader::drain);
    }

    private void goOn() {
        everybody().forEach(Reader::drain);
        askMore();
    }

    private synchronized List<Reader> everybody() {
        return new ArrayList<>(readers);
    }

    private void askMore() {
        Subscription asking;
        synchronized (this) {
            boolean wanted = keeping || readers.stream().anyMatch(Reader::isHungry);
            if (asked || ended || upstream == null || !wanted) {
                return;
            }
            asked = true;
            asking = upstream;
        }
        asking.request(1);
    }

    /** What all have read, and what is too much to hold for the slowest. Called under the lock. */
    private void letGo() {
        if (keeping || total <= BEGINNING) {
            return;
        }
        long read = readers.stream().mapToLong(reader -> reader.next).min().orElse(Long.MAX_VALUE);
        int old = 0;
        while (old < parts.size() && (goneParts + old < read || total - gone > window)) {
            gone += parts.get(old).length;
            old++;
        }
        goneParts += old;
        parts.subList(0, old).clear();
    }

    private void left(Reader reader) {
        synchronized (this) {
            readers.remove(reader);
            letGo();
        }
        if (!endUnread()) {
            askMore();
        }
    }

    private boolean endUnread() {
        Subscription unread;
        synchronized (this) {
            if (ended || keeping || !readers.isEmpty()) {
                return ended;
            }
            ended = true;
            failure = new Behind(total);
            unread = upstream;
        }
        if (unread != null) {
            unread.cancel();
        }
        over.run();
        return true;
    }

    /** One of those who read; it can be subscribed to once. */
    final class Reader extends Flux<ByteBuf> implements Subscription {

        private final AtomicInteger draining = new AtomicInteger();
        private @Nullable CoreSubscriber<? super ByteBuf> client;
        private long next;
        private long position;
        private long demand;
        private boolean done;

        @Override
        public void subscribe(CoreSubscriber<? super ByteBuf> subscriber) {
            synchronized (Broadcast.this) {
                client = subscriber;
            }
            subscriber.onSubscribe(this);
            drain();
        }

        @Override
        public void request(long n) {
            synchronized (Broadcast.this) {
                demand = Operators.addCap(demand, n);
            }
            drain();
            askMore();
        }

        @Override
        public void cancel() {
            synchronized (Broadcast.this) {
                if (done) {
                    return;
                }
                done = true;
            }
            left(this);
        }

        private boolean isHungry() {
            return demand > 0 && next == goneParts + parts.size();
        }

        /** One thread at a time gives; another that comes meanwhile makes it look again. */
        private void drain() {
            if (draining.getAndIncrement() > 0) {
                return;
            }
            int seen = 1;
            while (seen > 0) {
                while (giveNext()) {
                    // Until there is nothing to give, or nobody to take it.
                }
                seen = draining.addAndGet(-seen);
            }
        }

        private boolean giveNext() {
            CoreSubscriber<? super ByteBuf> taker;
            byte[] part = null;
            Throwable problem = null;
            synchronized (Broadcast.this) {
                taker = client;
                if (taker == null || done) {
                    return false;
                }
                boolean more = next < goneParts + parts.size();
                if (more && demand == 0) {
                    return false;
                }
                if (next < goneParts) {
                    problem = new Behind(position);
                } else if (more) {
                    part = parts.get((int) (next - goneParts));
                    next++;
                    position += part.length;
                    demand -= demand == Long.MAX_VALUE ? 0 : 1;
                    letGo();
                } else if (ended) {
                    problem = failure;
                } else {
                    return false;
                }
                done = part == null;
            }
            if (part != null) {
                taker.onNext(Unpooled.wrappedBuffer(part));
                return true;
            }
            left(this);
            if (problem == null) {
                taker.onComplete();
            } else {
                taker.onError(problem);
            }
            return false;
        }
    }
}
