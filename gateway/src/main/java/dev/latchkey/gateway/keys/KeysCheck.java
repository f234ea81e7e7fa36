package dev.latchkey.gateway.keys;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Clock;
import org.springframework.boot.context.properties.bind.Binder;

final class KeysCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey", KeysProperties.class).ifPresent(properties -> {
            properties.signingKeys().check(faults);
            KeyRing.parts(properties.secretKeys(), faults, Clock.systemUTC());
            boolean shared =
                    "redis".equals(binder.bind("latchkey.store", String.class).orElse("embedded"));
            if (shared && properties.secretKeys().isEmpty()) {
                SecretKeys.refuseUnset(faults);
            }
        });
    }
}
