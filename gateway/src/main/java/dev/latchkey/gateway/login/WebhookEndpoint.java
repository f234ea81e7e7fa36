package dev.latchkey.gateway.login;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.ProviderEvent;
import dev.latchkey.gateway.provider.ProviderEventListener;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.web.BodyRoom;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.RequestScope;
import java.net.URLDecoder;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Takes what GitHub tells. Believed is only what GitHub has signed; acted on it is once for each delivery, on whichever
 * node it arrives. A delivery that could not be acted on is refused, so that GitHub can be asked to repeat it.
 *
 * @see <a href="https://docs.github.com/en/webhooks/webhook-events-and-payloads">Webhook events and payloads</a>
 */
final class WebhookEndpoint {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookEndpoint.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final byte[] BEGUN = {0};
    private static final byte[] SEEN = {1};
    /** Longer than it takes to act on a delivery; a node that died over it leaves room for another try then. */
    private static final Duration ACTING = Duration.ofMinutes(1);
    /** GitHub repeats deliveries of the last three days if it is asked to. */
    private static final Duration REPEATABLE = Duration.ofDays(4);

    /** As long as GitHub waits for an answer. */
    private static final Duration RECEIVING = Duration.ofSeconds(10);

    private static final int ROOM = 16 * 1024 * 1024;
    private static final String FORM_FIELD = "payload=";

    private final SecretSource secret;
    private final Store store;
    private final List<ProviderEventListener> listeners;
    private final GatewayAddress address;
    private final Clock clock;
    private final BodyRoom room = new BodyRoom(ROOM);

    WebhookEndpoint(
            SecretSource secret,
            Store store,
            List<ProviderEventListener> listeners,
            GatewayAddress address,
            Clock clock) {
        this.secret = secret;
        this.store = store;
        this.listeners = listeners;
        this.address = address;
        this.clock = clock;
    }

    RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .POST(address.path("/webhooks/github"), this::receive)
                .build();
    }

    private Mono<ServerResponse> receive(ServerRequest request) {
        HttpHeaders headers = request.headers().asHttpHeaders();
        return Mono.using(
                () -> new Signature(
                        secret.current(),
                        room,
                        RequestScope.of(request.exchange()).client()),
                signature -> received(request, signature).then(Mono.defer(() -> judged(headers, signature))));
    }

    private static Mono<Void> received(ServerRequest request, Signature signature) {
        return request.exchange()
                .getRequest()
                .getBody()
                .doOnNext(part -> {
                    try {
                        signature.add(part);
                    } finally {
                        DataBufferUtils.release(part);
                    }
                })
                .then()
                .timeout(RECEIVING, Mono.error(() -> Problem.of(ProblemCode.REQUEST_TOO_SLOW)));
    }

    private Mono<ServerResponse> judged(HttpHeaders headers, Signature signature) {
        if (!signature.isProvenBy(headers.getFirst("X-Hub-Signature-256"))) {
            return Mono.error(Problem.of(ProblemCode.WEBHOOK_UNPROVEN));
        }
        return signature.hadRoom()
                ? believed(headers, signature.body())
                : Mono.error(Problem.of(ProblemCode.WEBHOOK_CROWDED).retryAfter(ACTING));
    }

    private Mono<ServerResponse> believed(HttpHeaders headers, @Nullable String body) {
        String delivery = headers.getFirst("X-GitHub-Delivery");
        String name = headers.getFirst("X-GitHub-Event");
        if (delivery == null
                || !delivery.matches("[0-9A-Za-z-]{1,64}")
                || name == null
                || !name.matches("[a-z_]{1,64}")) {
            return Mono.error(Problem.of(ProblemCode.REQUEST_MALFORMED, "The delivery does not say what it is"));
        }
        if (body == null) {
            LOG.warn("The webhook {} {} is too large to be acted on", name, delivery);
            return accepted();
        }
        ProviderEvent event = event(name, body, headers.getContentType());
        String key = "webhook:" + delivery;
        return store.putIfAbsent(key, BEGUN, clock.instant().plus(ACTING))
                .flatMap(first -> first ? actOn(event, key) : actedOn(key))
                .then(Mono.defer(WebhookEndpoint::accepted));
    }

    /** A delivery that somebody has begun with and not ended is not done: it may be one that died at work. */
    private Mono<Void> actedOn(String key) {
        return store.get(key)
                .filter(mark -> Arrays.equals(mark, SEEN))
                .switchIfEmpty(Mono.error(
                        () -> Problem.of(ProblemCode.WEBHOOK_UNDER_WAY).retryAfter(ACTING)))
                .then();
    }

    private Mono<Void> actOn(ProviderEvent event, String key) {
        LOG.info("GitHub tells of {}", event);
        return Flux.fromIterable(listeners)
                .concatMap(listener -> listener.heard(event))
                .then(Mono.defer(() -> store.put(key, SEEN, clock.instant().plus(REPEATABLE))))
                .onErrorResume(failure -> store.delete(key).onErrorComplete().then(Mono.error(failure)));
    }

    private static ProviderEvent event(String name, String body, @Nullable MediaType type) {
        try {
            JsonNode payload = JSON.readTree(isForm(type) ? formField(body) : body);
            JsonNode action = payload.path("action");
            return new ProviderEvent(name, action.isString() ? action.stringValue() : "", payload);
        } catch (JacksonException | IllegalArgumentException e) {
            throw Problem.of(ProblemCode.REQUEST_MALFORMED, "The delivery is no JSON");
        }
    }

    private static boolean isForm(@Nullable MediaType type) {
        return MediaType.APPLICATION_FORM_URLENCODED.equalsTypeAndSubtype(type);
    }

    private static String formField(String body) {
        if (!body.startsWith(FORM_FIELD)) {
            throw new IllegalArgumentException("there is no payload");
        }
        return URLDecoder.decode(body.substring(FORM_FIELD.length()), UTF_8);
    }

    private static Mono<ServerResponse> accepted() {
        return ServerResponse.status(HttpStatus.ACCEPTED).build();
    }
}
