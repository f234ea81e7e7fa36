package dev.latchkey.gateway.forward;

import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.net.SocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.transport.TransportConfig;

/**
 * Kept connections to backends, each of which serves one event loop only.
 *
 * <p>A request and the connection that carries it then live on one thread. With connections that any loop may take, a
 * client that leaves as its answer ends can have a connection closed that by then carries the request of somebody else:
 * the close is decided on one loop and comes to pass on the other. It also saves every request the way from thread to
 * thread.
 */
final class LoopConnections implements ConnectionProvider {

    private final Queue<ConnectionProvider> all = new ConcurrentLinkedQueue<>();
    private final ConnectionProvider shared;
    private final FastThreadLocal<ConnectionProvider> own;

    LoopConnections(Supplier<ConnectionProvider> making) {
        this.shared = kept(making);
        this.own = new FastThreadLocal<>() {
            @Override
            protected ConnectionProvider initialValue() {
                return kept(making);
            }
        };
    }

    private ConnectionProvider kept(Supplier<ConnectionProvider> making) {
        ConnectionProvider made = making.get();
        all.add(made);
        return made;
    }

    @Override
    public Mono<? extends Connection> acquire(
            TransportConfig config,
            ConnectionObserver observer,
            @Nullable Supplier<? extends SocketAddress> remote,
            @Nullable AddressResolverGroup<?> resolver) {
        return Mono.defer(() -> ofThisThread().acquire(config, observer, remote, resolver));
    }

    /** Threads that come and go are given none of their own. */
    private ConnectionProvider ofThisThread() {
        return Thread.currentThread() instanceof FastThreadLocalThread ? own.get() : shared;
    }

    @Override
    public void disposeWhen(SocketAddress address) {
        all.forEach(connections -> connections.disposeWhen(address));
    }

    @Override
    public Mono<Void> disposeLater() {
        return Flux.fromIterable(all).flatMap(ConnectionProvider::disposeLater).then();
    }

    @Override
    public boolean isDisposed() {
        return shared.isDisposed();
    }

    @Override
    public void dispose() {
        all.forEach(ConnectionProvider::dispose);
    }
}
