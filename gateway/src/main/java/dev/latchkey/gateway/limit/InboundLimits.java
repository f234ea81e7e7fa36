package dev.latchkey.gateway.limit;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.CredentialLoader;
import dev.latchkey.gateway.route.Limits;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.route.RouteMatcher;
import dev.latchkey.gateway.web.AddressBlock;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.Stage;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The stage that turns away what is too large or too much, after it is known who asks and before anything is asked on
 * their behalf. People are counted one by one wherever they are, jobs by their repository; strangers by their address, of which an IPv6 subscriber
 * has 2^64.
 *
 * @see <a href="https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-06">RateLimit header fields</a>
 */
public final class InboundLimits implements Stage {

    private final Buckets buckets;

    InboundLimits(Buckets buckets) {
        this.buckets = buckets;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Next next) {
        Route route = RouteMatcher.routeOf(exchange);
        Limits limits = route.limits();
        if (!limits.isInbound()) {
            return next.proceed(exchange);
        }
        ServerHttpRequest request = exchange.getRequest();
        if (limits.headers() != null) {
            refuseLargeHead(request.getHeaders(), limits.headers());
        }
        ServerWebExchange limited = limits.body() == null ? exchange : withLimitedBody(exchange, limits.body());
        return limits.rate() == null ? next.proceed(limited) : counted(route.id(), limits.rate(), limited, next);
    }

    private static void refuseLargeHead(HttpHeaders headers, long most) {
        long size = 0;
        for (Map.Entry<String, List<String>> header : headers.headerSet()) {
            for (String value : header.getValue()) {
                size += header.getKey().length() + value.length();
            }
        }
        if (size > most) {
            throw Problem.of(
                    ProblemCode.HEADERS_TOO_LARGE, "This app takes at most " + most + " bytes of request headers");
        }
    }

    private static ServerWebExchange withLimitedBody(ServerWebExchange exchange, long most) {
        ServerHttpRequest request = exchange.getRequest();
        long announced = request.getHeaders().getContentLength();
        if (announced > most) {
            throw CountedBody.tooLarge(most);
        }
        return announced >= 0
                ? exchange
                : exchange.mutate().request(new CountedBody(request, most)).build();
    }

    private Mono<Void> counted(String route, Limits.Rate rate, ServerWebExchange exchange, Next next) {
        String bucket = route + ':' + rate.requests() + '/' + rate.per() + '+' + rate.burst() + ':' + who(exchange);
        return buckets.take(bucket, rate).flatMap(probe -> {
            tell(exchange, rate, probe);
            return probe.isConsumed() ? next.proceed(exchange) : Mono.error(tooMany(probe));
        });
    }

    private static String who(ServerWebExchange exchange) {
        Caller caller = CredentialLoader.callerOf(exchange);
        return caller == null
                ? AddressBlock.subscriber(RequestScope.of(exchange).client())
                : caller.principal();
    }

    /** On every answer of the route, the gateway's own ones too; an app's own fields of these names give way. */
    private static void tell(ServerWebExchange exchange, Limits.Rate rate, ConsumptionProbe probe) {
        long window = seconds(rate.per().multipliedBy(rate.burst()).dividedBy(rate.requests()));
        HttpHeaders headers = exchange.getResponse().getHeaders();
        exchange.getResponse().beforeCommit(() -> {
            headers.set("RateLimit-Limit", Long.toString(rate.burst()));
            headers.set("RateLimit-Remaining", Long.toString(probe.getRemainingTokens()));
            headers.set("RateLimit-Reset", Long.toString(seconds(Duration.ofNanos(probe.getNanosToWaitForReset()))));
            headers.set("RateLimit-Policy", rate.burst() + ";w=" + window);
            return Mono.empty();
        });
    }

    private static Problem tooMany(ConsumptionProbe probe) {
        return Problem.of(ProblemCode.RATE_LIMITED).retryAfter(Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }

    private static long seconds(Duration time) {
        return Math.max(1, time.plusNanos(999_999_999).toSeconds());
    }
}
