package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.CredentialReader;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Sessions;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Knows people by the tokens that {@code callback} gives to programs, in front of apps, too. */
final class SessionTokenReader implements CredentialReader {

    /** An id and the gateway's signature; an app's own token may look the same, but is not signed so. */
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9_-]{24}\\.[A-Za-z0-9_-]{26}");

    private final Sessions sessions;

    SessionTokenReader(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public @Nullable Mono<? extends Caller> read(Route route, Secret credential, ServerWebExchange exchange) {
        String token = credential.reveal();
        if (route.leadsTo(OAuthProviders.NAME)) {
            // There it is asked about, and a token that is over is an answer.
            return null;
        }
        if (!SHAPE.matcher(token).matches() || !sessions.isToken(token)) {
            return null;
        }
        BrowserSession near = sessions.near(token);
        return (near == null ? sessions.load(token) : Mono.just(near))
                .map(session -> new Caller.InSession(session, true))
                .switchIfEmpty(Mono.error(
                        () -> Problem.of(ProblemCode.SIGN_IN_REQUIRED, "The token is not valid, or not any more")));
    }
}
