package dev.latchkey.gateway.problem;

import org.springframework.boot.context.properties.bind.Binder;

/**
 * Looks at one package's part of the configuration before anything starts, and at all of it: an operator who has made
 * three mistakes learns of three.
 *
 * <p>Implementations are named in {@code META-INF/spring.factories}. They read; they open and start nothing.
 */
public interface ConfigurationCheck {

    void check(Binder binder, ConfigurationFaults faults);
}
