package dev.latchkey.gateway.link;

import dev.latchkey.gateway.keys.HmacSha256;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.SealedRecords;
import dev.latchkey.gateway.keys.SealedRecords.Kept;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.store.Store;
import io.netty.channel.ChannelOption;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells the chat, signed as GitHub signs its webhooks. What is to be told is kept until it was taken, for a day at most, and
 * is sent by one node at a time, later and later after each failure. A chat that took a message and could not say so is sent
 * it again, under the same id.
 */
final class LinkHook {

    private static final Logger LOG = LoggerFactory.getLogger(LinkHook.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String QUEUE = "link-hooks";
    /** Few, since what was taken and is not yet put off dies with the node. */
    private static final int AT_ONCE = 8;

    private static final Duration KEPT = Duration.ofDays(1);
    private static final Duration LONGEST_CALL = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    private static final int DOUBLINGS = 12;
    /** A node that dies while it sends leaves the message to another after that. */
    private static final Duration SENDING = Duration.ofMinutes(1);

    private final @Nullable URI url;
    private final @Nullable SecretSource secret;
    private final SealedRecords<Message> records;
    private final Store store;
    private final Clock clock;
    private final WebClient web;

    LinkHook(@Nullable URI url, @Nullable SecretSource secret, Store store, KeyRing keys, Clock clock) {
        this.url = url;
        this.secret = secret;
        this.records = new SealedRecords<>(store, keys, "link-hook", Message.class);
        this.store = store;
        this.clock = clock;
        HttpClient http = HttpClient.newConnection()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 3000)
                .responseTimeout(LONGEST_CALL)
                .followRedirect(false);
        this.web = WebClient.builder()
                .clientConnector(new ReactorClientHttpConnector(http))
                .defaultHeader("User-Agent", "latchkey")
                .build();
    }

    /** A message, as it is stored. */
    record Message(LinkEvent event, int failures, boolean taken) {

        Message failedAgain() {
            return new Message(event, failures + 1, false);
        }

        Message wasTaken() {
            return new Message(event, failures, true);
        }

        Duration pause() {
            Duration pause = Duration.ofSeconds(1L << Math.min(failures, DOUBLINGS));
            return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        }
    }

    /** Keeps something to be told; telling the same twice tells it once. */
    Mono<Void> tell(LinkEvent event) {
        if (url == null) {
            return Mono.empty();
        }
        Instant now = clock.instant();
        return records.putIfAbsent(event.id(), new Message(event, 0, false), now.plus(KEPT))
                .then(Mono.defer(() -> store.schedule(QUEUE, event.id(), now)));
    }

    /** Sends what is due. */
    Mono<Void> work() {
        return url == null
                ? Mono.empty()
                : round().expand(taken -> taken < AT_ONCE ? Mono.empty() : round())
                        .then();
    }

    /** One that cannot be looked into stops no other. */
    private Mono<Long> round() {
        return store.takeDue(QUEUE, AT_ONCE)
                .flatMap(
                        id -> send(id).onErrorResume(failure -> putBack(id, failure))
                                .thenReturn(id),
                        AT_ONCE)
                .count();
    }

    private Mono<Void> putBack(String id, Throwable failure) {
        LOG.warn("A message to the chat could not be looked for, and is tried again: {}", failure.toString());
        return store.schedule(QUEUE, id, clock.instant().plus(SENDING)).onErrorComplete();
    }

    private Mono<Void> send(String id) {
        return store.schedule(QUEUE, id, clock.instant().plus(SENDING))
                .then(Mono.defer(() -> records.find(id)))
                .filter(kept -> !kept.value().taken())
                .flatMap(kept -> post(kept.value().event())
                        .then(Mono.defer(() -> done(kept)))
                        .onErrorResume(failure -> later(kept, failure))
                        .thenReturn(true))
                .switchIfEmpty(Mono.defer(() -> store.cancel(QUEUE, id)))
                .then();
    }

    /** The record stays until its end, so that what another node tells again is known to have been told. */
    private Mono<Void> done(Kept<Message> kept) {
        return records.replace(kept, kept.value().wasTaken())
                .then(Mono.defer(() -> store.cancel(QUEUE, kept.id())))
                .then();
    }

    private Mono<Void> later(Kept<Message> kept, Throwable failure) {
        LOG.warn(
                "The chat could not be told that an account is {}: {}",
                kept.value().event().event(),
                failure.toString());
        Message next = kept.value().failedAgain();
        return records.replace(kept, next)
                .then(Mono.defer(
                        () -> store.schedule(QUEUE, kept.id(), clock.instant().plus(next.pause()))));
    }

    private Mono<Void> post(LinkEvent event) {
        byte[] body = JSON.writeValueAsBytes(event);
        return web.post()
                .uri(String.valueOf(url))
                .contentType(MediaType.APPLICATION_JSON)
                .header("X-Latchkey-Event", event.event())
                .header("X-Latchkey-Delivery", event.id())
                .header("X-Hub-Signature-256", "sha256=" + signature(body))
                .bodyValue(body)
                .exchangeToMono(response -> response.statusCode().is2xxSuccessful()
                        ? response.releaseBody()
                        : response.releaseBody()
                                .then(Mono.error(() -> new IllegalStateException(
                                        "it answered " + response.statusCode().value()))));
    }

    private String signature(byte[] body) {
        Secret key = secret == null ? Secret.of("") : secret.current();
        return HmacSha256.hex(key, body);
    }
}
