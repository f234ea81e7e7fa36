package dev.latchkey.gateway.ops;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.ProblemDocument;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.server.HandlerFilterFunction;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * Lets in to the calls of the internal port that tell or change something: whoever bears a configured token, or, where
 * none is configured, whoever calls from this very machine by one of its own names. The name is looked at because a web
 * page in a browser on this machine can have any other name lead here.
 */
final class InternalDoor implements HandlerFilterFunction<ServerResponse, ServerResponse> {

    private static final String SCHEME = "Bearer ";

    private final List<SecretSource> tokens;
    private final ProblemDocument document;

    InternalDoor(List<SecretSource> tokens, ProblemDocument document) {
        this.tokens = List.copyOf(tokens);
        this.document = document;
    }

    @Override
    public Mono<ServerResponse> filter(ServerRequest request, HandlerFunction<ServerResponse> next) {
        boolean allowed = tokens.isEmpty() ? isLocal(request) : bearsToken(request);
        return allowed ? next.handle(request) : refuse(request);
    }

    private static boolean isLocal(ServerRequest request) {
        boolean loopback = request.remoteAddress()
                .map(InetSocketAddress::getAddress)
                .filter(address -> address.isLoopbackAddress())
                .isPresent();
        InetSocketAddress host = request.headers().host();
        return loopback && host != null && isOwnName(host.getHostString());
    }

    private static boolean isOwnName(String name) {
        return name.equalsIgnoreCase("localhost")
                || name.matches("127(\\.[0-9]{1,3}){3}")
                || name.equals("::1")
                || name.equals("[::1]");
    }

    /** Takes as long for a near miss as for a far one, and for the first token as for the last. */
    private boolean bearsToken(ServerRequest request) {
        List<String> values = request.headers().header(HttpHeaders.AUTHORIZATION);
        String value = values.size() == 1 ? values.get(0) : "";
        byte[] claimed = value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? value.substring(SCHEME.length()).trim().getBytes(UTF_8)
                : new byte[0];
        boolean known = false;
        for (SecretSource token : tokens) {
            known |= MessageDigest.isEqual(token.current().reveal().getBytes(UTF_8), claimed);
        }
        return known;
    }

    private Mono<ServerResponse> refuse(ServerRequest request) {
        Problem problem = Problem.of(ProblemCode.INTERNAL_TOKEN_REQUIRED);
        String id = UUID.randomUUID().toString().replace("-", "");
        return ServerResponse.status(problem.code().status())
                .contentType(ProblemDocument.MEDIA_TYPE)
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"internal\"")
                .header("X-Latchkey-Problem", problem.code().code())
                .bodyValue(document.render(problem, id, request.uri().getRawPath()));
    }
}
