package dev.latchkey.gateway.ops;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.latchkey.gateway.github.pace.PaceGauges;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.QuotaView;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** What this node knows of GitHub's quotas: of one person or installation, or of whoever has the least left. */
final class QuotaAdmin {

    private static final int LONGEST = 300;

    private final Pacer pacer;
    private final PaceGauges gauges;

    QuotaAdmin(Pacer pacer, PaceGauges gauges) {
        this.pacer = pacer;
        this.gauges = gauges;
    }

    void on(RouterFunctions.Builder routes) {
        routes.GET("/admin/quota", this::quota);
    }

    private record Shown(String resource, long limit, long remaining, long used, Instant reset) {

        static Shown of(QuotaView view) {
            return new Shown(view.resource(), view.limit(), view.remaining(), view.used(), view.reset());
        }
    }

    private record Least(
            String resource, @JsonProperty("part_left") double partLeft) {}

    private record Listing(
            int waiting,
            @JsonProperty("under_way") int underWay,
            List<Least> least,
            @Nullable List<Shown> quota) {}

    private Mono<ServerResponse> quota(ServerRequest request) {
        Optional<String> of = request.queryParam("of");
        if (of.filter(name -> name.isBlank() || name.length() > LONGEST).isPresent()) {
            throw Problem.of(ProblemCode.REQUEST_MALFORMED, "Ask for ?of=github:583231 or ?of=installation:42");
        }
        List<Least> least = gauges.resources().stream()
                .map(resource -> new Least(resource, gauges.leastLeft(resource)))
                .filter(known -> !Double.isNaN(known.partLeft()))
                .toList();
        return ServerResponse.ok()
                .bodyValue(new Listing(
                        gauges.waiting(),
                        gauges.underWay(),
                        least,
                        of.map(this::known).orElse(null)));
    }

    private List<Shown> known(String principal) {
        return gauges.resources().stream()
                .map(resource -> pacer.quota(principal, resource))
                .filter(Objects::nonNull)
                .map(Shown::of)
                .toList();
    }
}
