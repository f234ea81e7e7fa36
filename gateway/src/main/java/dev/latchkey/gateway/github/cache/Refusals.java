package dev.latchkey.gateway.github.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.problem.Problem;
import java.util.Locale;
import org.springframework.http.HttpHeaders;

/** Tells GitHub having no time for anybody from GitHub having nothing for this person. */
final class Refusals {

    private static final int START = 1024;

    private Refusals() {}

    /** An outage or a limit, which says nothing about what was asked for. */
    static boolean isNoAnswer(ApiAnswer answer) {
        int status = answer.status();
        return status >= 500 || status == 429 || (status == 403 && isLimit(answer));
    }

    private static boolean isLimit(ApiAnswer answer) {
        HttpHeaders headers = answer.headers();
        if (headers.containsHeader("X-GitHub-SSO")) {
            // A matter of permission, whatever is left of the quota.
            return false;
        }
        return headers.containsHeader(HttpHeaders.RETRY_AFTER)
                || "0".equals(headers.getFirst("X-RateLimit-Remaining"))
                || headers.containsHeader("GH-Limited-By")
                || saysSo(answer);
    }

    private static boolean saysSo(ApiAnswer answer) {
        if (!(answer.body() instanceof ApiAnswer.Bytes all)) {
            return false;
        }
        String start = new String(all.bytes(), 0, Math.min(START, all.bytes().length), UTF_8).toLowerCase(Locale.ROOT);
        return start.contains("secondary rate limit")
                || start.contains("api rate limit exceeded")
                || start.contains("abuse detection mechanism");
    }

    static boolean isNoAnswer(Throwable failure) {
        if (!(failure instanceof Problem problem)) {
            return false;
        }
        return switch (problem.code()) {
            case GITHUB_UNREACHABLE, GITHUB_TIMEOUT, GITHUB_BROKEN, GITHUB_LIMITED, GITHUB_BUSY, GITHUB_PAUSED -> true;
            default -> false;
        };
    }
}
