package dev.latchkey.gateway.problem;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.io.support.SpringFactoriesLoader;

/**
 * Runs every {@link ConfigurationCheck} before the first bean is made, and stops the start if one finds a fault.
 */
public final class ConfigurationChecks implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationChecks.class);

    private final Consumer<ConfigurationFault> remarks;

    /** Tells the log of what is no fault and yet odd. */
    public ConfigurationChecks() {
        this(remark -> LOG.warn("{}: {}. {}", remark.place(), remark.what(), remark.remedy()));
    }

    /** @param remarks is told of what is no fault and yet odd */
    public ConfigurationChecks(Consumer<ConfigurationFault> remarks) {
        this.remarks = remarks;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        check(context.getEnvironment());
    }

    private void check(ConfigurableEnvironment environment) {
        ConfigurationFaults faults = new ConfigurationFaults();
        Binder binder = Binder.get(environment);
        SpringFactoriesLoader.forDefaultResourceLocation()
                .load(ConfigurationCheck.class)
                .forEach(check -> check.check(binder, faults));
        new UnreadProperties(faults, remarks).look(environment);
        faults.throwIfAny();
    }
}
