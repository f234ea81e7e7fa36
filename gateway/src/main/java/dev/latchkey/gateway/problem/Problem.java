package dev.latchkey.gateway.problem;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A failure with an answer (RFC 9457). Any stage may throw it; only the problem boundary turns it into a response.
 *
 * <p>It is an expected event, so it carries no stack trace unless it has a cause. Its detail goes to the client:
 * it never holds a token, an address inside the network, or a backend's words.
 */
public final class Problem extends RuntimeException {

    private final ProblemCode code;
    private final @Nullable Duration retryAfter;
    private final @Nullable URI loginUrl;
    private final @Nullable URI startOver;

    private Problem(
            ProblemCode code,
            String detail,
            @Nullable Duration retryAfter,
            @Nullable URI loginUrl,
            @Nullable URI startOver,
            @Nullable Throwable cause) {
        super(detail, cause, false, cause != null);
        this.code = code;
        this.retryAfter = retryAfter;
        this.loginUrl = loginUrl;
        this.startOver = startOver;
    }

    /** A problem whose detail is the code's own title. */
    public static Problem of(ProblemCode code) {
        return of(code, code.title());
    }

    /** A problem with a detail of this occurrence, safe to show. */
    public static Problem of(ProblemCode code, String detail) {
        return new Problem(code, detail, null, null, null, null);
    }

    /** The same problem, caused by something only the log may see. */
    public Problem causedBy(Throwable cause) {
        return new Problem(code, detail(), retryAfter, loginUrl, startOver, cause);
    }

    /** The same problem, worth trying again after that time (RFC 9110, section 10.2.3). */
    public Problem retryAfter(Duration time) {
        return new Problem(code, detail(), time, loginUrl, startOver, getCause());
    }

    /** The same problem, which signing in at that address would solve. */
    public Problem solvedBy(URI login) {
        return new Problem(code, detail(), retryAfter, login, startOver, getCause());
    }

    /** The same problem, met on the way to something that can be started over at that address. */
    public Problem startOverAt(URI start) {
        return new Problem(code, detail(), retryAfter, loginUrl, start, getCause());
    }

    public ProblemCode code() {
        return code;
    }

    /** What happened this time, in words safe for the client. */
    public String detail() {
        String detail = getMessage();
        return detail == null ? code.title() : detail;
    }

    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    public @Nullable URI loginUrl() {
        return loginUrl;
    }

    public @Nullable URI startOver() {
        return startOver;
    }

    /** The chain of causes for a log line: kinds and messages, no stack trace. */
    public String causes() {
        StringBuilder causes = new StringBuilder();
        for (Throwable cause = getCause(); cause != null && causes.length() < 500; cause = cause.getCause()) {
            causes.append(causes.isEmpty() ? "" : " <- ").append(cause);
        }
        return causes.toString();
    }
}
