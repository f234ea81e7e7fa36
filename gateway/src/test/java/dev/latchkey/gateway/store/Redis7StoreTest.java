package dev.latchkey.gateway.store;

import java.nio.file.Files;
import org.junit.jupiter.api.condition.EnabledIf;

/** Where Debian's Redis is installed, as it is wherever releases are built. */
@EnabledIf("isInstalled")
class Redis7StoreTest extends RedisStoreContract {

    static boolean isInstalled() {
        return Files.isExecutable(TestRedis.DEBIAN);
    }

    @Override
    TestRedis startRedis() {
        return TestRedis.debian();
    }
}
