package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import org.springframework.boot.context.properties.bind.Binder;

final class PaceCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, PaceProperties.PREFIX, PaceProperties.class)
                .ifPresent(properties -> properties.check(faults));
    }
}
