package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.util.Random;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Schedulers;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PaceProperties.class)
class PaceConfiguration {

    @Bean(initMethod = "start")
    SharedPacer pacer(PaceProperties properties, Store store, Clock clock, ApplicationEventPublisher publisher) {
        return new SharedPacer(properties, store, clock, Schedulers.parallel(), new Random(), publisher::publishEvent);
    }

    @Bean
    Savings savings(Pacer pacer) {
        return new Savings(pacer);
    }
}
