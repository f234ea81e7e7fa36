package dev.latchkey.gateway.problem;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.Name;

/**
 * The names that the gateway reads of its configuration: those of the records that were bound. Compared without dashes and
 * case, and without the numbers of list items, as Spring binds them.
 */
final class PropertyNames {

    private static final int SLIPS = 2;

    /** As an operator compares them, to the name as the reference has it. */
    private final Map<String, String> known = new TreeMap<>();
    /** Below these, operators choose the names. */
    private final Set<String> open = new TreeSet<>();

    /** Takes in all that a record is bound to. */
    void add(String prefix, Class<?> type) {
        add(prefix, type, new HashSet<>());
    }

    private void add(String prefix, Class<?> type, Set<Class<?>> outer) {
        if (!type.isRecord() || !outer.add(type)) {
            return;
        }
        for (RecordComponent part : type.getRecordComponents()) {
            String name = prefix + '.' + nameOf(part);
            known.put(plain(name), name);
            if (Map.class.isAssignableFrom(part.getType())) {
                open.add(plain(name) + '.');
            }
            Class<?> below = Collection.class.isAssignableFrom(part.getType())
                    ? elementOf(part.getGenericType())
                    : part.getType();
            if (below != null) {
                add(name, below, new HashSet<>(outer));
            }
        }
    }

    private static String nameOf(RecordComponent part) {
        Name given = part.getAnnotation(Name.class);
        return given == null ? DataObjectPropertyName.toDashedForm(part.getName()) : given.value();
    }

    private static @Nullable Class<?> elementOf(Type type) {
        return type instanceof ParameterizedType list && list.getActualTypeArguments()[0] instanceof Class<?> element
                ? element
                : null;
    }

    /** A name without what Spring does not look at. */
    private static String plain(String name) {
        return name.replaceAll("\\[\\d+]", "")
                .replace('[', '.')
                .replaceAll("[-_\\]]", "")
                .toLowerCase(Locale.ROOT);
    }

    /** Whether that is read, as {@code latchkey.broker.callers[0].name}. */
    boolean contain(String name) {
        String plain = plain(name);
        return known.containsKey(plain) || open.stream().anyMatch(plain::startsWith);
    }

    /** Whether that is read, as {@code LATCHKEY_BROKER_CALLERS_0_NAME}: where dashes and dots were, nobody can tell. */
    boolean containVariable(String variable) {
        String letters = letters(variable);
        return known.keySet().stream().anyMatch(name -> letters.equals(letters(name)))
                || open.stream().anyMatch(prefix -> letters.startsWith(letters(prefix)));
    }

    private static String letters(String name) {
        return name.replaceAll("_\\d+(?=_|$)", "").replaceAll("[._]", "").toLowerCase(Locale.ROOT);
    }

    /** The name that this may have been meant to be, if one is as near as a slip of the finger or two. */
    @Nullable
    String meantBy(String name) {
        String meant = nearest(name);
        int last = name.lastIndexOf('.');
        if (meant != null || last < 0) {
            return meant;
        }
        String above = nearest(name.substring(0, last));
        return above != null && open.contains(plain(above) + '.') ? above : null;
    }

    private @Nullable String nearest(String name) {
        String letters = letters(plain(name));
        return known.entrySet().stream()
                .filter(each -> distance(letters, each.getKey()) <= SLIPS)
                .min(Comparator.comparingInt(each -> distance(letters, each.getKey())))
                .map(Map.Entry::getValue)
                .orElse(null);
    }

    private static int distance(String letters, String known) {
        return EditDistance.between(letters, letters(known));
    }
}
