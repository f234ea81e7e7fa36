package dev.latchkey.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStringCommands.SetOption;
import org.springframework.data.redis.core.types.Expiration;
import org.springframework.data.redis.util.ByteUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * State that any number of nodes share, in Redis 6.2 or newer: single, with Sentinels, or a cluster.
 *
 * <p>A record is a string, a set a sorted set with the ends as scores; both expire by themselves. Every name begins with
 * {@code latchkey:}. Whatever goes wrong on the way to Redis or in it is {@code store.unavailable}.
 */
final class RedisStore implements Store, SmartLifecycle {

    private static final String PREFIX = "latchkey:";
    private static final String PING = "ping";

    private final RedisLink link;
    private final RedisEar ear;
    private volatile boolean running;

    RedisStore(ReactiveRedisConnectionFactory factory) {
        this.link = new RedisLink(factory);
        this.ear = new RedisEar(link, PREFIX + "topic:");
    }

    @Override
    public Mono<byte[]> get(String key) {
        return one(redis -> redis.stringCommands().get(key(key))).map(ByteUtils::getBytes);
    }

    @Override
    public Mono<Void> put(String key, byte[] value, Instant end) {
        return set(key, value, end, SetOption.upsert()).then();
    }

    @Override
    public Mono<Boolean> putIfAbsent(String key, byte[] value, Instant end) {
        return set(key, value, end, SetOption.ifAbsent());
    }

    @Override
    public Mono<Boolean> replace(String key, byte[] expected, byte[] value, Instant end) {
        return one(redis -> RedisScript.REPLACE.number(
                        redis, key(key), ByteBuffer.wrap(expected), ByteBuffer.wrap(value), millis(end)))
                .map(RedisStore::isOne);
    }

    @Override
    public Mono<Boolean> replace(String key, byte[] expected, byte[] value) {
        return one(redis -> RedisScript.REPLACE_TILL_ITS_END.number(
                        redis, key(key), ByteBuffer.wrap(expected), ByteBuffer.wrap(value)))
                .map(RedisStore::isOne);
    }

    @Override
    public Mono<Boolean> extend(String key, Instant end) {
        return one(redis -> RedisScript.EXTEND.number(redis, key(key), millis(end)))
                .map(RedisStore::isOne);
    }

    @Override
    public Mono<Boolean> delete(String key) {
        return one(redis -> redis.keyCommands().del(key(key))).map(RedisStore::isOne);
    }

    @Override
    public Mono<Boolean> deleteIf(String key, byte[] expected) {
        return one(redis -> RedisScript.DELETE_IF.number(redis, key(key), ByteBuffer.wrap(expected)))
                .map(RedisStore::isOne);
    }

    @Override
    public Mono<Void> addMember(String set, String member, Instant end) {
        return one(redis -> RedisScript.ADD_MEMBER.number(redis, key(set), bytes(member), millis(end)))
                .then();
    }

    @Override
    public Mono<Void> removeMember(String set, String member) {
        return one(redis -> redis.zSetCommands().zRem(key(set), bytes(member))).then();
    }

    @Override
    public Flux<String> members(String set) {
        return many(redis -> RedisScript.MEMBERS.several(redis, key(set)))
                .flatMapIterable(RedisStore::flat)
                .map(member -> text((ByteBuffer) member));
    }

    @Override
    public Mono<Void> schedule(String queue, String entry, Instant due) {
        return one(redis -> redis.zSetCommands().zAdd(key(queue), (double) Ends.millis(due), bytes(entry)))
                .then();
    }

    @Override
    public Mono<Boolean> cancel(String queue, String entry) {
        return one(redis -> redis.zSetCommands().zRem(key(queue), bytes(entry))).map(RedisStore::isOne);
    }

    @Override
    public Flux<String> takeDue(String queue, int most) {
        return many(redis -> RedisScript.TAKE_DUE.several(redis, key(queue), bytes(Integer.toString(most))))
                .flatMapIterable(RedisStore::flat)
                .map(entry -> text((ByteBuffer) entry));
    }

    @Override
    public Mono<Void> publish(String topic, String message) {
        return one(redis -> redis.pubSubCommands().publish(ear.channel(topic), bytes(message)))
                .then();
    }

    @Override
    public Flux<String> listen(String topic) {
        return ear.listen(topic);
    }

    /** Asks for a record, as sessions do: a server that is loading, or a cluster that is down, answers a PING. */
    @Override
    public Mono<Void> ping() {
        return get(PING).then();
    }

    @Override
    public void start() {
        running = true;
    }

    /** Lets go before the connections are taken away, which happens in the same phase, but after those who use them. */
    @Override
    public void stop() {
        running = false;
        ear.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return 0;
    }

    private Mono<Boolean> set(String key, byte[] value, Instant end, SetOption option) {
        Expiration expiration = Expiration.unixTimestamp(Ends.millis(end), TimeUnit.MILLISECONDS);
        return one(redis -> redis.stringCommands().set(key(key), ByteBuffer.wrap(value), expiration, option));
    }

    private <T> Mono<T> one(Function<ReactiveRedisConnection, Mono<T>> command) {
        return link.connection().flatMap(command).onErrorMap(StoreUnavailable::because);
    }

    private <T> Flux<T> many(Function<ReactiveRedisConnection, Publisher<T>> command) {
        return link.connection().flatMapMany(command).onErrorMap(StoreUnavailable::because);
    }

    /** Redis's several answers come as one list, or one by one. */
    private static Collection<?> flat(Object answer) {
        return answer instanceof Collection<?> several ? several : List.of(answer);
    }

    private static boolean isOne(long count) {
        return count == 1;
    }

    private static ByteBuffer key(String name) {
        return bytes(PREFIX + name);
    }

    private static ByteBuffer millis(Instant end) {
        return bytes(Long.toString(Ends.millis(end)));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static String text(ByteBuffer bytes) {
        return UTF_8.decode(bytes).toString();
    }
}
