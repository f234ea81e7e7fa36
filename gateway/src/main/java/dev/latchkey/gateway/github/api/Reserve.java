package dev.latchkey.gateway.github.api;

import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.QuotaView;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Leaves half of the app's own quota to the gateway, which checks people's tokens with it and takes them back. What strangers
 * read is paid from the other half.
 */
public final class Reserve implements Calls {

    private static final String RESOURCE = "core";
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final Pacer pacer;
    private final Calls next;
    private final Clock clock;

    public Reserve(Pacer pacer, Calls next, Clock clock) {
        this.pacer = pacer;
        this.next = next;
        this.clock = clock;
    }

    @Override
    public Mono<ApiAnswer> call(ApiRequest request) {
        if (!(request.principal() instanceof Principal.OfApp)) {
            return next.call(request);
        }
        return Mono.defer(() -> {
            QuotaView quota = pacer.quota(request.principal().payer(), RESOURCE);
            return isLow(quota) ? Mono.error(low(quota)) : next.call(request);
        });
    }

    private static boolean isLow(@Nullable QuotaView quota) {
        return quota != null && quota.remaining() * 2 <= quota.limit();
    }

    private Problem low(@Nullable QuotaView quota) {
        Duration left = quota == null ? SHORTEST : Duration.between(clock.instant(), quota.reset());
        return Problem.of(
                        ProblemCode.GITHUB_LIMITED,
                        "What GitHub grants for calls of people who are not signed in is used up; sign in")
                .retryAfter(left.compareTo(SHORTEST) < 0 ? SHORTEST : left);
    }
}
