package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Duration;
import java.util.Objects;
import org.springframework.boot.context.properties.bind.Binder;

final class WebCheck implements ConfigurationCheck {

    private static final String PORT = "server.port";
    private static final int LAST_PORT = 65_535;
    private static final String FORWARDED = "server.forward-headers-strategy";

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey", AddressProperties.class)
                .ifPresent(properties -> faults.collect(properties::address));
        faults.bind(binder, "latchkey.pages", PagesProperties.class);
        faults.bind(binder, "latchkey", WebProperties.class).ifPresent(properties -> {
            TrustedProxies.parse(properties.trustedProxies(), faults);
            FurtherHosts.names(properties.domains(), faults);
        });
        faults.bind(binder, "latchkey.drain", DrainProperties.class)
                .ifPresent(properties -> properties.check(shutdownStep(binder), faults));
        checkForwardedHeaders(binder, faults);
        binder.bind(PORT, String.class).ifBound(port -> checkPort(port.strip(), faults));
    }

    private static void checkPort(String port, ConfigurationFaults faults) {
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > LAST_PORT) {
            faults.add(PORT, "'" + port + "' is no port", "Write a number from 1 to 65535.");
        }
    }

    private static Duration shutdownStep(Binder binder) {
        return Objects.requireNonNullElse(
                binder.bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
                        .orElse(null),
                Duration.ofSeconds(30));
    }

    /** The server would believe the headers of anybody, and hand on a request with another path and peer. */
    private static void checkForwardedHeaders(Binder binder, ConfigurationFaults faults) {
        binder.bind(FORWARDED, String.class).ifBound(strategy -> {
            if (!strategy.equalsIgnoreCase("none")) {
                faults.add(
                        FORWARDED,
                        "'" + strategy + "' would believe forwarded headers whoever sends them",
                        "Leave it out, and name your proxies in latchkey.trusted-proxies.");
            }
        });
    }
}
