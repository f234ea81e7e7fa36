package dev.latchkey.gateway.forward;

import java.net.URI;

/** What a route's backend speaks, as the scheme of its address says. */
enum BackendProtocol {

    /** {@code http} and {@code https}. */
    HTTP_1("http"),

    /** {@code h2c}: HTTP/2 without TLS, by prior knowledge (RFC 9113, section 3.3). */
    HTTP_2("http"),

    /** {@code h2}: within TLS, whichever of HTTP/2 and HTTP/1.1 the backend chooses (ALPN, RFC 7301). */
    NEGOTIATED("https");

    private final String scheme;

    BackendProtocol(String scheme) {
        this.scheme = scheme;
    }

    static BackendProtocol of(URI backend) {
        return switch (backend.getScheme()) {
            case "h2c" -> HTTP_2;
            case "h2" -> NEGOTIATED;
            default -> HTTP_1;
        };
    }

    /** The address in the scheme that HTTP itself has for it. */
    URI address(URI backend) {
        return this == HTTP_1 ? backend : URI.create(scheme + "://" + backend.getRawAuthority());
    }
}
