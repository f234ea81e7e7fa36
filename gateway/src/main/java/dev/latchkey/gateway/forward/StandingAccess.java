package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.route.AccessGate;
import dev.latchkey.gateway.route.Permit;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What stays open, each with the permit it was opened with. The gate is asked about it again when routes or memberships
 * change, and now and then besides, since not every change is told; what it would no longer let in is closed.
 */
final class StandingAccess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StandingAccess.class);
    private static final String PERMIT = Permit.class.getName();
    private static final Duration NOW_AND_THEN = Duration.ofMinutes(1);
    private static final int AT_ONCE = 16;

    private final AccessGate gate;
    private final Set<Open> open = ConcurrentHashMap.newKeySet();
    private final Disposable looking;

    StandingAccess(AccessGate gate) {
        this.gate = gate;
        this.looking = Flux.merge(gate.changes(), Flux.interval(NOW_AND_THEN))
                .onBackpressureLatest()
                .concatMap(change -> lookAgain(), 1)
                .subscribe();
    }

    /** By identity: two sockets of one page are two. */
    private static final class Open {

        private final ServerWebExchange exchange;
        private final Runnable close;

        Open(ServerWebExchange exchange, Runnable close) {
            this.exchange = exchange;
            this.close = close;
        }
    }

    static void remember(Permit permit, ServerWebExchange exchange) {
        exchange.getAttributes().put(PERMIT, permit);
    }

    static Permit permitOf(ServerWebExchange exchange) {
        return exchange.getRequiredAttribute(PERMIT);
    }

    /**
     * Remembers a stream until the returned handle is disposed of.
     *
     * @param close closes the stream; may be called more than once, and must not block
     */
    Disposable track(ServerWebExchange exchange, Runnable close) {
        Open entry = new Open(exchange, close);
        open.add(entry);
        return Disposables.composite(() -> open.remove(entry));
    }

    /** False if what was permitted when the request came is not any more: an app may have taken its time to answer. */
    Mono<Boolean> stillHolds(ServerWebExchange exchange) {
        return gate.stillPermits(permitOf(exchange), exchange);
    }

    private Mono<Void> lookAgain() {
        return Flux.fromIterable(open).flatMap(this::look, AT_ONCE).then().onErrorResume(failure -> {
            LOG.warn("What is open could not be looked at again: {}", failure.toString());
            return Mono.empty();
        });
    }

    private Mono<Boolean> look(Open entry) {
        return stillHolds(entry.exchange).filter(permitted -> !permitted).doOnNext(withdrawn -> entry.close.run());
    }

    @Override
    public void close() {
        looking.dispose();
    }
}
