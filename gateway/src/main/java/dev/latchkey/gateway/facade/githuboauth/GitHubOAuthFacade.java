package dev.latchkey.gateway.facade.githuboauth;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.BuiltInServer;
import dev.latchkey.gateway.route.Permit;
import org.springframework.http.HttpMethod;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * GitHub's sign-in addresses. They are found wherever the route puts them, so that the gateway can also be GitHub under a
 * path.
 *
 * @see <a href="https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps">Authorizing OAuth
 *     apps</a>
 */
final class GitHubOAuthFacade implements BuiltInServer {

    private final Authorization authorization;
    private final TokenAnswers tokens;

    GitHubOAuthFacade(Authorization authorization, TokenAnswers tokens) {
        this.authorization = authorization;
        this.tokens = tokens;
    }

    @Override
    public String name() {
        return GitHubOAuth.NAME;
    }

    @Override
    public Mono<Void> serve(Permit permit, String path, ServerWebExchange exchange) {
        if (path.equals(GitHubOAuth.AUTHORIZE)) {
            demand(HttpMethod.GET, exchange);
            return authorization.ask(permit, exchange);
        }
        if (path.equals(GitHubOAuth.TOKEN)) {
            demand(HttpMethod.POST, exchange);
            return tokens.token(exchange);
        }
        if (path.equals(GitHubOAuth.DEVICE)) {
            demand(HttpMethod.POST, exchange);
            return tokens.deviceCode(exchange);
        }
        throw Problem.of(ProblemCode.ROUTE_UNKNOWN);
    }

    private static void demand(HttpMethod method, ServerWebExchange exchange) {
        if (!exchange.getRequest().getMethod().equals(method)) {
            throw Problem.of(ProblemCode.METHOD_REFUSED);
        }
    }
}
