package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RedisServerTest {

    @Test
    void tellsEverythingItHolds() {
        try (RedisServer redis = RedisServer.embedded()) {
            with(redis, commands -> {
                commands.set("text", "gho_1");
                commands.hset("hash", Map.of("field", "gho_2"));
                commands.rpush("list", "gho_3");
                commands.sadd("set", "gho_4");
                commands.zadd("zset", 5, "gho_5");
                commands.xadd("stream", "field", "gho_6");
            });

            assertThat(redis.keys()).containsExactly("hash", "list", "set", "stream", "text", "zset");
            assertThat(redis.dump())
                    .contains("text = gho_1", "field=gho_2", "gho_3", "gho_4", "gho_5:5.0", "field=gho_6");
            redis.flush();
            assertThat(redis.dump()).isEmpty();
        }
    }

    @Test
    void keepsPortAndDataOverARestart() {
        try (RedisServer redis = RedisServer.embedded()) {
            int port = redis.port();
            with(redis, commands -> commands.set("a", "1"));

            redis.stop();
            assertThatThrownBy(redis::keys).isInstanceOf(RedisException.class);
            redis.start();

            assertThat(redis.port()).isEqualTo(port);
            assertThat(redis.dump()).isEqualTo("a = 1");
        }
    }

    @Test
    void saysNothingWhilePaused() {
        try (RedisServer redis = RedisServer.embedded()) {
            redis.pause();
            assertThatThrownBy(() -> with(redis, Duration.ofMillis(500), commands -> commands.get("a")))
                    .isInstanceOf(RedisException.class);

            redis.resume();
            with(redis, commands -> assertThat(commands.get("a")).isNull());
        }
    }

    @Test
    @DebianRedisTest
    void runsTheMachinesOwn() {
        try (RedisServer redis = RedisServer.debian()) {
            with(redis, commands -> assertThat(commands.info("server")).contains("redis_version:"));
        }
    }

    private static void with(RedisServer redis, Consumer<RedisCommands<String, String>> use) {
        with(redis, Duration.ofSeconds(30), use);
    }

    private static void with(RedisServer redis, Duration patience, Consumer<RedisCommands<String, String>> use) {
        RedisClient client = RedisClient.create(RedisURI.builder()
                .withHost(redis.host())
                .withPort(redis.port())
                .withTimeout(patience)
                .build());
        try (var connection = client.connect()) {
            use.accept(connection.sync());
        } finally {
            client.shutdown(0, 2, TimeUnit.SECONDS);
        }
    }
}
