package dev.latchkey.gateway.ops.migrate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What oauth2-proxy was told, by the names of its configuration file, from whichever places. A flag counts more than the
 * environment, and that more than a file.
 */
final class OldSettings {

    private static final Set<String> TRUE = Set.of("true", "t", "1", "yes", "on");

    /** From the weakest to the strongest. */
    enum Place {
        FILE,
        ENVIRONMENT,
        FLAG
    }

    private final Map<Place, Map<String, List<String>>> byPlace = new EnumMap<>(Place.class);

    OldSettings() {
        for (Place place : Place.values()) {
            byPlace.put(place, new LinkedHashMap<>());
        }
    }

    /** Adds values; what is said several times at one place is a list. */
    void add(Place place, String name, List<String> values) {
        at(place)
                .computeIfAbsent(name, any -> new ArrayList<>())
                .addAll(values.stream().map(String::strip).toList());
    }

    private Map<String, List<String>> at(Place place) {
        return Objects.requireNonNull(byPlace.get(place));
    }

    Set<String> names() {
        Set<String> names = new TreeSet<>();
        byPlace.values().forEach(settings -> names.addAll(settings.keySet()));
        return names;
    }

    boolean has(String name) {
        return text(name) != null;
    }

    /** The last value that counts, or null if there is none or it is empty. */
    @Nullable
    String text(String name) {
        List<String> values = raw(name);
        String last = values.isEmpty() ? "" : values.get(values.size() - 1);
        return last.isEmpty() ? null : last;
    }

    /** All that counts; one text can hold several, parted by commas. */
    List<String> list(String name) {
        return raw(name).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    /** Whether it is switched on. */
    boolean flag(String name, boolean standard) {
        String text = text(name);
        return text == null ? standard : TRUE.contains(text.toLowerCase(Locale.ROOT));
    }

    private List<String> raw(String name) {
        List<String> values = List.of();
        for (Place place : Place.values()) {
            values = at(place).getOrDefault(name, values);
        }
        return values;
    }
}
