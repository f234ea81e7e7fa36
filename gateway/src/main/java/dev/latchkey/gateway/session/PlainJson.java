package dev.latchkey.gateway.session;

import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.serializer.RedisSerializer;
import tools.jackson.databind.json.JsonMapper;

/**
 * The three kinds of value in a session's hash as plain JSON, without type names: nothing that is read from Redis can
 * choose a class to be made. Times are too large for an {@code int} and so come back as {@code Long}, the interval as
 * {@code Integer}, which is what Spring Session expects.
 */
final class PlainJson implements RedisSerializer<Object> {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public byte[] serialize(@Nullable Object value) {
        return JSON.writeValueAsBytes(value);
    }

    @Override
    public @Nullable Object deserialize(byte @Nullable [] bytes) {
        return bytes == null ? null : JSON.readValue(bytes, Object.class);
    }
}
