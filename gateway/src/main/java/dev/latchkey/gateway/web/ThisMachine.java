package dev.latchkey.gateway.web;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Tells a program on this very machine from a web page in a browser on it: a page of another site can make the browser call
 * here by a name of its own, or by ours and then says where it comes from (W3C Fetch Metadata, section 2.3). Nor is it a
 * program here for whom a proxy on this machine calls, as far as the proxy says so.
 */
public final class ThisMachine {

    private static final Pattern NAME = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]");

    private static final List<String> OF_PROXIES =
            List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via");

    private ThisMachine() {}

    /** Whether a program here is calling, by one of the machine's own names. */
    public static boolean calls(ServerRequest request) {
        boolean here = request.remoteAddress()
                .map(InetSocketAddress::getAddress)
                .filter(address -> address.isLoopbackAddress())
                .isPresent();
        List<String> hosts = request.headers().header(HttpHeaders.HOST);
        return here
                && hosts.size() == 1
                && NAME.matcher(hosts.get(0).replaceFirst(":[0-9]+$", "").toLowerCase(Locale.ROOT))
                        .matches()
                && request.headers().header(HttpHeaders.ORIGIN).isEmpty()
                && OF_PROXIES.stream()
                        .allMatch(name -> request.headers().header(name).isEmpty())
                && request.headers().header("Sec-Fetch-Site").stream().allMatch("none"::equals);
    }
}
