package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import org.springframework.boot.context.properties.bind.Binder;

final class OpsCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey", LogProperties.class);
        faults.bind(binder, "latchkey", SelfCheckProperties.class);
        faults.bind(binder, "latchkey.internal", InternalProperties.class)
                .ifPresent(properties -> properties.check(faults));
        faults.bind(binder, "latchkey.tracing", TracingProperties.class)
                .ifPresent(properties -> properties.check(faults));
    }
}
