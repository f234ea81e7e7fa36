package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.tls.InternalTls;
import dev.latchkey.gateway.web.InternalRoutes;
import dev.latchkey.gateway.web.KeptConnection;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * The internal port: a server of its own with handlers of its own, so that nothing of the edge answers here and nothing
 * of this answers at the edge.
 */
public final class InternalServer implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(InternalServer.class);
    private static final Duration STOP = Duration.ofSeconds(5);

    private final InternalProperties properties;
    private final InternalTls tls;
    private final RouterFunction<ServerResponse> routes;
    private @Nullable DisposableServer server;

    InternalServer(InternalProperties properties, InternalTls tls, List<InternalRoutes> routes) {
        this.properties = properties;
        this.tls = tls;
        this.routes = routes.stream()
                .map(InternalRoutes::routes)
                .reduce(RouterFunction::and)
                .orElseThrow(() -> new IllegalStateException("the internal port has nothing to serve"));
    }

    @Override
    public void start() {
        try {
            server = tls.on(KeptConnection.on(HttpServer.create()))
                    .host(properties.address())
                    .port(properties.port())
                    .handle(new ReactorHttpHandlerAdapter(RouterFunctions.toHttpHandler(routes)))
                    .bindNow();
        } catch (ChannelBindException e) {
            throw new ConfigurationRefused(List.of(new ConfigurationFault(
                    "latchkey.internal.port",
                    properties.address() + ":" + properties.port() + " cannot be listened at",
                    "Stop what uses it, or choose another port or address.")));
        }
        LOG.info("Internal port {} at {}{}", port(), properties.address(), tls.isOn() ? ", by TLS" : "");
    }

    /** The port that is listened at, or -1. */
    public int port() {
        return server == null ? -1 : server.port();
    }

    @Override
    public void stop() {
        if (server != null) {
            server.disposeNow(STOP);
            server = null;
        }
    }

    @Override
    public boolean isRunning() {
        return server != null;
    }

    /** Stops last: while the edge drains, its readiness is still asked for. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE + 1000;
    }
}
