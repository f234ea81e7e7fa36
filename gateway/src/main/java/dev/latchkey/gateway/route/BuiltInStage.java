package dev.latchkey.gateway.route;

import dev.latchkey.gateway.web.RequestScope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** The stage at which routes that lead to something of the gateway's own are answered; others go on. */
public final class BuiltInStage implements PermittedStage {

    private final Map<String, BuiltInServer> servers = new HashMap<>();

    BuiltInStage(List<BuiltInServer> servers) {
        servers.forEach(server -> this.servers.put(server.name(), server));
    }

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        Route route = permit.route();
        BuiltInServer server = BuiltIn.SCHEME.equals(route.backend().getScheme())
                ? servers.get(route.backend().getSchemeSpecificPart())
                : null;
        if (server == null) {
            return next.proceed(permit, exchange);
        }
        String path = BuiltInMount.of(route).below(RequestScope.of(exchange).path());
        return server.serve(permit, path, exchange);
    }
}
