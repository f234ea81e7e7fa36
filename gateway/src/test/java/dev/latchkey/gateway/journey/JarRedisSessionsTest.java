package dev.latchkey.gateway.journey;

import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

class JarRedisSessionsTest extends SessionsContract {

    private static RedisServer redis;

    @BeforeAll
    static void startRedis() {
        redis = RedisServer.embedded();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @BeforeEach
    void forget() {
        redis.flush();
    }

    @Override
    TestGateway.Builder keptIn(TestGateway.Builder gateway) {
        return gateway.on(redis);
    }
}
