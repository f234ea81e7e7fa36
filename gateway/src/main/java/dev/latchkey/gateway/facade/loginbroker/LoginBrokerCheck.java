package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import org.springframework.boot.context.properties.bind.Binder;

final class LoginBrokerCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey.login-broker", LoginBrokerProperties.class)
                .ifPresent(properties -> properties.check(faults));
    }
}
