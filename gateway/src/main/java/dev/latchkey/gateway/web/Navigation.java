package dev.latchkey.gateway.web;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;

/** Tells a person opening a page from a program calling an API: the first can be redirected, the second cannot. */
public final class Navigation {

    private Navigation() {}

    /**
     * True if a browser is loading this as a page. Fetch Metadata decides where the browser sends it; elsewhere the
     * Accept header does.
     */
    public static boolean isPage(ServerHttpRequest request) {
        if (request.getMethod() != HttpMethod.GET && request.getMethod() != HttpMethod.HEAD) {
            return false;
        }
        return wantsHtml(request);
    }

    /** True if whoever asks would rather read a page than JSON, whatever the method. */
    public static boolean wantsHtml(ServerHttpRequest request) {
        HttpHeaders headers = request.getHeaders();
        String mode = headers.getFirst("Sec-Fetch-Mode");
        if (mode != null) {
            return mode.equals("navigate") && isDocument(headers.getFirst("Sec-Fetch-Dest"));
        }
        return !headers.containsHeader("X-Requested-With") && accepts(headers);
    }

    private static boolean isDocument(@Nullable String destination) {
        return destination == null || destination.equals("document") || destination.endsWith("frame");
    }

    private static boolean accepts(HttpHeaders headers) {
        List<String> accept = headers.get(HttpHeaders.ACCEPT);
        if (accept == null) {
            return false;
        }
        return accept.stream().anyMatch(value -> value.contains(MediaType.TEXT_HTML_VALUE));
    }
}
