package dev.latchkey.gateway.deployment;

import dev.latchkey.gateway.GatewayApplication;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URL;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.json.JsonMapper;

/** The names of every configuration property there is: the gateway's own, by their records, and Spring's, by its metadata. */
final class KnownProperties {

    private static final String METADATA = "META-INF/spring-configuration-metadata.json";
    private static final Set<String> ALL = all();

    private KnownProperties() {}

    /** By its own name, such as {@code latchkey.external-url}; an element of a list is asked for as its list. */
    static boolean contain(String name) {
        return ALL.contains(name.replaceAll("\\[\\d+]", "[]")) || ALL.contains(name.replaceAll("\\[\\d+]$", ""));
    }

    /** As a name of the environment, with or without the dashes' place. */
    static boolean containVariable(String variable) {
        return ALL.stream()
                .map(name -> name.replace('.', '_').toUpperCase(Locale.ROOT))
                .anyMatch(name -> name.replace('-', '_').equals(variable)
                        || name.replace("-", "").equals(variable));
    }

    private static Set<String> all() {
        Set<String> names = new TreeSet<>(springs());
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        scanner.findCandidateComponents(GatewayApplication.class.getPackageName())
                .forEach(found -> {
                    Class<?> type = ClassUtils.resolveClassName(found.getBeanClassName(), null);
                    String prefix = AnnotatedElementUtils.findMergedAnnotation(type, ConfigurationProperties.class)
                            .prefix();
                    addParts(prefix, type, names);
                });
        return names;
    }

    private static void addParts(String prefix, Class<?> type, Set<String> names) {
        for (RecordComponent part : type.getRecordComponents()) {
            String name = prefix + '.' + nameOf(part);
            names.add(name);
            if (part.getType().isRecord() && isOurs(part.getType())) {
                addParts(name, part.getType(), names);
            } else if (Collection.class.isAssignableFrom(part.getType())) {
                elementOf(part.getGenericType())
                        .filter(Class::isRecord)
                        .filter(KnownProperties::isOurs)
                        .ifPresent(element -> addParts(name + "[]", element, names));
            }
        }
    }

    private static boolean isOurs(Class<?> type) {
        return type.getPackageName().startsWith(GatewayApplication.class.getPackageName());
    }

    private static Optional<Class<?>> elementOf(Type type) {
        if (type instanceof ParameterizedType list && list.getActualTypeArguments()[0] instanceof Class<?> element) {
            return Optional.of(element);
        }
        return Optional.empty();
    }

    private static String nameOf(RecordComponent part) {
        Name given = part.getAnnotation(Name.class);
        return given == null ? DataObjectPropertyName.toDashedForm(part.getName()) : given.value();
    }

    private static Set<String> springs() {
        Set<String> names = new TreeSet<>();
        try {
            List<URL> files =
                    Collections.list(KnownProperties.class.getClassLoader().getResources(METADATA));
            for (URL file : files) {
                try (InputStream in = file.openStream()) {
                    JsonMapper.shared()
                            .readTree(in)
                            .path("properties")
                            .forEach(property -> names.add(property.path("name").asString()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }
}
