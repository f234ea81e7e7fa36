package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Clock;
import java.util.Optional;
import org.springframework.boot.context.properties.bind.Binder;

final class InstallationCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        Optional<AppProperties> one = faults.bind(binder, "latchkey.github", AppProperties.class);
        Optional<MoreAppsProperties> others = faults.bind(binder, "latchkey", MoreAppsProperties.class);
        one.ifPresent(main -> others.ifPresent(more -> AppsReader.read(main, more, faults, Clock.systemUTC())));
        faults.bind(binder, "latchkey.broker", BrokerProperties.class)
                .ifPresent(properties -> properties.check(faults));
    }
}
