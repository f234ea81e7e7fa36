package dev.latchkey.gateway.link;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Clock;
import org.springframework.boot.context.properties.bind.Binder;

final class LinkCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey.links", LinkProperties.class).ifPresent(properties -> {
            properties.check(faults);
            Secret secret = properties.hookSecret();
            if (secret != null) {
                faults.collect(() -> SecretSource.of(secret, Clock.systemUTC()));
            }
        });
    }
}
