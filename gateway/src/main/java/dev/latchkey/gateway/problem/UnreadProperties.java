package dev.latchkey.gateway.problem;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * What somebody wrote below {@code latchkey.} and nobody reads. A name that is nearly one of the gateway's is a slip, and the
 * setting that was meant is not in force: a fault. Any other is told of, since a file may be for several versions.
 *
 * <p>Variables of the environment come from many hands, such as Kubernetes' own {@code LATCHKEY_SERVICE_HOST}; of those only
 * slips are told.
 */
final class UnreadProperties {

    private static final String REFERENCE = "The configuration reference has all there are.";

    private final PropertyNames names;
    private final ConfigurationFaults faults;
    private final Consumer<ConfigurationFault> remarks;

    UnreadProperties(ConfigurationFaults faults, Consumer<ConfigurationFault> remarks) {
        this.names = faults.names();
        this.faults = faults;
        this.remarks = remarks;
    }

    void look(ConfigurableEnvironment environment) {
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> known) {
                look(known);
            }
        }
    }

    private void look(EnumerablePropertySource<?> source) {
        boolean everybodys = source.getName().equals(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME)
                || source.getName().equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
        if (!everybodys && !(source instanceof OriginLookup<?>) && !(source instanceof CommandLinePropertySource<?>)) {
            return;
        }
        Map<String, String> unread = new TreeMap<>();
        for (String name : source.getPropertyNames()) {
            if (name.startsWith("latchkey.") && !names.contain(name)) {
                unread.put(name, name);
            } else if (everybodys && name.startsWith("LATCHKEY_") && !names.containVariable(name)) {
                unread.put(name, name);
            }
        }
        unread.keySet().forEach(name -> tell(name, source, everybodys));
    }

    private void tell(String name, EnumerablePropertySource<?> source, boolean everybodys) {
        String what = "there is no such property" + place(name, source);
        String meant = names.meantBy(name);
        if (meant != null) {
            faults.add(name, what, "Write " + meant + ", if that is what is meant.");
        } else if (!everybodys) {
            remarks.accept(new ConfigurationFault(name, what, REFERENCE));
        }
    }

    private static String place(String name, EnumerablePropertySource<?> source) {
        @Nullable Origin origin = OriginLookup.getOrigin(source, name);
        return origin instanceof TextResourceOrigin text && text.getLocation() != null
                ? ", in line " + (text.getLocation().getLine() + 1) + " of " + text.getResource()
                : "";
    }
}
