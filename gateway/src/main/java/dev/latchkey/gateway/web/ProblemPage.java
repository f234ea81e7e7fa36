package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A problem as people read it: what happened, what to do next, what to tell those who can help.
 *
 * @param detail what happened this time, in words safe to show
 * @param tryAgainUrl where the same attempt starts anew
 * @param retryAfter how long to wait before that
 * @param signInUrl where signing in would solve it
 * @param switchAccountUrl where to sign out and come back as someone else
 */
public record ProblemPage(
        ProblemCode code,
        String detail,
        String requestId,
        @Nullable String tryAgainUrl,
        @Nullable Duration retryAfter,
        @Nullable String signInUrl,
        @Nullable String switchAccountUrl) {

    public ProblemPage {
        detail = DisplayText.sentence(detail);
        requestId = DisplayText.line(requestId);
        tryAgainUrl = tryAgainUrl == null ? null : DisplayText.link(tryAgainUrl);
        signInUrl = signInUrl == null ? null : DisplayText.link(signInUrl);
        switchAccountUrl = switchAccountUrl == null ? null : DisplayText.link(switchAccountUrl);
    }

    /** What the problem itself knows; the links that the caller knows are added by the methods below. */
    public static ProblemPage of(Problem problem, String requestId) {
        URI login = problem.loginUrl();
        return new ProblemPage(
                problem.code(),
                problem.detail(),
                requestId,
                null,
                problem.retryAfter(),
                login == null ? null : login.toString(),
                null);
    }

    /** The same page with a "Try again" link. */
    public ProblemPage tryAgainAt(String url) {
        return new ProblemPage(code, detail, requestId, url, retryAfter, signInUrl, switchAccountUrl);
    }

    /** The same page with a link to sign out and use another account. */
    public ProblemPage switchAccountAt(String url) {
        return new ProblemPage(code, detail, requestId, tryAgainUrl, retryAfter, signInUrl, url);
    }

    /** The detail, unless it only repeats the title. */
    @Nullable
    String ownDetail() {
        return detail.equals(code.title()) ? null : detail;
    }

    boolean hasActions() {
        return tryAgainUrl != null || signInUrl != null || switchAccountUrl != null;
    }

    /** The wait in words, rounded up: {@code 30 seconds}, {@code 5 minutes}. */
    @Nullable
    String waitInWords() {
        if (retryAfter == null) {
            return null;
        }
        long seconds = ProblemDocument.seconds(retryAfter);
        return seconds < 120 ? counted(seconds, "second") : counted((seconds + 59) / 60, "minute");
    }

    private static String counted(long number, String unit) {
        return number + " " + unit + (number == 1 ? "" : "s");
    }
}
