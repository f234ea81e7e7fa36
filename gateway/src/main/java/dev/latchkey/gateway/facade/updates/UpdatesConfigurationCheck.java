package dev.latchkey.gateway.facade.updates;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import org.springframework.boot.context.properties.bind.Binder;

final class UpdatesConfigurationCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey.updates", UpdatesProperties.class)
                .ifPresent(properties -> properties.check(faults));
    }
}
