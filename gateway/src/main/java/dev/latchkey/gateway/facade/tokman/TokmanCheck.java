package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Clock;
import org.springframework.boot.context.properties.bind.Binder;

final class TokmanCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey.broker", TokmanProperties.class)
                .ifPresent(properties -> faults.bind(binder, "latchkey.internal", InternalTokenProperties.class)
                        .ifPresent(internal -> {
                            properties.check(faults);
                            Callers.read(properties, internal, faults, Clock.systemUTC());
                        }));
    }
}
