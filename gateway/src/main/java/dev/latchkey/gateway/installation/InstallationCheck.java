package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Clock;
import org.springframework.boot.context.properties.bind.Binder;

final class InstallationCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey.github", AppProperties.class)
                .ifPresent(main -> faults.bind(binder, "latchkey", MoreAppsProperties.class)
                        .ifPresent(more -> AppsReader.read(main, more, faults, Clock.systemUTC())));
        faults.bind(binder, "latchkey.broker", BrokerProperties.class)
                .ifPresent(properties -> properties.check(faults));
    }
}
