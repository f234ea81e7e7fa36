package dev.latchkey.gateway.facade.githuboauth;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Clock;
import org.springframework.boot.context.properties.bind.Binder;

final class OAuthFacadeCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey.oauth-facade", OAuthFacadeProperties.class)
                .ifPresent(properties -> {
                    properties.check(faults);
                    faults.collect(() -> Clients.of(properties, Clock.systemUTC()));
                });
    }
}
