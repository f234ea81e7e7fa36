package dev.latchkey.gateway.github.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.github.pace.Call;
import dev.latchkey.gateway.github.pace.Kind;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.Slot;
import io.netty.buffer.ByteBuf;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes a call when its turn has come, and tells the pacer what GitHub said. The turn lasts as long as the answer's body,
 * since GitHub counts what is under way.
 */
public final class Paced implements Calls {

    private static final int START = 1024;

    /**
     * GitHub gives up on an answer that it has not made within ten seconds ("Troubleshooting the REST API", timeouts). What
     * still comes later than that after its head is waiting for its reader.
     */
    private static final long LONG_MILLIS = 10_000;

    private final Pacer pacer;
    private final Calls next;
    private final Clock clock;

    public Paced(Pacer pacer, Calls next, Clock clock) {
        this.pacer = pacer;
        this.next = next;
        this.clock = clock;
    }

    @Override
    public Mono<ApiAnswer> call(ApiRequest request) {
        Call call = new Call(
                request.principal().payer(),
                request.app(),
                request.method(),
                request.target().api() == Target.Api.GRAPHQL
                        ? "/graphql"
                        : request.target().path(),
                request.kind(),
                request.patience());
        return pacer.enter(call).flatMap(slot -> within(slot, request));
    }

    private Mono<ApiAnswer> within(Slot slot, ApiRequest request) {
        return next.call(request)
                .flatMap(answer -> isTelling(request, answer) ? answer.gatheredError() : Mono.just(answer))
                .map(answer -> told(slot, answer))
                .doOnError(failure -> slot.done())
                .doOnCancel(slot::done);
    }

    /** Limits are told in the bodies of errors, and GraphQL's in those of successes. */
    private static boolean isTelling(ApiRequest request, ApiAnswer answer) {
        return answer.status() >= 400 || request.kind() != Kind.REST;
    }

    private ApiAnswer told(Slot slot, ApiAnswer answer) {
        slot.answered(answer.status(), answer.headers(), () -> startOf(answer));
        if (!(answer.body() instanceof ApiAnswer.Stream stream)) {
            slot.done();
            return answer;
        }
        return answer.withBody(new ApiAnswer.Stream(ended(slot, stream.bytes()), () -> {
            slot.done();
            stream.discarding().run();
        }));
    }

    /** Before whoever reads hears of the end: what they do then takes no time of GitHub's. */
    private Flux<ByteBuf> ended(Slot slot, Flux<ByteBuf> bytes) {
        long began = clock.millis();
        return bytes.doOnNext(part -> {
                    if (clock.millis() - began > LONG_MILLIS) {
                        slot.lingers();
                    }
                })
                .doOnTerminate(slot::done)
                .doOnCancel(slot::done);
    }

    private static @Nullable String startOf(ApiAnswer answer) {
        return answer.body() instanceof ApiAnswer.Bytes all
                ? new String(all.bytes(), 0, Math.min(START, all.bytes().length), UTF_8)
                : null;
    }
}
