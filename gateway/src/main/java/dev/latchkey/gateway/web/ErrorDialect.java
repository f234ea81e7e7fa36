package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.web.server.ServerWebExchange;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a failure is worded for the programs behind a route, as the route says. People who open a page get one all the same,
 * and the header {@code X-Latchkey-Problem} names the problem's code in every dialect.
 */
public enum ErrorDialect {

    /** Problem details (RFC 9457). */
    PROBLEM("problem"),

    /**
     * Trackeep's update system: {@code error} and {@code message}. It knows nobody's missing sign-in but only a sign-in service
     * that is away (503), and for whatever goes wrong at GitHub one status (500), with the reason in {@code details}.
     */
    TRACKEEP("trackeep") {
        @Override
        public int status(ProblemCode code) {
            if (NOT_SIGNED_IN.contains(code)) {
                return 503;
            }
            return AT_GITHUB.contains(code) ? 500 : code.status();
        }

        @Override
        Map<String, Object> members(Problem problem) {
            Map<String, Object> members = new LinkedHashMap<>();
            if (NOT_SIGNED_IN.contains(problem.code())) {
                members.put("error", "OAuth service not available");
                members.put("message", "Please ensure OAuth service is running and you are authenticated");
            } else if (AT_GITHUB.contains(problem.code()) || problem.code() == ProblemCode.GITHUB_LIMITED) {
                members.put("error", "Failed to check for updates");
                members.put("details", problem.detail());
            } else {
                members.put("error", problem.code().title());
                members.put("message", problem.detail());
            }
            return members;
        }
    },

    /** {@code error} alone, for people as well, since whoever opens such an address is a program's browser. */
    ERROR("error") {
        @Override
        public int status(ProblemCode code) {
            return AT_PROVIDER.contains(code) ? 502 : code.status();
        }

        @Override
        boolean hasPages() {
            return false;
        }

        @Override
        Map<String, Object> members(Problem problem) {
            return Map.of("error", problem.detail());
        }
    },

    /** As the one before, and with status 500 for whatever goes wrong between the gateway and the provider at a sign-in. */
    ERROR_LEGACY("error-legacy") {
        @Override
        public int status(ProblemCode code) {
            boolean atProvider = AT_PROVIDER.contains(code)
                    || code == ProblemCode.CODE_REFUSED
                    || code == ProblemCode.CODE_MISSING
                    || code == ProblemCode.SIGN_IN_DECLINED;
            return atProvider ? 500 : code.status();
        }

        @Override
        boolean hasPages() {
            return false;
        }

        @Override
        Map<String, Object> members(Problem problem) {
            return Map.of("error", problem.detail());
        }
    },

    /** As GitHub's API words it. */
    GITHUB("github") {
        @Override
        Map<String, Object> members(Problem problem) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("message", problem.detail());
            members.put("documentation_url", "https://docs.github.com/rest");
            members.put("status", Integer.toString(problem.code().status()));
            return members;
        }
    };

    private static final Set<ProblemCode> NOT_SIGNED_IN = EnumSet.of(
            ProblemCode.SIGN_IN_REQUIRED,
            ProblemCode.API_TOKEN_REFUSED,
            ProblemCode.GITHUB_TOKEN_REFUSED,
            ProblemCode.IDENTITY_REFUSED,
            ProblemCode.SERVICE_TOKEN_REFUSED);

    private static final Set<ProblemCode> AT_GITHUB = EnumSet.of(
            ProblemCode.GITHUB_REFUSED,
            ProblemCode.GITHUB_BROKEN,
            ProblemCode.GITHUB_UNREACHABLE,
            ProblemCode.GITHUB_TIMEOUT,
            ProblemCode.GITHUB_BUSY,
            ProblemCode.GITHUB_PAUSED);

    private static final Set<ProblemCode> AT_PROVIDER =
            EnumSet.of(ProblemCode.PROVIDER_FAILED, ProblemCode.PROVIDER_MISCONFIGURED, ProblemCode.PROFILE_UNUSABLE);

    private static final String ATTRIBUTE = ErrorDialect.class.getName();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String spelling;

    ErrorDialect(String spelling) {
        this.spelling = spelling;
    }

    /** The dialect of that name in a route file. */
    public static Optional<ErrorDialect> named(String name) {
        return Arrays.stream(values())
                .filter(dialect -> dialect.spelling.equals(name))
                .findFirst();
    }

    /** All names, for a remedy. */
    public static String names() {
        return String.join(
                ", ", Arrays.stream(values()).map(dialect -> dialect.spelling).toList());
    }

    /** From here on this request's failures are worded so. */
    public void attachTo(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }

    static ErrorDialect of(ServerWebExchange exchange) {
        ErrorDialect dialect = exchange.getAttribute(ATTRIBUTE);
        return dialect == null ? PROBLEM : dialect;
    }

    /** The HTTP status that stands for the problem. */
    public int status(ProblemCode code) {
        return code.status();
    }

    /** Whether people who open a page get one that explains the failure. */
    boolean hasPages() {
        return true;
    }

    /** The members of the JSON object. {@link #PROBLEM} has more, which {@link ProblemDocument} knows. */
    Map<String, Object> members(Problem problem) {
        throw new IllegalStateException("problem details are rendered elsewhere");
    }

    byte[] render(Problem problem) {
        return JSON.writeValueAsBytes(members(problem));
    }
}
