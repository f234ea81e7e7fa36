package dev.latchkey.gateway.github.api;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;

/** Says what went wrong between the gateway and GitHub: it was not reached, took too long, or gave no valid answer. */
final class Failures {

    private Failures() {}

    static Throwable asProblem(Throwable failure) {
        return failure instanceof Problem
                ? failure
                : Problem.of(codeOf(failure)).causedBy(failure);
    }

    private static ProblemCode codeOf(Throwable failure) {
        boolean unreached = failure instanceof ConnectException
                || failure instanceof ConnectTimeoutException
                || failure instanceof UnknownHostException;
        if (unreached) {
            return ProblemCode.GITHUB_UNREACHABLE;
        }
        boolean late =
                failure instanceof TimeoutException || failure instanceof io.netty.handler.timeout.TimeoutException;
        return late ? ProblemCode.GITHUB_TIMEOUT : ProblemCode.GITHUB_BROKEN;
    }

    /** True if GitHub itself failed, so that asking again at once would only make it worse. */
    static boolean isGitHubs(Throwable failure) {
        if (!(failure instanceof Problem problem)) {
            return false;
        }
        return switch (problem.code()) {
            case GITHUB_UNREACHABLE, GITHUB_TIMEOUT, GITHUB_BROKEN -> true;
            default -> false;
        };
    }
}
