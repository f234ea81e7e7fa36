package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.util.Random;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PaceProperties.class)
class PaceConfiguration {

    /** @param timers of a clock other than the system's, where there is one */
    @Bean(initMethod = "start")
    SharedPacer pacer(
            PaceProperties properties,
            Store store,
            Clock clock,
            ObjectProvider<Scheduler> timers,
            ApplicationEventPublisher publisher) {
        return new SharedPacer(
                properties,
                store,
                clock,
                timers.getIfAvailable(Schedulers::parallel),
                Schedulers.parallel(),
                new Random(),
                publisher::publishEvent);
    }

    @Bean(initMethod = "start")
    Savings savings(Pacer pacer, Store store, ObjectProvider<Scheduler> timers) {
        return new Savings(pacer, store, timers.getIfAvailable(Schedulers::parallel));
    }
}
