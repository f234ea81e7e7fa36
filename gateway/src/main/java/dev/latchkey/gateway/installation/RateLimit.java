package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.provider.Waits;
import java.util.List;

/**
 * Tells a reached limit from other refusals. GitHub says both with 403; a limit bears at least one
 * of these marks (GitHub: "Rate limits for the REST API", and what is seen in the wild).
 */
final class RateLimit {

    private static final List<String> WORDS = List.of(
            "API rate limit exceeded",
            "You have exceeded a secondary rate limit",
            "You have triggered an abuse detection mechanism");
    private static final List<String> PAGES = List.of("secondary-rate-limits", "abuse-rate-limits");

    private RateLimit() {}

    static boolean isReached(GitHubAnswer answer) {
        return answer.status() == 429
                || (answer.status() == 403
                        && (answer.headers().getFirst("Retry-After") != null
                                || answer.headers().getFirst("gh-limited-by") != null
                                || Waits.isSpent(answer.headers())
                                || isSaid(answer)));
    }

    private static boolean isSaid(GitHubAnswer answer) {
        String page = answer.body().path("documentation_url").asString("");
        return WORDS.stream().anyMatch(answer.message()::startsWith)
                || PAGES.stream().anyMatch(page::endsWith);
    }
}
