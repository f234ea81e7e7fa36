package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.SessionLoader;
import java.util.function.Function;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** The way to those of the gateway's own pages that are for people with a session. */
public final class SignedIn {

    private final SessionLoader current;
    private final Challenger challenger;

    SignedIn(SessionLoader current, Challenger challenger) {
        this.current = current;
        this.challenger = challenger;
    }

    /** A person opening a page is led to the sign-in; a form from before the end of a session is too. */
    public Mono<ServerResponse> only(ServerRequest request, Function<BrowserSession, Mono<ServerResponse>> then) {
        return current.load(request.exchange())
                .flatMap(then)
                .onErrorResume(SignedIn::isOver, over -> Mono.empty())
                .switchIfEmpty(Mono.defer(
                        () -> challenger.challenge(request.exchange()).then(Mono.empty())));
    }

    static boolean isOver(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.SIGN_IN_REQUIRED;
    }
}
