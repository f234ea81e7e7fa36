package dev.latchkey.gateway.github.api;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Reads a body up to a bound. One that ends before is at hand then; of a longer one, what was read and what follows make a
 * stream again, which asks for more only when its reader does.
 */
final class Gathering implements CoreSubscriber<ByteBuf>, Subscription {

    private final int most;
    private final Runnable discarding;
    private final MonoSink<ApiAnswer.Body> sink;
    private final ByteArrayOutputStream read = new ByteArrayOutputStream(1024);

    private @Nullable Subscription source;
    private @Nullable CoreSubscriber<? super ByteBuf> reader;
    private boolean decided;
    private boolean listening;
    private boolean ended;
    private @Nullable Throwable failure;

    private Gathering(int most, Runnable discarding, MonoSink<ApiAnswer.Body> sink) {
        this.most = most;
        this.discarding = discarding;
        this.sink = sink;
    }

    static Mono<ApiAnswer.Body> upTo(int most, ApiAnswer.Stream stream) {
        return Mono.create(sink -> {
            Gathering gathering = new Gathering(most, stream.discarding(), sink);
            sink.onCancel(gathering::abandoned);
            stream.bytes().subscribe(gathering);
        });
    }

    private void abandoned() {
        synchronized (this) {
            if (decided) {
                return;
            }
            decided = true;
        }
        cancel();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        source = subscription;
        subscription.request(1);
    }

    @Override
    public void onNext(ByteBuf part) {
        CoreSubscriber<? super ByteBuf> follower;
        synchronized (this) {
            follower = reader;
        }
        if (follower != null) {
            follower.onNext(part);
            return;
        }
        byte[] bytes = ByteBufUtil.getBytes(part);
        part.release();
        read.write(bytes, 0, bytes.length);
        if (read.size() <= most) {
            request(1);
        } else if (decide()) {
            sink.success(new ApiAnswer.Stream(whole(), discarding));
        }
    }

    private synchronized boolean decide() {
        boolean first = !decided;
        decided = true;
        return first;
    }

    private Flux<ByteBuf> whole() {
        return Flux.just(Unpooled.wrappedBuffer(read.toByteArray())).concatWith(new Rest());
    }

    @Override
    public void onError(Throwable problem) {
        CoreSubscriber<? super ByteBuf> follower = end(problem);
        if (follower != null) {
            follower.onError(problem);
        } else if (decide()) {
            sink.error(problem);
        }
    }

    @Override
    public void onComplete() {
        CoreSubscriber<? super ByteBuf> follower = end(null);
        if (follower != null) {
            follower.onComplete();
        } else if (decide()) {
            sink.success(new ApiAnswer.Bytes(read.toByteArray()));
        }
    }

    private synchronized @Nullable CoreSubscriber<? super ByteBuf> end(@Nullable Throwable problem) {
        ended = true;
        failure = problem;
        return listening ? reader : null;
    }

    @Override
    public void request(long n) {
        if (source != null) {
            source.request(n);
        }
    }

    @Override
    public void cancel() {
        if (source != null) {
            source.cancel();
        }
    }

    /** What follows. Nothing of it has been asked for, so only the end can come before a reader does. */
    private final class Rest extends Flux<ByteBuf> {

        @Override
        public void subscribe(CoreSubscriber<? super ByteBuf> follower) {
            synchronized (Gathering.this) {
                reader = follower;
            }
            follower.onSubscribe(Gathering.this);
            boolean over;
            synchronized (Gathering.this) {
                listening = true;
                over = ended;
            }
            if (over && failure != null) {
                follower.onError(failure);
            } else if (over) {
                follower.onComplete();
            }
        }
    }
}
