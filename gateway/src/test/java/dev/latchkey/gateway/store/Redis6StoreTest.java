package dev.latchkey.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class Redis6StoreTest extends RedisStoreContract {

    @Override
    TestRedis startRedis() {
        return TestRedis.embedded();
    }

    @Test
    void saysUnavailableWhenRedisTakesTooLong() {
        redis().pause(Duration.ofSeconds(60));

        assertUnavailable(store().get(key));

        redis().stop();
        comeBack();
    }

    @Test
    void doesNotRepeatACommandWhoseAnswerWasLost() {
        redis().pause(Duration.ofSeconds(60));
        CompletableFuture<Boolean> asked =
                store().putIfAbsent(key, ONE, later()).toFuture();

        redis().stop();
        redis().start();

        assertThat(asked).failsWithin(PATIENCE);
        comeBack();
        assertThat(get()).isNull();
    }
}
