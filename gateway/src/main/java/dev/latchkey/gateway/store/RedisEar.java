package dev.latchkey.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.ReactiveSubscription;
import org.springframework.data.redis.connection.ReactiveSubscription.Message;
import org.springframework.data.redis.connection.SubscriptionListener;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Hears what is published, for all listeners of this node over one connection, from the first listener on.
 *
 * <p>Lettuce subscribes anew whenever it has lost and found the connection. Each time Redis confirms, the listeners are
 * told of a gap, the first time too: what was published between a listener's coming and the confirmation went unheard.
 */
final class RedisEar implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RedisEar.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(2);

    private final RedisLink link;
    private final String prefix;
    private final Announcements announcements = new Announcements();
    private final AtomicBoolean listening = new AtomicBoolean();
    private final Disposable.Swap subscription = Disposables.swap();

    RedisEar(RedisLink link, String prefix) {
        this.link = link;
        this.prefix = prefix;
    }

    Flux<String> listen(String topic) {
        return announcements.on(topic).doOnSubscribe(listener -> start());
    }

    ByteBuffer channel(String topic) {
        return ByteBuffer.wrap((prefix + topic).getBytes(UTF_8));
    }

    @Override
    public void close() {
        subscription.dispose();
    }

    private void start() {
        if (listening.compareAndSet(false, true)) {
            subscription.update(hearing().subscribe());
        }
    }

    private Flux<Void> hearing() {
        return Flux.usingWhen(link.open(), this::hear, ReactiveRedisConnection::closeLater)
                .doOnError(e -> log.debug("Cannot hear what other nodes publish", e))
                .retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_RETRY).maxBackoff(LONGEST_RETRY));
    }

    private Flux<Void> hear(ReactiveRedisConnection redis) {
        return redis.pubSubCommands().createSubscription(new Confirmations()).flatMapMany(this::hear);
    }

    private Flux<Void> hear(ReactiveSubscription subscription) {
        Mono<Void> subscribe = subscription.pSubscribe(channel("*"));
        return subscription
                .receive()
                .doOnNext(this::announce)
                .mergeWith(subscribe.then(Mono.empty()))
                .thenMany(Flux.empty());
    }

    private void announce(Message<ByteBuffer, ByteBuffer> message) {
        String channel = UTF_8.decode(message.getChannel().duplicate()).toString();
        announcements.announce(
                channel.substring(prefix.length()),
                UTF_8.decode(message.getMessage().duplicate()).toString());
    }

    private final class Confirmations implements SubscriptionListener {

        @Override
        public void onPatternSubscribed(byte[] pattern, long count) {
            announcements.announceGap();
        }
    }
}
