package dev.latchkey.gateway.login;

import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.Pages;
import dev.latchkey.gateway.web.ProviderChoice;
import dev.latchkey.gateway.web.SecurityHeaders;
import dev.latchkey.gateway.web.SignInPage;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** The way in: the sign-in page, the redirect to the provider, and the answer that comes back. */
final class SignInEndpoints {

    private static final Pattern ID = Pattern.compile("[a-z0-9_-]{1,64}");

    private final SignIn signIn;
    private final SignInProviders providers;
    private final SessionLoader current;
    private final Sessions sessions;
    private final ReturnTarget targets;
    private final GatewayAddress address;
    private final Pages pages;
    private final SecurityHeaders security;

    SignInEndpoints(
            SignIn signIn,
            SignInProviders providers,
            SessionLoader current,
            Sessions sessions,
            ReturnTarget targets,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        this.signIn = signIn;
        this.providers = providers;
        this.current = current;
        this.sessions = sessions;
        this.targets = targets;
        this.address = address;
        this.pages = pages;
        this.security = security;
    }

    RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET(address.path("/sign_in"), this::page)
                .GET(address.path("/start"), this::start)
                .GET(address.path("/callback"), request -> callback(request, null))
                .GET(
                        address.path("/callback/{provider}"),
                        request -> callback(request, request.pathVariable("provider")))
                .build();
    }

    private Mono<ServerResponse> page(ServerRequest request) {
        String target = targets.of(rd(request));
        return providers
                .all()
                .map(ways -> ways.stream()
                        .map(way -> new ProviderChoice(way.label(), address.path(startFor(way, ways, target))))
                        .toList())
                .flatMap(choices -> ServerResponse.ok()
                        .headers(security::onPage)
                        .contentType(Pages.MEDIA_TYPE)
                        .bodyValue(pages.signIn(new SignInPage(choices, target))));
    }

    /** Where there is one way only, nobody has to name it. */
    private String startFor(SignInProvider way, List<SignInProvider> ways, String target) {
        String start = targets.startFor(target);
        return ways.size() == 1 ? start : start + (start.contains("?") ? "&" : "?") + "provider=" + way.name();
    }

    private Mono<ServerResponse> start(ServerRequest request) {
        String target = targets.of(rd(request));
        return provider(request)
                .flatMap(name -> signIn.start(request.exchange(), new SignIn.Start(name, target, null, "")))
                .map(OAuth2AuthorizationRequest::getAuthorizationRequestUri)
                .switchIfEmpty(Mono.fromSupplier(
                        () -> address.path("/sign_in" + targets.startFor(target).substring("/start".length()))))
                .flatMap(this::redirect);
    }

    /** The name of the provider to go to; empty if there are several and none is named. */
    private Mono<String> provider(ServerRequest request) {
        Optional<String> named = request.queryParam("provider").filter(name -> !name.isEmpty());
        return named.map(Mono::just)
                .orElseGet(() -> providers
                        .all()
                        .filter(ways -> ways.size() == 1)
                        .map(ways -> ways.get(0).name()));
    }

    /**
     * A browser has one session: what it brought, planted or its own, ends where a new one begins. It is looked up
     * first, so that whatever is wrong with it is told while the code has not been spent.
     */
    private Mono<ServerResponse> callback(ServerRequest request, @Nullable String provider) {
        if (provider != null && !ID.matcher(provider).matches()) {
            return Mono.error(SignInProviders.unknown());
        }
        return Mono.defer(() -> current.load(request.exchange()))
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(old ->
                        signIn.finish(request.exchange(), provider).flatMap(finished -> end(old).thenReturn(finished)))
                .flatMap(finished -> {
                    request.exchange()
                            .getResponse()
                            .addCookie(finished.started().cookie());
                    return redirect(finished.target());
                });
    }

    private Mono<Void> end(Optional<BrowserSession> old) {
        return old.map(this::replace).orElse(Mono.empty());
    }

    private Mono<Void> replace(BrowserSession old) {
        return sessions.end(old.person().id(), old.id(), Reason.REPLACED);
    }

    private Mono<ServerResponse> redirect(String target) {
        return ServerResponse.status(HttpStatus.FOUND)
                .headers(security::onAnswer)
                .location(URI.create(target))
                .build();
    }

    static @Nullable String rd(ServerRequest request) {
        return request.queryParam("rd").orElse(null);
    }
}
