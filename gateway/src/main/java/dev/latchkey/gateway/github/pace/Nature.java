package dev.latchkey.gateway.github.pace;

import java.util.regex.Pattern;
import org.springframework.http.HttpMethod;

/**
 * What a call counts as under GitHub's secondary limits.
 *
 * @param graph whether it goes to GraphQL, which has its own allowance
 * @param content whether it may create content; every POST is taken for one unless known not to be
 * @param notifying whether GitHub's API description marks it as one that notifies people
 * @param points what it costs of the points a minute
 * @param resource the quota that it probably uses
 */
record Nature(boolean graph, boolean write, boolean content, boolean notifying, int points, String resource) {

    /** What calls of other lines may want as well; quotas go by their own names. */
    static final String ANYTHING = "*";

    static final String REST_POINTS = "rest-points";
    static final String GRAPH_POINTS = "graph-points";
    static final String CPU = "all-cpu";
    static final String GRAPH_CPU = "graph-cpu";

    private static final int READ_POINTS = 1;
    private static final int WRITE_POINTS = 5;

    private static final Pattern NOTIFYING = Pattern.compile("/orgs/[^/]+/invitations(?:/[^/]+)?"
            + "|/(?:orgs/[^/]+/teams|teams)/[^/]+/discussions(?:/[^/]+/comments)?"
            + "|/repos/[^/]+/[^/]+/(?:"
            + "collaborators/[^/]+|commits/[^/]+/comments|issues|issues/[^/]+/comments|issues/[^/]+/sub_issues?(?:/priority)?"
            + "|pulls|pulls/[^/]+/(?:comments|comments/[^/]+/replies|merge|requested_reviewers|reviews)|releases)");
    private static final Pattern CONTENT_BY_PUT = Pattern.compile("/repos/[^/]+/[^/]+/contents/.+");
    private static final Pattern NO_CONTENT = Pattern.compile("/markdown(?:/raw)?|/app/.*|/applications/.*");

    static Nature of(Call call, Resources resources) {
        return switch (call.kind()) {
            case GRAPHQL_QUERY -> new Nature(true, false, false, false, READ_POINTS, Resources.GRAPHQL);
            case GRAPHQL_MUTATION -> new Nature(true, true, true, false, WRITE_POINTS, Resources.GRAPHQL);
            case REST -> rest(call.method(), call.path(), resources.of(call.path()));
        };
    }

    private static Nature rest(HttpMethod method, String path, String resource) {
        boolean write = method != HttpMethod.GET && method != HttpMethod.HEAD && method != HttpMethod.OPTIONS;
        return new Nature(
                false,
                write,
                write && createsContent(method, path),
                write && NOTIFYING.matcher(path).matches(),
                write ? WRITE_POINTS : READ_POINTS,
                resource);
    }

    private static boolean createsContent(HttpMethod method, String path) {
        return method == HttpMethod.POST
                ? !NO_CONTENT.matcher(path).matches()
                : method == HttpMethod.PUT && CONTENT_BY_PUT.matcher(path).matches();
    }

    /** Whether the call needs what is claimed by that name. */
    boolean needs(String claim) {
        return switch (claim) {
            case ANYTHING, CPU -> true;
            case REST_POINTS -> !graph;
            case GRAPH_POINTS, GRAPH_CPU -> graph;
            default -> claim.equals(resource);
        };
    }

    Line line(String app) {
        return new Line(write ? Lane.WRITE : graph ? Lane.QUERY : Lane.READ, resource, app);
    }
}
