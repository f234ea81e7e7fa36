package dev.latchkey.gateway.problem;

import java.util.List;
import java.util.stream.Collectors;

/** Start-up stops here: the configuration has these faults, all of them. */
public final class ConfigurationRefused extends RuntimeException {

    private final transient List<ConfigurationFault> faults;

    public ConfigurationRefused(List<ConfigurationFault> faults) {
        super(faults.stream().map(ConfigurationFault::toString).collect(Collectors.joining("\n")));
        this.faults = List.copyOf(faults);
    }

    public List<ConfigurationFault> faults() {
        return faults;
    }
}
