package dev.latchkey.gateway.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/** A problem as programs read it: problem details for HTTP (RFC 9457). */
public final class ProblemDocument {

    public static final MediaType MEDIA_TYPE = MediaType.APPLICATION_PROBLEM_JSON;

    private final GatewayAddress address;
    private final JsonMapper json = JsonMapper.builder().build();

    public ProblemDocument(GatewayAddress address) {
        this.address = address;
    }

    /**
     * The document's bytes.
     *
     * @param path the path that was asked for, as it came, or null if nobody knows; left out where it is no valid
     *     reference. No query: it may hold a secret.
     */
    public byte[] render(Problem problem, String requestId, @Nullable String path) {
        return json.writeValueAsBytes(members(problem, requestId, path));
    }

    /** The problem's type: a URL at which a page explains the code. */
    public URI type(ProblemCode code) {
        return address.at(ProblemReference.PATH + "/" + code.code());
    }

    /** Whole seconds to wait, rounded up so that nobody comes too early; also the {@code Retry-After} header. */
    public static long seconds(Duration wait) {
        return Math.max(1, wait.plusNanos(999_999_999).toSeconds());
    }

    private Members members(Problem problem, String requestId, @Nullable String path) {
        ProblemCode code = problem.code();
        Duration wait = problem.retryAfter();
        return new Members(
                type(code).toString(),
                code.title(),
                code.status(),
                detail(problem),
                reference(path),
                code.code(),
                requestId,
                problem.loginUrl() == null ? null : problem.loginUrl().toString(),
                wait == null ? null : seconds(wait));
    }

    /** What happened, unless the title says it already, and what to do now (RFC 9457, section 3.1.4). */
    private static String detail(Problem problem) {
        String happened = problem.detail();
        String advice = problem.code().hint();
        if (happened.equals(problem.code().title())) {
            return advice;
        }
        return happened + (happened.endsWith(".") ? " " : ". ") + advice;
    }

    private static @Nullable String reference(@Nullable String path) {
        try {
            return path == null ? null : new URI(path).getRawPath();
        } catch (URISyntaxException e) {
            return null;
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "code",
        "request_id",
        "login_url",
        "retry_after"
    })
    private record Members(
            String type,
            String title,
            int status,
            String detail,
            @Nullable String instance,
            String code,
            @JsonProperty("request_id") String requestId,
            @JsonProperty("login_url") @Nullable String loginUrl,
            @JsonProperty("retry_after") @Nullable Long retryAfter) {}
}
