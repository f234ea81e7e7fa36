package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.login.SignIn;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.web.Navigation;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** The way to a provider and back: {@code login} and {@code callback}. */
final class SignInCalls {

    static final String LOGIN = "oauth_login";
    static final String CALLBACK = "oauth_callback";

    private final SignIn signIn;
    private final Sessions sessions;
    private final URI redirectUri;
    private final String target;

    SignInCalls(SignIn signIn, Sessions sessions, URI redirectUri, String target) {
        this.signIn = signIn;
        this.sessions = sessions;
        this.redirectUri = redirectUri;
        this.target = target;
    }

    Mono<Answer> login(Visit visit) {
        return Body.fields(visit.exchange().getRequest()).flatMap(fields -> {
            String provider = fields.getOrDefault("provider", "");
            if (provider.isBlank()) {
                throw new Refused(400, "The provider is not found in the request.", "no provider");
            }
            // Its clients read the provider's name behind the state.
            SignIn.Start start = new SignIn.Start(provider, target, redirectUri, ':' + provider);
            return signIn.start(visit.exchange(), start)
                    .map(request -> Answer.ok(
                                    200,
                                    LOGIN,
                                    "Authorization url successfully generated.",
                                    "success.",
                                    visit.isLoggedIn())
                            .with("authorization_url", AuthorizationUrl.legible(request.getAuthorizationRequestUri())));
        });
    }

    /** Programs are told a token; a browser that comes itself gets a cookie and goes on, which is empty here. */
    Mono<Answer> callback(Visit visit) {
        return Mono.defer(() -> {
                    check(visit.exchange().getRequest().getQueryParams());
                    return signIn.finish(visit.exchange(), redirectUri);
                })
                .flatMap(finished -> {
                    if (Navigation.isPage(visit.exchange().getRequest())) {
                        return endOld(visit.exchange())
                                .then(Mono.defer(() -> goOn(visit.exchange().getResponse(), finished)));
                    }
                    return Mono.just(Answer.ok(202, CALLBACK, "User successfully logged in.", "success.", true)
                            .with("token", finished.started().cookie().getValue()));
                });
    }

    /** A browser has one session: what it brought ends where a new one begins. */
    private Mono<Void> endOld(ServerWebExchange exchange) {
        BrowserSession old = SessionLoader.sessionOf(exchange);
        return old == null ? Mono.empty() : sessions.end(old.person().id(), old.id(), Reason.REPLACED);
    }

    private static Mono<Answer> goOn(ServerHttpResponse response, SignIn.Finished finished) {
        response.addCookie(finished.started().cookie());
        response.setStatusCode(HttpStatus.FOUND);
        response.getHeaders().setLocation(URI.create(finished.target()));
        return response.setComplete().then(Mono.empty());
    }

    private static void check(MultiValueMap<String, String> query) {
        if (query.isEmpty()) {
            throw new Refused(400, "Query parameters not provided.", "no query parameters");
        }
        String state = first(query, "state");
        boolean answered = first(query, "code") != null || first(query, "error") != null;
        if (state == null || !answered) {
            throw new Refused(400, "Authorization code or state not provided.", "no code or state");
        }
        String[] parts = state.split(":", -1);
        if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new Refused(400, "The state is not in the correct format.", "bad state format");
        }
    }

    private static @Nullable String first(MultiValueMap<String, String> query, String name) {
        List<String> values = query.get(name);
        String value = values == null || values.isEmpty() ? null : values.get(0);
        return value == null || value.isEmpty() ? null : value;
    }
}
