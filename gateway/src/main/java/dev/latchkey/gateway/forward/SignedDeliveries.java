package dev.latchkey.gateway.forward;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.HmacSha256;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.route.PermittedStage;
import dev.latchkey.gateway.web.BodyRoom;
import dev.latchkey.gateway.web.RequestScope;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The stage that lets nothing pass to an app that takes webhooks but what GitHub has signed for it. The whole body has to be
 * here before anybody can tell, so it is kept meanwhile, within a room of which a neighbourhood has half at most, and then sent on byte for
 * byte.
 *
 * @see <a href="https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries">Validating deliveries</a>
 */
public final class SignedDeliveries implements PermittedStage {

    private static final String SIGNATURE = "X-Hub-Signature-256";
    private static final String PREFIX = "sha256=";
    private static final Pattern FORM = Pattern.compile(PREFIX + "[0-9a-f]{64}");
    /** GitHub makes none that is larger. */
    private static final int LARGEST = 25 * 1024 * 1024;

    private static final long ROOM = 64L * 1024 * 1024;
    /** As long as GitHub waits for an answer. */
    private static final Duration RECEIVING = Duration.ofSeconds(10);

    private final BodyRoom room = new BodyRoom(ROOM);

    SignedDeliveries() {}

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        SecretSource secret = permit.route().webhookSecret();
        return secret == null
                ? next.proceed(permit, exchange)
                : verified(secret, exchange).flatMap(body -> next.proceed(permit, withBody(exchange, body)));
    }

    private Mono<byte[]> verified(SecretSource secret, ServerWebExchange exchange) {
        List<String> claims = exchange.getRequest().getHeaders().getOrEmpty(SIGNATURE);
        if (claims.size() != 1 || !FORM.matcher(claims.get(0)).matches()) {
            return Mono.error(unsigned());
        }
        if (exchange.getRequest().getHeaders().getContentLength() > LARGEST) {
            return Mono.error(Problem.of(ProblemCode.BODY_TOO_LARGE));
        }
        return Mono.using(
                () -> new Delivery(room, RequestScope.of(exchange).client()),
                delivery -> received(exchange.getRequest(), delivery)
                        .then(Mono.fromCallable(() -> provenBody(delivery, secret.current(), claims.get(0)))));
    }

    private static Mono<Void> received(ServerHttpRequest request, Delivery delivery) {
        return request.getBody()
                .doOnNext(delivery::add)
                .then()
                .timeout(RECEIVING, Mono.error(() -> Problem.of(ProblemCode.REQUEST_TOO_SLOW)));
    }

    private static byte[] provenBody(Delivery delivery, Secret secret, String claim) {
        byte[] body = delivery.kept.toByteArray();
        String right = PREFIX + HmacSha256.hex(secret, body);
        if (!MessageDigest.isEqual(right.getBytes(US_ASCII), claim.getBytes(UTF_8))) {
            throw unsigned();
        }
        return body;
    }

    private static Problem unsigned() {
        return Problem.of(ProblemCode.WEBHOOK_UNSIGNED);
    }

    private static ServerWebExchange withBody(ServerWebExchange exchange, byte[] body) {
        ServerHttpResponse response = exchange.getResponse();
        ServerHttpRequest request = new ServerHttpRequestDecorator(exchange.getRequest()) {
            @Override
            public Flux<DataBuffer> getBody() {
                return body.length == 0
                        ? Flux.empty()
                        : Flux.defer(() -> Flux.just(response.bufferFactory().wrap(body)));
            }
        };
        return exchange.mutate().request(request).build();
    }

    /** What has arrived of one body, and the room it takes as long as nobody has vouched for it. */
    private static final class Delivery implements AutoCloseable {

        private final BodyRoom room;
        private final String client;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

        Delivery(BodyRoom room, String client) {
            this.room = room;
            this.client = client;
        }

        void add(DataBuffer part) {
            try {
                int more = part.readableByteCount();
                if (kept.size() + more > LARGEST) {
                    throw Problem.of(ProblemCode.BODY_TOO_LARGE);
                }
                if (!room.take(client, more)) {
                    throw Problem.of(ProblemCode.WEBHOOK_CROWDED).retryAfter(RECEIVING);
                }
                byte[] bytes = new byte[more];
                part.read(bytes);
                kept.writeBytes(bytes);
            } finally {
                DataBufferUtils.release(part);
            }
        }

        @Override
        public void close() {
            room.giveBack(client, kept.size());
        }
    }
}
