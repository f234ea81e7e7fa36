package dev.latchkey.gateway.login;

import dev.latchkey.gateway.web.GatewayAddress;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Tells a form of the gateway's own pages from one on another site, by what browsers themselves say and no script can
 * forge: {@code Sec-Fetch-Site}, and where that is missing {@code Origin}. A request with neither comes from no browser
 * of the last years, and the session cookie's {@code SameSite=Lax} keeps older ones out.
 */
final class CrossOriginGuard {

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
        String site = headers.getFirst("Sec-Fetch-Site");
        if (site != null) {
            return !site.equals("same-origin") && !site.equals("none");
        }
        String from = headers.getOrigin();
        return from != null && !from.equals(origin);
    }
}
