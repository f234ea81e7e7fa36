package dev.latchkey.gateway.membership;

import dev.latchkey.gateway.session.PersonId;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;

/**
 * Says when the gateway itself may ask GitHub about a person. Its questions use that person's quota as those of apps do, and
 * have to stop where those have to stop.
 */
public interface Turns {

    /** What GitHub said. */
    interface Answer {

        int status();

        HttpHeaders headers();

        /** The first kilobyte, which tells a limit from other refusals. */
        String bodyStart();
    }

    /** Every call at once. */
    static Turns none() {
        return new Turns() {
            @Override
            public <T extends Answer> Mono<T> take(PersonId person, String path, Mono<T> call) {
                return call;
            }
        };
    }

    /**
     * Makes that call as soon as it may be made.
     *
     * @param path GitHub's own, without the query
     * @return what the call brings, or the problem {@code github.limited} if that would take too long
     */
    <T extends Answer> Mono<T> take(PersonId person, String path, Mono<T> call);
}
