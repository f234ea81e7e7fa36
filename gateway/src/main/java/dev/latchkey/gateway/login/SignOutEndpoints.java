package dev.latchkey.gateway.login;

import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.session.SessionCookie;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.Pages;
import dev.latchkey.gateway.web.SecurityHeaders;
import dev.latchkey.gateway.web.SignOutPage;
import dev.latchkey.gateway.web.SignedOutPage;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** The way out. A link only asks; it takes a form of the gateway's own pages to sign out. */
final class SignOutEndpoints {

    private final Sessions sessions;
    private final SessionLoader current;
    private final SessionCookie cookie;
    private final ReturnTarget targets;
    private final GitHub gitHub;
    private final GatewayAddress address;
    private final Pages pages;
    private final SecurityHeaders security;

    SignOutEndpoints(
            Sessions sessions,
            SessionLoader current,
            SessionCookie cookie,
            ReturnTarget targets,
            GitHub gitHub,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        this.sessions = sessions;
        this.current = current;
        this.cookie = cookie;
        this.targets = targets;
        this.gitHub = gitHub;
        this.address = address;
        this.pages = pages;
        this.security = security;
    }

    RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET(address.path("/sign_out"), this::ask)
                .POST(address.path("/sign_out"), this::end)
                .GET(address.path("/signed_out"), request -> signedOut())
                .build();
    }

    private Mono<ServerResponse> ask(ServerRequest request) {
        String rd = SignInEndpoints.rd(request);
        String target = targets.of(rd);
        return current.load(request.exchange())
                .map(session -> pages.signOut(new SignOutPage(session.person().login(), rd, target)))
                .flatMap(html -> page(html, beyond(target)))
                .switchIfEmpty(Mono.defer(this::signedOut));
    }

    /** Origins that the form may end at: the target's, and where the target sends a person to sign in again. */
    private List<String> beyond(String target) {
        if (target.equals(ReturnTarget.HOME)) {
            return List.of();
        }
        return Stream.concat(ReturnTarget.otherOrigin(target).stream(), Stream.of(gitHub.origin()))
                .distinct()
                .toList();
    }

    private Mono<ServerResponse> end(ServerRequest request) {
        return PostedForm.of(request).flatMap(form -> {
            String target = afterwards(form.getFirst("rd"), SignInEndpoints.rd(request));
            return current.load(request.exchange())
                    .flatMap(session -> sessions.end(session.person().id(), session.id(), Reason.SIGNED_OUT))
                    .then(Mono.defer(() -> {
                        request.exchange().getResponse().addCookie(cookie.clear());
                        return redirect(target);
                    }));
        });
    }

    /** Without a way to go on there is a page that says it is done; the home page would ask to sign in again. */
    private String afterwards(@Nullable String posted, @Nullable String asked) {
        String target = targets.of(posted == null || posted.isEmpty() ? asked : posted);
        return target.equals(ReturnTarget.HOME) ? address.path("/signed_out") : target;
    }

    private Mono<ServerResponse> signedOut() {
        return page(pages.signedOut(new SignedOutPage(address.path("/sign_in"))), List.of());
    }

    private Mono<ServerResponse> page(String html, List<String> beyond) {
        return ServerResponse.ok()
                .headers(headers -> security.onPage(headers, beyond))
                .contentType(Pages.MEDIA_TYPE)
                .bodyValue(html);
    }

    private Mono<ServerResponse> redirect(String target) {
        return ServerResponse.status(HttpStatus.FOUND)
                .headers(security::onAnswer)
                .location(URI.create(target))
                .build();
    }
}
