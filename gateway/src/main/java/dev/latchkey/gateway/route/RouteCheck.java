package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import org.springframework.boot.context.properties.bind.Binder;

final class RouteCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey", RouteProperties.class)
                .ifPresent(properties -> new RouteFolder(
                                properties.routes(), RouteFile.Setting.checking(OwnAddresses.of(binder)))
                        .read(faults));
    }
}
