package dev.latchkey.gateway.github.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.github.pace.Call;
import dev.latchkey.gateway.github.pace.Kind;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.Slot;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

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
    private static final Duration LONG = Duration.ofSeconds(10);

    private final Pacer pacer;
    private final Calls next;
    private final Scheduler timers;

    public Paced(Pacer pacer, Calls next, Scheduler timers) {
        this.pacer = pacer;
        this.next = next;
        this.timers = timers;
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
        // By a timer: a reader may stop for long, so that no part comes by which to notice.
        Disposable late = timers.schedule(slot::lingers, LONG.toMillis(), TimeUnit.MILLISECONDS);
        Flux<ByteBuf> bytes = ended(slot, late, stream.bytes());
        return answer.withBody(new ApiAnswer.Stream(bytes, () -> {
            end(slot, late);
            stream.discarding().run();
        }));
    }

    /** Before whoever reads hears of the end: what they do then takes no time of GitHub's. */
    private static Flux<ByteBuf> ended(Slot slot, Disposable late, Flux<ByteBuf> bytes) {
        return bytes.doOnTerminate(() -> end(slot, late)).doOnCancel(() -> end(slot, late));
    }

    private static void end(Slot slot, Disposable late) {
        late.dispose();
        slot.done();
    }

    private static @Nullable String startOf(ApiAnswer answer) {
        return answer.body() instanceof ApiAnswer.Bytes all
                ? new String(all.bytes(), 0, Math.min(START, all.bytes().length), UTF_8)
                : null;
    }
}
