package dev.latchkey.gateway.identity;

import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.route.PermittedStage;
import dev.latchkey.gateway.vault.AccessToken;
import dev.latchkey.gateway.vault.TokenVault;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** The stage that fetches the person's GitHub token, only where the route sends it on. */
public final class FreshToken implements PermittedStage {

    private static final String ATTRIBUTE = AccessToken.class.getName();

    private final TokenVault vault;

    FreshToken(TokenVault vault) {
        this.vault = vault;
    }

    static @Nullable AccessToken tokenOf(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE);
    }

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        if (permit.session() == null || !permit.route().send().githubToken()) {
            return next.proceed(permit, exchange);
        }
        return vault.fresh(permit.session().person().id()).flatMap(token -> {
            exchange.getAttributes().put(ATTRIBUTE, token);
            return next.proceed(permit, exchange);
        });
    }
}
