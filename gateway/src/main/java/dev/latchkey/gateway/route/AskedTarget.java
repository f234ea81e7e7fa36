package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.Authority;
import dev.latchkey.gateway.web.TargetCheck;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;

/**
 * What a proxy says of the request that it holds: in {@code X-Forwarded-Uri} and {@code -Method} (Traefik, Caddy), in
 * {@code X-Original-URI}, {@code -URL} and {@code -Method} (nginx and its ingress), or in the path behind the endpoint's
 * own (Envoy).
 *
 * <p>A proxy writes one of these and may pass on what a client wrote into the others. Which of them is the proxy's nobody
 * here can tell, so whatever is said has to agree.
 *
 * @param scheme null if only a path was said
 * @param authority null if only a path was said
 * @param target path and query, plain by the rules that every request target obeys
 * @param method null if it was not said
 */
record AskedTarget(
        @Nullable String scheme,
        @Nullable Authority authority,
        String target,
        @Nullable HttpMethod method) {

    private static final List<String> TARGETS = List.of("X-Forwarded-Uri", "X-Original-URI", "X-Original-URL");
    private static final List<String> METHODS = List.of("X-Forwarded-Method", "X-Original-Method");
    private static final Pattern ABSOLUTE = Pattern.compile("(https?)://([^/?#]*)(.*)");
    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");

    /** True if anybody, the proxy or its client, says something of another request. */
    static boolean isIn(HttpHeaders headers) {
        return TARGETS.stream().anyMatch(headers::containsHeader)
                || METHODS.stream().anyMatch(headers::containsHeader);
    }

    /**
     * Reads it.
     *
     * @param behind what stands behind the endpoint in the request's own target, or null
     * @return null if no target is named
     * @throws Problem {@code forward-auth.target} if not everybody would read it alike
     */
    static @Nullable AskedTarget read(HttpHeaders headers, @Nullable String behind) {
        Set<String> methods = said(headers, METHODS);
        Set<AskedTarget> named = new LinkedHashSet<>();
        said(headers, TARGETS).forEach(text -> named.add(of(text)));
        if (behind != null) {
            named.add(of(behind));
        }
        if (named.isEmpty()) {
            return null;
        }
        HttpMethod method = methods.isEmpty() ? null : method(one(methods, "methods"));
        String target = one(collect(named.stream().map(AskedTarget::target).toList()), "targets");
        AskedTarget address = named.stream()
                .filter(asked -> asked.authority() != null)
                .reduce(AskedTarget::agreeing)
                .orElse(named.iterator().next());
        return new AskedTarget(address.scheme(), address.authority(), target, method);
    }

    private static Set<String> said(HttpHeaders headers, List<String> names) {
        return collect(names.stream()
                .flatMap(name -> headers.getOrEmpty(name).stream())
                .toList());
    }

    private static Set<String> collect(List<String> values) {
        return new LinkedHashSet<>(values);
    }

    private static String one(Set<String> values, String what) {
        if (values.size() > 1) {
            throw refused("it is given " + values.size() + " " + what + " that differ");
        }
        return values.iterator().next();
    }

    private static AskedTarget agreeing(AskedTarget one, AskedTarget other) {
        if (!one.equals(other)) {
            throw refused("it is given two addresses that differ");
        }
        return one;
    }

    private static AskedTarget of(String text) {
        if (text.startsWith("/")) {
            return new AskedTarget(null, null, plain(text), null);
        }
        Matcher absolute = ABSOLUTE.matcher(text);
        Authority authority = absolute.matches() ? Authority.of(absolute.group(2)) : null;
        if (authority == null) {
            throw refused("it is given neither a path nor an address");
        }
        String rest = absolute.group(3);
        return new AskedTarget(absolute.group(1), authority, plain(rest.startsWith("/") ? rest : '/' + rest), null);
    }

    /** By the very check that this target would have to pass here, had it come here itself. */
    private static String plain(String target) {
        try {
            return TargetCheck.plain(target);
        } catch (Problem ambiguous) {
            throw Problem.of(ProblemCode.FORWARD_AUTH_TARGET, ambiguous.detail());
        }
    }

    private static HttpMethod method(String text) {
        if (!METHOD.matcher(text).matches()) {
            throw refused("it is given a method that is none");
        }
        return HttpMethod.valueOf(text);
    }

    static Problem refused(String why) {
        return Problem.of(ProblemCode.FORWARD_AUTH_TARGET, "What is asked about is not plain: " + why);
    }
}
