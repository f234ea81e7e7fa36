package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Which pages of other origins may call and read the answer (Fetch, "HTTP-CORS protocol"). A listed origin is named back and
 * may bring credentials; all of them together never may.
 */
final class Cors {

    private static final String ALL = "*";

    private final Set<String> origins;

    private Cors(Set<String> origins) {
        this.origins = Set.copyOf(origins);
    }

    static Cors read(List<String> configured, ConfigurationFaults faults) {
        Set<String> origins = new HashSet<>();
        for (String entry : configured) {
            if (!entry.equals(ALL)
                    && ReturnTargets.originOf(entry).filter(entry::equals).isEmpty()) {
                faults.add(
                        "latchkey.login-broker.cors-allowed-origins",
                        "'" + entry + "' is no origin",
                        "Write scheme, host and port as browsers send them, such as https://trackeep.example.com; or *.");
            }
            origins.add(entry);
        }
        return new Cors(origins);
    }

    /** Adds the headers when the answer leaves, whatever it will be: failures are to be readable as well. */
    void apply(ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        List<String> from = exchange.getRequest().getHeaders().getOrEmpty(HttpHeaders.ORIGIN);
        boolean preflight = isPreflight(exchange);
        response.beforeCommit(() -> {
            if (from.size() == 1) {
                allow(response.getHeaders(), from.get(0), preflight);
            }
            return Mono.empty();
        });
    }

    private void allow(HttpHeaders headers, String origin, boolean preflight) {
        boolean listed = !origin.equals(ALL) && origins.contains(origin);
        headers.add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        if (!listed && !origins.contains(ALL)) {
            return;
        }
        headers.setAccessControlAllowOrigin(listed ? origin : ALL);
        if (listed) {
            headers.setAccessControlAllowCredentials(true);
        }
        headers.set("Access-Control-Expose-Headers", "X-Trackeep-Controller-Token, Retry-After");
        if (preflight) {
            headers.set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS");
            headers.set("Access-Control-Allow-Headers", "Content-Type, Authorization");
        }
    }

    static boolean isPreflight(ServerWebExchange exchange) {
        return exchange.getRequest().getMethod().equals(HttpMethod.OPTIONS);
    }

    static Mono<Void> answerPreflight(ServerWebExchange exchange) {
        exchange.getResponse().setStatusCode(HttpStatus.NO_CONTENT);
        return exchange.getResponse().setComplete();
    }
}
