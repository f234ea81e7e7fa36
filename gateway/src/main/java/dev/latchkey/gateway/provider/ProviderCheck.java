package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import org.springframework.boot.context.properties.bind.Binder;

final class ProviderCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey.github", GitHubProperties.class)
                .ifPresent(properties -> properties.check(faults));
        faults.bind(binder, "latchkey.providers", ProvidersProperties.class)
                .ifPresent(properties -> properties.check(faults));
    }
}
