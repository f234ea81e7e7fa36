package dev.latchkey.gateway.docs;

import dev.latchkey.gateway.GatewayApplication;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.yaml.snakeyaml.Yaml;

/** Every property of the gateway's own, by what the records say that are bound to them. */
final class ConfigurationRecords {

    private final Map<String, Property> properties = new TreeMap<>();
    private final Map<String, String> written = new TreeMap<>();

    /**
     * One property.
     *
     * @param standard what it is where nobody sets it, or nothing
     */
    record Property(String standard, String words) {}

    private final Path main;

    private ConfigurationRecords(Path main) throws IOException {
        this.main = main;
        try (InputStream defaults = GatewayApplication.class.getResourceAsStream("/application.yml")) {
            flatten("", new Yaml().load(defaults));
        }
    }

    static Map<String, Property> properties(Path main) throws IOException, ClassNotFoundException {
        ConfigurationRecords records = new ConfigurationRecords(main);
        try (Stream<Path> files = Files.walk(main)) {
            for (Path file : files.filter(path -> path.toString().endsWith("Properties.java"))
                    .toList()) {
                records.addAll(file);
            }
        }
        return records.properties;
    }

    private void addAll(Path file) throws IOException, ClassNotFoundException {
        String name = main.relativize(file).toString().replace(".java", "").replace('/', '.');
        Class<?> type = Class.forName(GatewayApplication.class.getPackageName() + '.' + name);
        ConfigurationProperties bound = type.getAnnotation(ConfigurationProperties.class);
        if (bound != null && type.isRecord()) {
            add(bound.value() + bound.prefix(), type, Files.readString(file));
        }
    }

    private void add(String prefix, Class<?> record, String source) throws IOException {
        Map<String, String> words = JavaWords.ofComponents(source, record.getSimpleName());
        Constructor<?> constructor = Stream.of(record.getDeclaredConstructors())
                .max((a, b) -> Integer.compare(a.getParameterCount(), b.getParameterCount()))
                .orElseThrow();
        for (Parameter parameter : constructor.getParameters()) {
            Name named = parameter.getAnnotation(Name.class);
            String property = prefix + '.' + (named == null ? dashed(parameter.getName()) : named.value());
            Class<?> nested = nested(parameter.getParameterizedType());
            if (nested != null && isGroup(nested)) {
                add(property + (parameter.getType() == nested ? "" : "[n]"), nested, sourceOf(nested, source));
            } else {
                properties.put(
                        property,
                        new Property(standard(property, parameter), words.getOrDefault(parameter.getName(), "")));
            }
        }
    }

    /** The record that is bound below a property, itself or as an item of a list. */
    private static Class<?> nested(Type type) {
        if (type instanceof Class<?> single) {
            return single;
        }
        boolean list = type instanceof ParameterizedType many && many.getRawType() == List.class;
        return list && ((ParameterizedType) type).getActualTypeArguments()[0] instanceof Class<?> item ? item : null;
    }

    /** One of ours that is made of properties, and no value such as a secret. */
    private static boolean isGroup(Class<?> type) {
        return type.isRecord() && type.getName().startsWith(GatewayApplication.class.getPackageName());
    }

    private String sourceOf(Class<?> type, String enclosing) throws IOException {
        return type.getEnclosingClass() != null
                ? enclosing
                : Files.readString(main.resolve(type.getName()
                                .substring(GatewayApplication.class
                                                .getPackageName()
                                                .length()
                                        + 1)
                                .replace('.', '/')
                        + ".java"));
    }

    private String standard(String property, Parameter parameter) {
        String set = written.get(property);
        DefaultValue given = parameter.getAnnotation(DefaultValue.class);
        return set != null ? set : given == null ? "" : String.join(", ", given.value());
    }

    private void flatten(String prefix, Object node) {
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> flatten(prefix.isEmpty() ? key.toString() : prefix + '.' + key, value));
        } else {
            written.put(
                    prefix,
                    node instanceof List<?> list
                            ? String.join(
                                    ", ", list.stream().map(String::valueOf).toList())
                            : String.valueOf(node));
        }
    }

    private static String dashed(String name) {
        String dashed = name.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
        return ConfigurationPropertyName.of(dashed).toString();
    }
}
