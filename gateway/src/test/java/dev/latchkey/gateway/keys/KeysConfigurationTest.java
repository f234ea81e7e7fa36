package dev.latchkey.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.store.Store;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class KeysConfigurationTest {

    private static final String KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    private final ApplicationContextRunner bare = new ApplicationContextRunner()
            .withBean(Clock.class, Clock::systemUTC)
            .withUserConfiguration(KeysConfiguration.class);

    @TempDir
    private Path folder;

    @Test
    void makesItsOwnKeysOnASingleNode() {
        embedded().run(context -> {
            SigningKeys keys = context.getBean(SigningKeys.class);
            Awaitility.await().ignoreExceptions().until(() -> keys.current() != null);

            assertThat(keys.jwks()).contains("ES256");
            assertThat(folder.resolve("secret-keys")).exists();
        });
    }

    @Test
    void takesTheKeysItIsGiven() {
        embedded()
                .withPropertyValues("latchkey.secret-keys=" + KEY + "," + KEY + "=")
                .run(context -> {
                    assertThat(context.getBean(KeyRing.class)).hasToString("KeyRing of 2");
                    assertThat(folder.resolve("secret-keys")).doesNotExist();
                });
    }

    @Test
    void showsNoKeyWhenItsPropertiesArePrinted() {
        embedded()
                .withPropertyValues("latchkey.secret-keys=" + KEY)
                .run(context -> assertThat(context.getBean(KeysProperties.class).toString())
                        .doesNotContain(KEY));
    }

    @Test
    void refusesASharedStoreWithoutKeysAndAWrongPlanInOneGo() {
        bare.withBean(Store.class, KeysConfigurationTest::sharedStore)
                .withPropertyValues("latchkey.signing-keys.rotate-every=1h", "latchkey.signing-keys.publish-ahead=2h")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .isInstanceOf(ConfigurationRefused.class)
                        .hasMessageContaining("latchkey.secret-keys")
                        .hasMessageContaining("openssl rand -base64 32")
                        .hasMessageContaining("latchkey.signing-keys.publish-ahead"));
    }

    @Test
    void refusesAPlanWithoutTime() {
        embedded()
                .withPropertyValues("latchkey.signing-keys.rotate-every=0s", "latchkey.signing-keys.publish-ahead=-1s")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("rotate-every")
                        .hasMessageContaining("publish-ahead"));
    }

    private ApplicationContextRunner embedded() {
        return bare.withBean(EmbeddedStore.class, () -> new EmbeddedStore(folder, Clock.systemUTC()));
    }

    /** A store that is not this node's own, and that nothing is asked of. */
    private static Store sharedStore() {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(),
                new Class<?>[] {Store.class},
                (proxy, method, arguments) -> method.getReturnType() == Flux.class ? Flux.never() : Mono.never());
    }
}
