package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import org.springframework.boot.context.properties.bind.Binder;

final class CatFeederCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey.oauth-providers", CatFeederProperties.class)
                .ifPresent(properties -> properties.check(faults));
    }
}
