package dev.latchkey.gateway.route;

import dev.latchkey.gateway.route.SpringParts.Made;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.FilterDefinition;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.handler.AsyncPredicate;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;
import org.springframework.web.server.ServerWebExchange;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads {@code filters}: Spring Cloud Gateway's filters and predicates, each in its short form ({@code StripPrefix=1}) or
 * with {@code name} and {@code args}. They are made here, once, so that a wrong argument is a fault of the file and not
 * of a request.
 */
final class FilterLines {

    private static final Set<String> KEYS = Set.of("name", "args");
    private static final int MOST = 50;

    private final RouteYaml yaml;
    private final Supplier<SpringParts> parts;
    private final String routeId;
    private final @Nullable String jwtHeader;

    FilterLines(RouteYaml yaml, Supplier<SpringParts> parts, String routeId, @Nullable String jwtHeader) {
        this.yaml = yaml;
        this.parts = parts;
        this.routeId = routeId;
        this.jwtHeader = jwtHeader;
    }

    private record Line(String name, Map<String, String> arguments) {}

    Made read(@Nullable Node node) {
        if (node == null) {
            return Made.NOTHING;
        }
        if (!(node instanceof SequenceNode sequence)) {
            yaml.fault(node, "a list is expected here", "Write each filter on a line of its own, after '- '.");
            return Made.NOTHING;
        }
        if (sequence.getValue().size() > MOST) {
            yaml.fault(node, "'filters' has more than " + MOST + " lines", "Do some of it in the app.");
            return Made.NOTHING;
        }
        List<GatewayFilter> filters = new ArrayList<>();
        List<AsyncPredicate<ServerWebExchange>> conditions = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            Line line = line(item);
            if (line != null) {
                add(item, line, filters, conditions);
            }
        }
        AnnotationAwareOrderComparator.sort(filters);
        return new Made(filters, conditions.stream().reduce(AsyncPredicate::and).orElse(null));
    }

    private @Nullable Line line(Node item) {
        if (item instanceof MappingNode) {
            return fullLine(item);
        }
        String text = yaml.text(item);
        if (text == null) {
            return null;
        }
        FilterDefinition definition = new FilterDefinition(text.trim());
        return checked(item, new Line(String.valueOf(definition.getName()), definition.getArgs()));
    }

    private @Nullable Line fullLine(Node item) {
        RouteYaml.Mapping mapping = yaml.mapping(item);
        mapping.keysOutside(KEYS)
                .forEach((key, value) ->
                        yaml.fault(value, "'" + key + "' is no key of a filter", "Use 'name' and 'args'."));
        Node name = mapping.required("name", "Say which filter, such as StripPrefix.");
        String text = name == null ? null : yaml.text(name);
        Map<String, String> arguments = new LinkedHashMap<>();
        Node args = mapping.get("args");
        if (args != null) {
            yaml.mapping(args).all().forEach((key, value) -> flatten(key, value, arguments));
        }
        return text == null ? null : checked(item, new Line(text, arguments));
    }

    /** As Spring's binder names what stands in lists and maps: {@code list[0]}, {@code map.key}. */
    private void flatten(String key, Node value, Map<String, String> arguments) {
        if (value instanceof SequenceNode sequence) {
            for (int i = 0; i < sequence.getValue().size(); i++) {
                flatten(key + '[' + i + ']', sequence.getValue().get(i), arguments);
            }
        } else if (value instanceof MappingNode) {
            yaml.mapping(value).all().forEach((inner, node) -> flatten(key + '.' + inner, node, arguments));
        } else if (value instanceof ScalarNode scalar) {
            arguments.put(key, scalar.getValue());
        }
    }

    /** An expression could call any bean of the gateway; a route file says what to do, not how. */
    private @Nullable Line checked(Node item, Line line) {
        boolean expression = line.arguments().values().stream().anyMatch(value -> value.contains("#{"));
        if (expression) {
            yaml.fault(item, "'#{' begins an expression, which is not evaluated here", "Write the plain value.");
            return null;
        }
        return line;
    }

    private void add(
            Node item, Line line, List<GatewayFilter> filters, List<AsyncPredicate<ServerWebExchange>> conditions) {
        SpringParts known = parts.get();
        try {
            FilterBounds.check(line.name());
            if (line.name().equals("Weight")) {
                yaml.fault(item, "'Weight' divides requests between routes, and a file has one", "Leave it out.");
            } else if (known.isFilter(line.name())) {
                filters.add(known.filter(routeId, line.name(), line.arguments(), filters.size() + 1, jwtHeader));
            } else if (known.isPredicate(line.name())) {
                conditions.add(known.predicate(line.name(), line.arguments()));
            } else if (!known.isElsewhere(line.name())) {
                yaml.fault(
                        item,
                        "there is no filter or predicate '" + line.name() + "'",
                        "Did you mean " + known.nearest(line.name()) + "?");
            }
        } catch (FilterBounds.Exceeded e) {
            yaml.fault(item, e.what(), e.remedy());
        } catch (RuntimeException e) {
            // Whatever a factory of Spring's throws at wrong arguments.
            yaml.fault(
                    item,
                    "'" + line.name() + "' cannot be made of these arguments: " + reason(e),
                    "Write them as in Spring Cloud Gateway's reference for " + line.name() + ".");
        }
    }

    private static String reason(RuntimeException e) {
        String reason =
                String.valueOf(NestedExceptionUtils.getMostSpecificCause(e).getMessage());
        String line = reason.lines().findFirst().orElse("");
        return line.length() <= 200 ? line : line.substring(0, 200);
    }
}
