package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import reactor.core.publisher.Mono;

/** Hears of sign-ins that came to nothing, after it was clear that they were begun in this browser. */
public interface SignInFailures {

    /**
     * A sign-in has failed.
     *
     * @param target where the person wanted to go
     * @return what they are told
     */
    Mono<Problem> failed(String target, Problem problem);
}
