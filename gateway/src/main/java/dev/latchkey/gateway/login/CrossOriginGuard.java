package dev.latchkey.gateway.login;

import dev.latchkey.gateway.web.GatewayAddress;
import java.util.List;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Tells a form of the gateway's own pages from one on another site, by what browsers themselves say and no script can
 * forge: {@code Sec-Fetch-Site}, and where that is missing {@code Origin}. A request with neither comes from no browser
 * of the last years, and the session cookie's {@code SameSite=Lax} keeps older ones out.
 */
final class CrossOriginGuard {

    /** A page of this very origin, or the person by hand. A sibling of this host is another site here. */
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private final String origin;

    CrossOriginGuard(GatewayAddress address) {
        this.origin = address.origin();
    }

    /** True if another site made the browser send this request, and the request would change something. */
    boolean refuses(ServerHttpRequest request) {
        HttpMethod method = request.getMethod();
        if (method == HttpMethod.GET || method == HttpMethod.HEAD || method == HttpMethod.OPTIONS) {
            return false;
        }
        HttpHeaders headers = request.getHeaders();
        List<String> sites = headers.getOrEmpty("Sec-Fetch-Site");
        if (!sites.isEmpty()) {
            return !OWN_SITES.containsAll(sites);
        }
        String from = headers.getOrigin();
        return from != null && !from.equals(origin);
    }
}
