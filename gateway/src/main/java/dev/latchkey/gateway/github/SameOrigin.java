package dev.latchkey.gateway.github;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.RequestScope;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * A session cookie speaks for its owner only in requests of pages of the same origin, even in those that only read: they
 * spend the person's quota. Browsers say where a request comes from in {@code Sec-Fetch-Site}, older ones in
 * {@code Origin}; what says neither comes from no page.
 */
public final class SameOrigin {

    /** This very origin, or the person by hand. */
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private SameOrigin() {}

    /** @throws Problem {@code request.cross-site} if a page of another origin made the browser send this */
    public static void demand(HttpHeaders headers, RequestScope scope) {
        List<String> sites = headers.getOrEmpty("Sec-Fetch-Site");
        boolean own = sites.isEmpty() ? isOwn(headers.getOrigin(), scope) : OWN_SITES.containsAll(sites);
        if (!own) {
            throw Problem.of(ProblemCode.CROSS_SITE_REFUSED, "GitHub is called for pages of this origin only");
        }
    }

    private static boolean isOwn(@Nullable String origin, RequestScope scope) {
        return origin == null || origin.equals(scope.scheme() + "://" + scope.authority());
    }
}
