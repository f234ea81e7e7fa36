package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import org.springframework.boot.context.properties.bind.Binder;

final class WebCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey", AddressProperties.class)
                .ifPresent(properties -> faults.collect(properties::address));
        faults.bind(binder, "latchkey.pages", PagesProperties.class);
        faults.bind(binder, "latchkey", WebProperties.class)
                .ifPresent(properties -> TrustedProxies.parse(properties.trustedProxies(), faults));
    }
}
