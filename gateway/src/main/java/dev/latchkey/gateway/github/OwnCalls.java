package dev.latchkey.gateway.github;

import dev.latchkey.gateway.github.pace.Call;
import dev.latchkey.gateway.github.pace.Kind;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.Slot;
import dev.latchkey.gateway.membership.Turns;
import dev.latchkey.gateway.session.PersonId;
import java.time.Duration;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;

/** The gateway's own questions about a person, in one queue with what apps ask for them, and before it. */
final class OwnCalls implements Turns {

    /** Somebody's request waits for the answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Pacer pacer;

    OwnCalls(Pacer pacer) {
        this.pacer = pacer;
    }

    @Override
    public <T extends Answer> Mono<T> take(PersonId person, String path, Mono<T> call) {
        Call own = new Call(person.toString(), Call.OWN, HttpMethod.GET, path, Kind.REST, PATIENCE);
        return Mono.usingWhen(
                pacer.enter(own),
                slot -> call.doOnNext(answer -> slot.answered(answer.status(), answer.headers(), answer::bodyStart)),
                Slot::left);
    }
}
