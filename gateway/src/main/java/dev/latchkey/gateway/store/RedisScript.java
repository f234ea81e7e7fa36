package dev.latchkey.gateway.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.ReturnType;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The steps that no single command does, each on one key, so that a cluster runs them too.
 *
 * <p>They go over as text: Redis keeps what it has compiled, and a server that has just taken over needs no second try. They
 * keep to what Redis 6.2 knows. Members end by Redis's own clock, the one that all nodes share.
 */
enum RedisScript {
    REPLACE("""
            if redis.call('GET', KEYS[1]) == ARGV[1] then
              redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ARGV[3])
              return 1
            end
            return 0"""),

    REPLACE_TILL_ITS_END("""
            if redis.call('GET', KEYS[1]) == ARGV[1] then
              redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
              return 1
            end
            return 0"""),

    DELETE_IF("""
            if redis.call('GET', KEYS[1]) == ARGV[1] then
              return redis.call('DEL', KEYS[1])
            end
            return 0"""),

    EXTEND("""
            local time = redis.call('TIME')
            local left = redis.call('PTTL', KEYS[1])
            if left == -2 then
              return 0
            end
            if left >= 0 and tonumber(ARGV[1]) > time[1] * 1000 + math.floor(time[2] / 1000) + left then
              redis.call('PEXPIREAT', KEYS[1], ARGV[1])
            end
            return 1"""),

    ADD_MEMBER("""
            redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
            local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
            return redis.call('PEXPIREAT', KEYS[1], last[2])"""),

    MEMBERS("""
            local time = redis.call('TIME')
            local now = string.format('%d%03d', time[1], math.floor(time[2] / 1000))
            redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
            return redis.call('ZRANGE', KEYS[1], 0, -1)"""),

    TAKE_DUE("""
            local time = redis.call('TIME')
            local now = string.format('%d%03d', time[1], math.floor(time[2] / 1000))
            local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
            if #due > 0 then
              redis.call('ZREM', KEYS[1], unpack(due))
            end
            return due""");

    private final ByteBuffer text;

    RedisScript(String text) {
        this.text = ByteBuffer.wrap(text.getBytes(US_ASCII)).asReadOnlyBuffer();
    }

    Mono<Long> number(ReactiveRedisConnection redis, ByteBuffer key, ByteBuffer... arguments) {
        return this.<Long>run(redis, ReturnType.INTEGER, key, arguments).next();
    }

    Flux<Object> several(ReactiveRedisConnection redis, ByteBuffer key, ByteBuffer... arguments) {
        return run(redis, ReturnType.MULTI, key, arguments);
    }

    private <T> Flux<T> run(ReactiveRedisConnection redis, ReturnType answer, ByteBuffer key, ByteBuffer... arguments) {
        ByteBuffer[] keyAndArguments = new ByteBuffer[arguments.length + 1];
        keyAndArguments[0] = key;
        System.arraycopy(arguments, 0, keyAndArguments, 1, arguments.length);
        return redis.scriptingCommands().eval(text.duplicate(), answer, 1, keyAndArguments);
    }
}
