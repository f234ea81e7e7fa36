package dev.latchkey.gateway.github;

import static dev.latchkey.gateway.web.EscapedSlashes.asSlashes;

import dev.latchkey.gateway.github.api.Target;
import dev.latchkey.gateway.github.api.TargetPaths;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Route;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;

/**
 * Where a route puts GitHub's API: under the literal beginning of its path pattern. Below that the API is found plainly, and
 * again by the paths of an Enterprise host.
 *
 * @param prefix the literal beginning, without a trailing slash; empty for a route to every path
 * @param segments how many path segments that is
 */
record Mount(String prefix, int segments) {

    private static final String ENTERPRISE = "/api/v3";
    private static final String ENTERPRISE_GRAPHQL = "/api/graphql";
    static final String ENTERPRISE_UPLOADS = "/api/uploads";
    private static final String GRAPHQL = "/graphql";

    static Mount of(Route route) {
        StringBuilder prefix = new StringBuilder();
        int segments = 0;
        for (String segment : route.path().getPatternString().substring(1).split("/")) {
            if (segment.isEmpty() || segment.matches(".*[*?{].*")) {
                break;
            }
            prefix.append('/').append(segment);
            segments++;
        }
        return new Mount(prefix.toString(), segments);
    }

    /**
     * What of GitHub's a path means.
     *
     * @throws Problem {@code request.target.ambiguous} if it could lead out of the API
     */
    Found find(String rawPath, @Nullable String rawQuery) {
        String path = below(rawPath);
        Found found = at(path, rawQuery);
        if (TargetPaths.escapes(path) || isGraphQlInDisguise(path) || !found.isLike(at(asSlashes(path), rawQuery))) {
            throw Problem.of(ProblemCode.TARGET_AMBIGUOUS, "The path leads out of GitHub's API");
        }
        return found;
    }

    private static Found at(String path, @Nullable String rawQuery) {
        if (path.equals(GRAPHQL) || path.equals(ENTERPRISE_GRAPHQL)) {
            return new Found(new Target(Target.Api.GRAPHQL, "", rawQuery), path.equals(ENTERPRISE_GRAPHQL));
        }
        if (path.startsWith(ENTERPRISE_UPLOADS + '/')) {
            String rest = path.substring(ENTERPRISE_UPLOADS.length());
            return new Found(new Target(Target.Api.UPLOADS, rest, rawQuery), true);
        }
        if (path.equals(ENTERPRISE + GRAPHQL)) {
            // No Enterprise host has it there, but below github.com's REST address it is GraphQL all the same.
            return new Found(new Target(Target.Api.GRAPHQL, "", rawQuery), true);
        }
        boolean enterprise = path.equals(ENTERPRISE) || path.startsWith(ENTERPRISE + '/');
        String rest = enterprise ? path.substring(ENTERPRISE.length()) : path;
        return new Found(new Target(Target.Api.REST, rest, rawQuery), enterprise);
    }

    /** What GitHub would take for GraphQL has to be known as such here, where it is counted. */
    private static boolean isGraphQlInDisguise(String path) {
        if (path.indexOf('%') < 0) {
            return false;
        }
        String plain = UriUtils.decode(path, StandardCharsets.ISO_8859_1);
        return plain.startsWith(GRAPHQL)
                || plain.startsWith(ENTERPRISE_GRAPHQL)
                || plain.startsWith(ENTERPRISE + GRAPHQL);
    }

    /** By segments and not by letters: the pattern may have matched the prefix in another spelling. */
    private String below(String rawPath) {
        int start = 0;
        for (int i = 0; i < segments; i++) {
            int slash = rawPath.indexOf('/', start + 1);
            if (slash < 0) {
                return "";
            }
            start = slash;
        }
        return rawPath.substring(start);
    }

    /** The path that leads to the REST API again, in the manner in which the client came. */
    String rest(boolean enterprise) {
        return enterprise ? prefix + ENTERPRISE : prefix;
    }

    /** @param enterprise whether the client speaks to an Enterprise host */
    record Found(Target target, boolean enterprise) {

        boolean isLike(Found other) {
            return target.api() == other.target().api() && enterprise == other.enterprise();
        }
    }
}
