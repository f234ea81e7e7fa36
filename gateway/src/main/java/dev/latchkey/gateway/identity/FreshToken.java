package dev.latchkey.gateway.identity;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.route.PermittedStage;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.vault.TokenVault;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The stage that fetches the person's GitHub token, only where the route sends it on. Whose sign-in is over at GitHub is
 * asked to sign in again.
 */
public final class FreshToken implements PermittedStage {

    private static final String ATTRIBUTE = AccessToken.class.getName();

    private final TokenVault vault;
    private final Challenger challenger;

    FreshToken(TokenVault vault, Challenger challenger) {
        this.vault = vault;
        this.challenger = challenger;
    }

    static @Nullable AccessToken tokenOf(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE);
    }

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        Person person = permit.caller() == null ? null : permit.caller().person();
        if (person == null || !permit.route().send().githubToken()) {
            return next.proceed(permit, exchange);
        }
        return vault.fresh(person.id())
                .map(token -> attached(exchange, token))
                .onErrorResume(FreshToken::isOver, over -> Mono.just(false))
                .flatMap(attached -> attached ? next.proceed(permit, exchange) : challenger.challenge(exchange));
    }

    private static boolean attached(ServerWebExchange exchange, AccessToken token) {
        exchange.getAttributes().put(ATTRIBUTE, token);
        return true;
    }

    private static boolean isOver(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.SIGN_IN_REQUIRED;
    }
}
