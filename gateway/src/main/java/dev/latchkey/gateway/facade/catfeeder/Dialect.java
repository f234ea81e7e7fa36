package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.TokenRefused;
import io.netty.handler.timeout.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says the gateway's problems as Cat Feeder's clients read them, with the statuses that fit better where it had 500. */
final class Dialect {

    private static final Logger LOG = LoggerFactory.getLogger(Dialect.class);
    private static final String NO_TOKEN = "Failed to get the token.";

    private Dialect() {}

    static Answer failure(Throwable failure, String title, boolean loggedIn) {
        if (failure instanceof Refused refused) {
            return refused.answer(title, loggedIn);
        }
        if (failure instanceof Problem problem) {
            return problem(problem, title, loggedIn);
        }
        LOG.error("A call of {} failed", title, failure);
        return Answer.error(500, title, "Internal server error", "internal error", loggedIn);
    }

    private static Answer problem(Problem problem, String title, boolean loggedIn) {
        return switch (problem.code()) {
            case CODE_MISSING -> Answer.error(400, title, problem.detail(), "no code or state", loggedIn);
            case STATE_MISSING, STATE_INVALID, STATE_USED, STATE_EXPIRED ->
                Answer.error(400, title, problem.detail(), "invalid state", loggedIn);
            case ISSUER_WRONG -> Answer.error(400, title, problem.detail(), "wrong issuer", loggedIn);
            case SIGN_IN_DECLINED -> Answer.error(400, title, NO_TOKEN, "access_denied", loggedIn);
            case CODE_REFUSED -> Answer.error(400, title, NO_TOKEN, word(problem, "code refused"), loggedIn);
            case PROVIDER_MISCONFIGURED -> Answer.error(502, title, NO_TOKEN, word(problem, "misconfigured"), loggedIn);
            case PROVIDER_FAILED ->
                Answer.error(tookTooLong(problem) ? 504 : 502, title, NO_TOKEN, "provider failed", loggedIn);
            case PROFILE_UNUSABLE, ID_TOKEN_REFUSED ->
                Answer.error(502, title, problem.detail(), "no usable profile", loggedIn);
            case PROVIDER_UNKNOWN -> Answer.error(404, title, "Provider not found", "provider not found", loggedIn);
            case PROVIDER_EXISTS ->
                Answer.error(
                        409, title, "The provider already exist in the database.", "provider already exist", loggedIn);
            case PROVIDER_ADDRESS -> Answer.error(400, title, problem.detail(), "bad address", loggedIn);
            case PROVIDER_UNFIT -> Answer.error(400, title, problem.detail(), "bad variable", loggedIn);
            default ->
                Answer.error(
                        problem.code().status(),
                        title,
                        problem.detail(),
                        problem.code().code(),
                        loggedIn);
        };
    }

    /** The provider's own word, which has a bounded shape by now. */
    private static String word(Problem problem, String otherwise) {
        return problem.getCause() instanceof TokenRefused refused && refused.getMessage() != null
                ? refused.getMessage()
                : otherwise;
    }

    private static boolean tookTooLong(Problem problem) {
        for (Throwable cause = problem.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof TimeoutException || cause instanceof java.util.concurrent.TimeoutException) {
                return true;
            }
        }
        return false;
    }

    /** For the header that names a problem of the gateway's. */
    static @Nullable ProblemCode codeOf(Throwable failure) {
        return failure instanceof Problem problem ? problem.code() : null;
    }
}
