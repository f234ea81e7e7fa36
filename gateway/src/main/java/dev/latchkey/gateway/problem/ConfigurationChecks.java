package dev.latchkey.gateway.problem;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;

/**
 * Runs every {@link ConfigurationCheck} before the first bean is made, and stops the start if one finds a fault.
 */
public final class ConfigurationChecks implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        check(context.getEnvironment());
    }

    private static void check(Environment environment) {
        ConfigurationFaults faults = new ConfigurationFaults();
        Binder binder = Binder.get(environment);
        SpringFactoriesLoader.forDefaultResourceLocation()
                .load(ConfigurationCheck.class)
                .forEach(check -> check.check(binder, faults));
        faults.throwIfAny();
    }
}
