package dev.latchkey.gateway.github;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import org.springframework.boot.context.properties.bind.Binder;

final class PassthroughCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey.passthrough", PassthroughProperties.class)
                .ifPresent(properties -> properties.check(faults));
    }
}
