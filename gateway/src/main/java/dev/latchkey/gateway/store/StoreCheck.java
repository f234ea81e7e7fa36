package dev.latchkey.gateway.store;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.Set;
import org.springframework.boot.context.properties.bind.Binder;

final class StoreCheck implements ConfigurationCheck {

    private static final Set<String> KINDS = Set.of(StoreConfiguration.EMBEDDED, StoreConfiguration.REDIS);

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey", StoreProperties.class)
                .filter(properties -> !KINDS.contains(properties.store()))
                .ifPresent(properties -> faults.add(
                        StoreConfiguration.PROPERTY,
                        "'" + properties.store() + "' is no store",
                        "Write embedded or redis."));
    }
}
