package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.List;
import java.util.Set;

/** What holds for a request's method and host in every version of HTTP. */
final class DoorRules {

    private static final Set<String> REFUSED_METHODS = Set.of("TRACE", "TRACK", "CONNECT");

    private DoorRules() {}

    /** Whatever the case: methods have one, but not every backend knows. */
    static void checkMethod(String method) {
        int length = method.length();
        if (length == 5 || length == 7) {
            for (String refused : REFUSED_METHODS) {
                if (refused.equalsIgnoreCase(method)) {
                    throw Problem.of(ProblemCode.METHOD_REFUSED, refused + " is not forwarded");
                }
            }
        }
    }

    static void checkHost(List<String> hosts) {
        if (hosts.size() != 1) {
            throw Problem.of(ProblemCode.HOST_INVALID, "The request has " + hosts.size() + " Host headers");
        }
        if (!HostName.isPlain(hosts.get(0))) {
            throw Problem.of(ProblemCode.HOST_INVALID, "The Host header is not a name with an optional port");
        }
    }
}
