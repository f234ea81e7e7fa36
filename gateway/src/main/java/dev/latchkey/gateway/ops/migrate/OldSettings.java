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
import java.util.stream.Stream;
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

    /** @param single whether its commas part nothing: an item of a list, which may be a regular expression */
    private record Value(String text, boolean single) {}

    private final Map<Place, Map<String, List<Value>>> byPlace = new EnumMap<>(Place.class);

    OldSettings() {
        for (Place place : Place.values()) {
            byPlace.put(place, new LinkedHashMap<>());
        }
    }

    /** Adds values; what is said several times at one place is a list. */
    void add(Place place, String name, List<String> values) {
        add(place, name, values, false);
    }

    /** Adds the items of a list, as the file itself parts them. */
    void addItems(Place place, String name, List<String> items) {
        add(place, name, items, true);
    }

    private void add(Place place, String name, List<String> values, boolean single) {
        at(place)
                .computeIfAbsent(name, any -> new ArrayList<>())
                .addAll(values.stream()
                        .map(value -> new Value(value.strip(), single))
                        .toList());
    }

    private Map<String, List<Value>> at(Place place) {
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
        List<Value> values = raw(name);
        String last = values.isEmpty() ? "" : values.get(values.size() - 1).text();
        return last.isEmpty() ? null : last;
    }

    /** All that counts; one text can hold several, parted by commas, unless it was an item of a list already. */
    List<String> list(String name) {
        return raw(name).stream()
                .flatMap(value -> value.single()
                        ? Stream.of(value.text())
                        : Arrays.stream(value.text().split(",")))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    /** Whether it is switched on. */
    boolean flag(String name, boolean standard) {
        String text = text(name);
        return text == null ? standard : TRUE.contains(text.toLowerCase(Locale.ROOT));
    }

    private List<Value> raw(String name) {
        List<Value> values = List.of();
        for (Place place : Place.values()) {
            values = at(place).getOrDefault(name, values);
        }
        return values;
    }
}
