package dev.latchkey.gateway.web;

import java.util.List;
import org.springframework.http.HttpHeaders;

/**
 * The headers that tell a browser how little the gateway's own answers need.
 *
 * <p>They go on what the gateway itself says, never on what a backend says: a backend's policy is its own.
 */
public final class SecurityHeaders {

    static final String PAGE_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
            + "frame-ancestors 'none'; form-action 'self'";
    static final String DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String NO_FEATURES = "accelerometer=(), camera=(), display-capture=(), geolocation=(), "
            + "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()";

    /** A year, for this host alone: neighbours under the same domain are not the gateway's to promise for. */
    private static final String HSTS = "max-age=31536000";

    private final boolean secure;

    public SecurityHeaders(GatewayAddress address) {
        this.secure = address.secure();
    }

    /** For a page of the gateway. */
    public void onPage(HttpHeaders headers) {
        onPage(headers, List.of());
    }

    /**
     * For a page of the gateway whose form may lead further than the gateway: Chromium holds each redirect that answers
     * a form to the policy of the page that had it.
     *
     * @param beyond origins that it may lead to
     */
    public void onPage(HttpHeaders headers, List<String> beyond) {
        onEvery(headers);
        String more = beyond.isEmpty() ? "" : ' ' + String.join(" ", beyond);
        headers.set("Content-Security-Policy", PAGE_POLICY + more);
        // Not on redirects and data: there it would cut a sign-in popup off from the app that opened it.
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Permissions-Policy", NO_FEATURES);
        headers.setCacheControl("no-store");
    }

    /** For data and redirects of the gateway: problems, user info, the way to a provider and back. */
    public void onAnswer(HttpHeaders headers) {
        onCacheable(headers);
        headers.setCacheControl("no-store");
    }

    /** For what may be kept, such as style sheets and public keys; how long is the caller's to say. */
    public void onCacheable(HttpHeaders headers) {
        onEvery(headers);
        headers.set("Content-Security-Policy", DATA_POLICY);
    }

    private void onEvery(HttpHeaders headers) {
        headers.set("X-Content-Type-Options", "nosniff");
        // Not no-referrer: with that, browsers send "Origin: null" on the gateway's own forms (Fetch, section 3.2),
        // and a form of ours could no longer be told from a stranger's.
        headers.set("Referrer-Policy", "same-origin");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        if (secure) {
            headers.set("Strict-Transport-Security", HSTS);
        }
    }
}
