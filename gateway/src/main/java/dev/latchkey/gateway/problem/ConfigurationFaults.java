package dev.latchkey.gateway.problem;

import java.util.ArrayList;
import java.util.List;

/** Collects everything that is wrong, so that an operator reads it once and mends it in one go. */
public final class ConfigurationFaults {

    private final List<ConfigurationFault> faults = new ArrayList<>();

    public ConfigurationFaults add(String place, String what, String remedy) {
        faults.add(new ConfigurationFault(place, what, remedy));
        return this;
    }

    public void addAll(List<ConfigurationFault> more) {
        faults.addAll(more);
    }

    public boolean isEmpty() {
        return faults.isEmpty();
    }

    public List<ConfigurationFault> list() {
        return List.copyOf(faults);
    }

    /** Throws what was collected, or does nothing. */
    public void throwIfAny() {
        if (!faults.isEmpty()) {
            throw new ConfigurationRefused(faults);
        }
    }
}
