package dev.latchkey.gateway.problem;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.NestedExceptionUtils;

/** Collects everything that is wrong, so that an operator reads it once and mends it in one go. */
public final class ConfigurationFaults {

    private static final String READ_AGAIN = "Write it in the form that the configuration reference shows.";

    private final List<ConfigurationFault> faults = new ArrayList<>();
    private final PropertyNames names = new PropertyNames();

    public ConfigurationFaults add(String place, String what, String remedy) {
        faults.add(new ConfigurationFault(place, what, remedy));
        return this;
    }

    public void addAll(List<ConfigurationFault> more) {
        faults.addAll(more);
    }

    /** Reads properties of that prefix, or adds a fault that names the property that cannot be read. */
    public <T> Optional<T> bind(Binder binder, String prefix, Class<T> type) {
        names.add(prefix, type);
        try {
            return Optional.of(binder.bindOrCreate(prefix, type));
        } catch (BindException e) {
            Throwable root = NestedExceptionUtils.getMostSpecificCause(e);
            if (root instanceof ConfigurationRefused refused) {
                addAll(refused.faults());
            } else {
                add(e.getProperty() == null ? prefix : e.getProperty().getName().toString(), unreadable(e), READ_AGAIN);
            }
            return Optional.empty();
        }
    }

    private static String unreadable(BindException e) {
        return e.getProperty() == null
                ? "it cannot be read"
                : "'" + e.getProperty().getValue() + "' cannot be read";
    }

    /** The names of all that has been bound here. */
    PropertyNames names() {
        return names;
    }

    /** Runs something that refuses by throwing, and takes its faults in. */
    public void collect(Runnable check) {
        try {
            check.run();
        } catch (ConfigurationRefused refused) {
            addAll(refused.faults());
        }
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
