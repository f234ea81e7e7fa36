package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** A YAML file as nodes that know their line, with the faults found in it. */
final class RouteYaml {

    private final Path file;
    private final ConfigurationFaults faults;

    RouteYaml(Path file, ConfigurationFaults faults) {
        this.file = file;
        this.faults = faults;
    }

    ConfigurationFaults faults() {
        return faults;
    }

    void fault(Node node, String what, String remedy) {
        faultAt(node.getStartMark().getLine() + 1, what, remedy);
    }

    void faultAt(int line, String what, String remedy) {
        faults.add(file + ":" + line, what, remedy);
    }

    /** The node as a mapping; an empty one, and a fault, if it is none. */
    Mapping mapping(Node node) {
        Map<String, Node> entries = new LinkedHashMap<>();
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                String key = text(tuple.getKeyNode());
                if (key != null && entries.putIfAbsent(key, tuple.getValueNode()) != null) {
                    fault(tuple.getKeyNode(), "'" + key + "' stands here twice", "Keep one of them.");
                }
            }
        } else {
            fault(node, "keys and values are expected here", "Write 'key: value' lines.");
        }
        return new Mapping(node, entries);
    }

    /** The node as a list of texts. */
    List<ScalarNode> list(Node node) {
        List<ScalarNode> items = new ArrayList<>();
        if (!(node instanceof SequenceNode sequence)) {
            fault(node, "a list is expected here", "Write each entry on a line of its own, after '- '.");
            return items;
        }
        for (Node item : sequence.getValue()) {
            if (item instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
                items.add(scalar);
            } else {
                fault(
                        item,
                        "a text is expected here",
                        "Write one plain text after '- '; quote it if it contains ': '.");
            }
        }
        return items;
    }

    /** The node as a text, or null and a fault. */
    @Nullable
    String text(Node node) {
        if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
            return scalar.getValue();
        }
        fault(node, "a text is expected here", "Write one plain text.");
        return null;
    }

    @Nullable
    Boolean flag(Node node) {
        String text = text(node);
        if (text == null) {
            return null;
        }
        if (text.equals("true") || text.equals("false")) {
            return text.equals("true");
        }
        fault(node, "'" + text + "' is neither true nor false", "Write true or false.");
        return null;
    }

    /** A mapping's entries by key. */
    final class Mapping {

        private final Node node;
        private final Map<String, Node> entries;

        private Mapping(Node node, Map<String, Node> entries) {
            this.node = node;
            this.entries = entries;
        }

        @Nullable
        Node get(String key) {
            return entries.get(key);
        }

        @Nullable
        Node required(String key, String remedy) {
            Node value = entries.get(key);
            if (value == null) {
                fault(node, "'" + key + "' is missing", remedy);
            }
            return value;
        }

        Map<String, Node> all() {
            return entries;
        }

        Map<String, Node> keysOutside(Set<String> known) {
            Map<String, Node> unknown = new LinkedHashMap<>(entries);
            unknown.keySet().removeAll(known);
            return unknown;
        }
    }
}
