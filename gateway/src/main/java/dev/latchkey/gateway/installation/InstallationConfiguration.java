package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.provider.ProviderEventListener;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.util.function.Consumer;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({AppProperties.class, MoreAppsProperties.class, BrokerProperties.class})
class InstallationConfiguration {

    @Bean
    InstallationTokens installationTokens(
            AppProperties main,
            MoreAppsProperties more,
            BrokerProperties properties,
            Store store,
            KeyRing keys,
            Clock clock,
            ApplicationEventPublisher publisher) {
        ConfigurationFaults faults = new ConfigurationFaults();
        Apps apps = AppsReader.read(main, more, faults, clock);
        faults.throwIfAny();
        Consumer<InstallationEvent> events = publisher::publishEvent;
        return new InstallationTokens(
                apps,
                new AppApi(new Pauses(store, clock), properties.timeout(), clock),
                new Index(store),
                new Haste(store, clock),
                new OnceForAll<>("installation", store, keys, clock, properties.timeout(), () -> {}),
                new OnceForAll<>(
                        "installation-token",
                        store,
                        keys,
                        clock,
                        properties.timeout(),
                        () -> events.accept(new InstallationEvent.Remembered())),
                properties,
                clock,
                events);
    }

    @Bean
    ProviderEventListener installationEvents(InstallationTokens tokens) {
        return event -> tokens.heard(event.name(), event.payload().toString());
    }
}
