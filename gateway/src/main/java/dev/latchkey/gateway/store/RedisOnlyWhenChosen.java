package dev.latchkey.gateway.store;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves Boot's Redis parts out unless state lives there: otherwise sessions and health checks would look for a server
 * that nobody runs.
 */
final class RedisOnlyWhenChosen implements AutoConfigurationImportFilter, EnvironmentAware {

    private static final String DATA = "org.springframework.boot.data.redis.";
    private static final String SESSION = "org.springframework.boot.session.data.redis.";

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public boolean[] match(@Nullable String[] autoConfigurations, AutoConfigurationMetadata metadata) {
        boolean chosen = StoreConfiguration.REDIS.equalsIgnoreCase(
                Objects.requireNonNull(environment).getProperty(StoreConfiguration.PROPERTY));
        boolean[] wanted = new boolean[autoConfigurations.length];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = chosen || !isForRedis(autoConfigurations[i]);
        }
        return wanted;
    }

    private static boolean isForRedis(@Nullable String name) {
        return name != null && (name.startsWith(DATA) || name.startsWith(SESSION));
    }
}
