package dev.latchkey.gateway.session;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import org.springframework.boot.context.properties.bind.Binder;

final class SessionCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey.session", SessionProperties.class)
                .ifPresent(properties -> properties.check(faults));
    }
}
