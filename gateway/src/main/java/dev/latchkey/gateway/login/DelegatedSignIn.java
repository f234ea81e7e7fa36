package dev.latchkey.gateway.login;

import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.OwnCookie;
import java.net.URI;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Signs a person in for a part of the gateway that has a callback address and answers of its own. It is the very sign-in of
 * the gateway's pages: one attempt for each start, PKCE, a new session, the token kept before anybody learns of it.
 */
public final class DelegatedSignIn {

    private final SignIn signIn;
    private final Sessions sessions;
    private final String attemptCookie;

    DelegatedSignIn(SignIn signIn, Sessions sessions, GatewayAddress address) {
        this.signIn = signIn;
        this.sessions = sessions;
        this.attemptCookie = OwnCookie.nameAt(address, OwnCookie.ATTEMPT);
    }

    /**
     * Remembers an attempt in the browser.
     *
     * @param target handed back at the end; whoever asks has to know that one may go there
     * @param callback where the provider sends the browser back to
     * @return the provider's address to send the browser to
     */
    public Mono<String> start(ServerWebExchange exchange, String target, URI callback) {
        return Mono.defer(() -> signIn.start(exchange, new SignIn.Start(GitHub.ID, target, callback, "")))
                .map(OAuth2AuthorizationRequest::getAuthorizationRequestUri);
    }

    /** Whether the browser remembers any attempt at all. */
    public boolean isUnderWay(ServerWebExchange exchange) {
        return exchange.getRequest().getCookies().keySet().stream().anyMatch(name -> name.startsWith(attemptCookie));
    }

    /**
     * Who came back.
     *
     * @param target as it was at the start
     */
    public record Arrived(String target, Person person) {}

    /**
     * Finishes the attempt that the provider's answer belongs to, and gives the browser its session; what it had before ends.
     *
     * @param callback as at the start
     * @param mayLeadTo says of the target whether one may still go there; asked before the provider's code is spent
     * @return fails with the problems of the gateway's own callback, of which one that has a cause stopped behind the code
     */
    public Mono<Arrived> finish(ServerWebExchange exchange, URI callback, Predicate<String> mayLeadTo) {
        @Nullable BrowserSession old = SessionLoader.sessionOf(exchange);
        return Mono.defer(() -> signIn.finish(exchange, callback, mayLeadTo))
                .flatMap(finished -> ended(old).thenReturn(finished))
                .map(finished -> {
                    exchange.getResponse().addCookie(finished.started().cookie());
                    return new Arrived(
                            finished.target(), finished.started().session().person());
                });
    }

    private Mono<Void> ended(@Nullable BrowserSession old) {
        return old == null ? Mono.empty() : sessions.end(old.person().id(), old.id(), Reason.REPLACED);
    }
}
