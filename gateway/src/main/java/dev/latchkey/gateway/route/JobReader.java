package dev.latchkey.gateway.route;

import dev.latchkey.gateway.actions.ActionsTokens;
import dev.latchkey.gateway.keys.Secret;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Knows the jobs of GitHub Actions by the OIDC tokens that they bring.
 *
 * <p>A route with a line for jobs takes every token of the issuer, so that one that is not good enough is refused with the
 * reason. Elsewhere an app may well verify such tokens by itself; only those that are made out to this gateway are its own
 * there, and go no further.
 */
final class JobReader implements CredentialReader {

    private static final String JSON_OBJECT = "eyJ";

    private final ActionsTokens tokens;

    JobReader(ActionsTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public @Nullable Mono<? extends Caller> read(Route route, Secret credential, ServerWebExchange exchange) {
        String token = credential.reveal();
        if (!token.startsWith(JSON_OBJECT)) {
            return null;
        }
        boolean ours = isForJobs(route) ? tokens.claimsToBeOne(token) : tokens.isMadeOutToUs(token);
        return ours ? tokens.redeem(token).map(Caller.Job::new) : null;
    }

    private static boolean isForJobs(Route route) {
        for (Rule rule : route.allow()) {
            if (rule instanceof Rule.Actions) {
                return true;
            }
        }
        return false;
    }
}
