package dev.latchkey.gateway.actions;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import org.springframework.boot.context.properties.bind.Binder;

final class ActionsCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey.actions", ActionsProperties.class)
                .ifPresent(properties -> properties.check(faults));
    }
}
