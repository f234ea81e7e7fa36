package dev.latchkey.gateway.forward;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.timeout.TimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.client.PrematureCloseException;

/** Says what went wrong with a backend, without a word about where it is or what it said. */
final class BackendFailure {

    private BackendFailure() {}

    static Throwable asProblem(Throwable failure) {
        if (failure instanceof Problem || isClientsOwn(failure)) {
            return failure;
        }
        if (failure.getCause() instanceof Problem problem) {
            return problem;
        }
        return Problem.of(codeOf(failure)).causedBy(failure);
    }

    private static ProblemCode codeOf(Throwable failure) {
        if (failure instanceof TimeoutException || isGatewayTimeout(failure)) {
            return failure instanceof ConnectTimeoutException
                    ? ProblemCode.BACKEND_UNREACHABLE
                    : ProblemCode.BACKEND_TIMEOUT;
        }
        if (failure instanceof ConnectException || failure instanceof UnknownHostException) {
            return ProblemCode.BACKEND_UNREACHABLE;
        }
        boolean broken = failure instanceof PrematureCloseException
                || failure instanceof ClosedChannelException
                || failure instanceof AbortedException
                || failure instanceof IOException
                || isUnreadable(failure);
        return broken ? ProblemCode.BACKEND_BROKEN : ProblemCode.INTERNAL;
    }

    /** Such as a WebSocket handshake that is none. */
    private static boolean isClientsOwn(Throwable failure) {
        return failure instanceof ResponseStatusException status
                && status.getStatusCode().is4xxClientError();
    }

    private static boolean isGatewayTimeout(Throwable failure) {
        return failure instanceof ResponseStatusException status
                && status.getStatusCode().isSameCodeAs(HttpStatus.GATEWAY_TIMEOUT);
    }

    /** What Netty's HTTP decoder throws at an answer that is not HTTP has no type of its own. */
    private static boolean isUnreadable(Throwable failure) {
        return failure.getClass().getName().startsWith("io.netty.handler.codec");
    }
}
