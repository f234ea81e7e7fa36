package dev.latchkey.gateway.token;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.CredentialReader;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.web.RequestScope;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Knows people by the API tokens they have made. Whatever begins like one is the gateway's and goes no further. */
final class ApiTokenReader implements CredentialReader {

    private final ApiTokens tokens;

    ApiTokenReader(ApiTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public @Nullable Mono<? extends Caller> read(Route route, Secret credential, ServerWebExchange exchange) {
        if (!TokenText.isMeant(credential.reveal())) {
            return null;
        }
        return tokens.find(credential, RequestScope.of(exchange).client())
                .filter(token -> token.family() == null)
                .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.API_TOKEN_REFUSED)))
                .map(token -> caller(token, route));
    }

    private static Caller caller(ApiToken token, Route route) {
        if (!token.isFor(route.id())) {
            throw Problem.of(ProblemCode.API_TOKEN_ELSEWHERE);
        }
        return new Caller.ByCredential(token.person(), ApiTokens.handle(token), token.end());
    }
}
