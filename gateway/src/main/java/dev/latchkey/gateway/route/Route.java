package dev.latchkey.gateway.route;

import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.web.ErrorDialect;
import dev.latchkey.gateway.web.EscapedSlashes;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.handler.AsyncPredicate;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.pattern.PathPattern;

/**
 * One app: where it is reached, where it runs, who may use it and what it is told. Read from one route file and never
 * changed; a changed file makes a new route.
 *
 * @param id the file's name without its ending; the default audience of the identity JWT
 * @param host an exact host name, {@code *.} and a domain, or null for every host
 * @param path a Spring path pattern
 * @param backend scheme, host and port of the app; or {@code builtin:} and a name. The schemes are {@code http} and
 *     {@code https} for HTTP/1.1, {@code h2c} for HTTP/2 without TLS, and {@code h2} for whichever of both the app chooses
 *     within TLS
 * @param allow who is let in: any line suffices, and nothing else does
 * @param open what is open to everybody inside a protected route
 * @param takesGitHubTokens whether GitHub tokens of the gateway's own app say who is calling
 * @param sockets who may open WebSockets, and how long one may be silent
 * @param webhookSecret what deliveries to the app have to be signed with, or null where it takes more than deliveries
 * @param filters what Spring Cloud Gateway does to the request and the answer, in order
 * @param condition what a request must fulfil besides host and path, or null; else the route is not there
 * @param errors how the gateway's own failures are worded for programs
 */
public record Route(
        String id,
        @Nullable String host,
        PathPattern path,
        URI backend,
        List<Rule> allow,
        List<OpenPath> open,
        boolean takesGitHubTokens,
        Send send,
        Limits limits,
        Sockets sockets,
        @Nullable SecretSource webhookSecret,
        List<GatewayFilter> filters,
        @Nullable AsyncPredicate<ServerWebExchange> condition,
        ErrorDialect errors) {

    public Route {
        allow = List.copyOf(allow);
        open = List.copyOf(open);
        filters = List.copyOf(filters);
    }

    /** True if a proxy in front reaches the app itself, and only asks here who may pass. */
    public boolean isForwardAuthOnly() {
        return leadsTo(ForwardAuthOnly.NAME);
    }

    /** True if the gateway itself serves what is asked for, and no app does. */
    public boolean isServedHere() {
        return BuiltIn.SCHEME.equals(backend.getScheme()) && !isForwardAuthOnly();
    }

    /** True if the gateway itself serves this route, by the built-in of that name. */
    public boolean leadsTo(String builtIn) {
        return BuiltIn.SCHEME.equals(backend.getScheme()) && builtIn.equals(backend.getSchemeSpecificPart());
    }

    /** True if the app is reached by HTTP/2, without TLS or as it chooses within TLS. */
    public boolean speaksHttp2() {
        return backend.getScheme().startsWith("h2");
    }

    /** The built-in that serves this route, or null if an app does. */
    @Nullable
    BuiltIn builtIn() {
        return BuiltIn.SCHEME.equals(backend.getScheme()) ? BuiltIns.named(backend.getSchemeSpecificPart()) : null;
    }

    /** True if apps may call what it leads to as a person, by the identity JWT that the gateway gave them. */
    public boolean takesIdentity() {
        BuiltIn builtIn = builtIn();
        return builtIn != null && builtIn.takesIdentity();
    }

    /** True if a slash that is escaped in a path is a character like others to whoever reads the path behind the gateway. */
    boolean takesEscapedSlashes() {
        BuiltIn builtIn = builtIn();
        return builtIn != null && builtIn.takesEscapedSlashes();
    }

    /** True if an app, behind the gateway or behind the proxy that asks, is told who is asking. */
    public boolean tellsAnApp() {
        BuiltIn builtIn = builtIn();
        return builtIn == null || builtIn.tellsAnApp();
    }

    /** Whether it serves that host, which is in lower case. */
    boolean isAt(String name) {
        return host == null || host.equals(name) || (host.startsWith("*.") && name.endsWith(host.substring(1)));
    }

    /** True if a line of {@code public} opens this path for this method, however escaped slashes are read; a query never matters. */
    boolean isOpen(HttpMethod method, String rawPath) {
        if (open.isEmpty()) {
            return false;
        }
        PathContainer path = PathContainer.parsePath(rawPath);
        PathContainer other =
                EscapedSlashes.areIn(rawPath) ? PathContainer.parsePath(EscapedSlashes.asSlashes(rawPath)) : path;
        return covered(method, path) && (other == path || covered(method, other));
    }

    private boolean covered(HttpMethod method, PathContainer path) {
        return open.stream().anyMatch(line -> line.covers(method, path));
    }

    /**
     * A line of {@code public}.
     *
     * @param method the method that is open, or null for all; HEAD goes with GET
     */
    public record OpenPath(@Nullable HttpMethod method, PathPattern path) {

        boolean covers(HttpMethod asked, PathContainer askedPath) {
            boolean sameMethod = method == null
                    || method.equals(asked)
                    || (method.equals(HttpMethod.GET) && asked.equals(HttpMethod.HEAD));
            return sameMethod && path.matches(askedPath);
        }
    }
}
