package dev.latchkey.gateway.ops.migrate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.ops.migrate.OldSettings.Place;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlMapper;

/**
 * Reads one file in whichever of oauth2-proxy's forms it is: TOML, environment, a command line, a Kubernetes manifest with
 * arguments and environment, or its "alpha" YAML.
 */
final class OldFile {

    private static final Pattern VARIABLE =
            Pattern.compile("(?m)^[ \\t]*(?:export[ \\t]+)?OAUTH2_PROXY_([A-Z0-9_]+)=(.*)$");
    private static final Pattern NAME = Pattern.compile("OAUTH2_PROXY_([A-Z0-9_]+)");
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]++|\\\\.)*+)\"|'([^']*)'|[^\\s\"']+");
    private static final Pattern FLAG = Pattern.compile("--([a-z0-9][a-z0-9_-]*)(?:=(.*))?", Pattern.DOTALL);

    private static final int DEEPEST = 60;

    private final String name;
    private final OldSettings settings;
    private final Remarks remarks;

    OldFile(String name, OldSettings settings, Remarks remarks) {
        this.name = name;
        this.settings = settings;
        this.remarks = remarks;
    }

    /** @throws MigrationRefused if it is in none of these forms */
    void read(String text) {
        boolean known = variables(text) || toml(text) || yaml(text) || commandLine(text);
        if (!known) {
            throw new MigrationRefused(name + " is no configuration of oauth2-proxy: neither TOML, nor flags, nor"
                    + " OAUTH2_PROXY_ variables, nor its YAML");
        }
    }

    // Environment

    private boolean variables(String text) {
        Matcher lines = VARIABLE.matcher(text);
        boolean any = false;
        while (lines.find()) {
            any = true;
            settings.add(Place.ENVIRONMENT, KnownOptions.ofVariable(lines.group(1)), List.of(unquoted(lines.group(2))));
        }
        return any;
    }

    private static String unquoted(String value) {
        String bare = value.strip();
        boolean quoted = bare.length() > 1
                && bare.charAt(0) == bare.charAt(bare.length() - 1)
                && (bare.charAt(0) == '"' || bare.charAt(0) == '\'');
        return quoted ? bare.substring(1, bare.length() - 1) : bare;
    }

    // TOML

    private boolean toml(String text) {
        JsonNode root;
        try {
            root = new TomlMapper().readTree(text);
        } catch (JacksonException e) {
            if (looksLikeToml(text)) {
                int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
                throw new MigrationRefused(name + ":" + line + " is no TOML: mend that line first");
            }
            return false;
        }
        root.propertyStream().forEach(entry -> add(entry.getKey(), entry.getValue()));
        return !root.isEmpty();
    }

    private static boolean looksLikeToml(String text) {
        return text.lines().anyMatch(line -> line.matches("[a-z][a-z0-9_]+\\s*=\\s*[\"\\[].*"));
    }

    /** Names count whatever their case, as they do there. */
    private void add(String name, JsonNode value) {
        String option = name.toLowerCase(Locale.ROOT);
        if (value.isObject() || value.valueStream().anyMatch(JsonNode::isContainer)) {
            remarks.wider(option, "it is a table, of which nothing could be read: whatever it demands is missing here");
        } else if (value.isArray()) {
            settings.addItems(
                    Place.FILE,
                    option,
                    value.valueStream().map(JsonNode::asString).toList());
        } else {
            settings.add(Place.FILE, option, List.of(value.asString()));
        }
    }

    // Command lines

    private boolean commandLine(String text) {
        List<String> words = new ArrayList<>();
        String plain = text.lines()
                .filter(line -> !line.stripLeading().startsWith("#"))
                .collect(Collectors.joining("\n", "", "\n"));
        Matcher matcher = WORD.matcher(
                plain.replaceAll("\\\\\r?\n", " ").replace("=\"", "\u0001\"").replace("='", "\u0001'"));
        StringBuilder open = new StringBuilder();
        while (matcher.find()) {
            String word = matcher.group(1) != null
                    ? matcher.group(1).replaceAll("\\\\(.)", "$1")
                    : matcher.group(2) != null ? matcher.group(2) : matcher.group();
            open.append(word);
            // --name="value" is one word of the shell's.
            if (word.endsWith("\u0001")) {
                open.setCharAt(open.length() - 1, '=');
                continue;
            }
            words.add(open.toString());
            open.setLength(0);
        }
        return flags(words);
    }

    /** @return false if there is none among the words */
    boolean flags(List<String> words) {
        boolean any = false;
        for (int i = 0; i < words.size(); i++) {
            Matcher flag = FLAG.matcher(words.get(i));
            if (!flag.matches()) {
                continue;
            }
            any = true;
            String option = KnownOptions.ofFlag(flag.group(1));
            String value = flag.group(2);
            if (value == null) {
                boolean alone = KnownOptions.isSwitch(option)
                        || i + 1 == words.size()
                        || words.get(i + 1).startsWith("--");
                value = alone ? "true" : words.get(++i);
            }
            settings.add(Place.FLAG, option, List.of(value));
        }
        return any;
    }

    // YAML

    private boolean yaml(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(10);
        List<Object> documents = new ArrayList<>();
        try {
            new Yaml(new SafeConstructor(options)).loadAll(text).forEach(documents::add);
        } catch (YAMLException e) {
            return false;
        }
        boolean any = false;
        for (Object document : documents) {
            any |= document instanceof Map<?, ?> map && AlphaForm.isOne(map)
                    ? new AlphaForm(settings, remarks).read(map)
                    : manifest(document, 0);
        }
        return any;
    }

    /**
     * Arguments and environment of a container and files in a ConfigMap, wherever in the document they are. A document may
     * hold itself, so there is an end to how deep it is looked into.
     */
    private boolean manifest(@Nullable Object node, int depth) {
        boolean any = false;
        if (depth > DEEPEST) {
            throw new MigrationRefused(name + " is nested too deeply");
        }
        if (node instanceof Map<?, ?> map) {
            any = variable(map);
            boolean secret = "Secret".equals(map.get("kind"));
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                String key = String.valueOf(entry.getKey());
                Object value = secret && key.equals("data") ? decoded(entry.getValue()) : entry.getValue();
                any |= entry(key, value);
                any |= manifest(value, depth + 1);
            }
        } else if (node instanceof List<?> list) {
            any = flags(list.stream().map(OldFile::scalar).toList());
            for (Object value : list) {
                any |= variables(scalar(value));
                any |= manifest(value, depth + 1);
            }
        }
        return any;
    }

    /** What a Secret holds is in base64; what is not is left out. */
    private static Map<String, String> decoded(@Nullable Object data) {
        Map<String, String> plain = new LinkedHashMap<>();
        if (data instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                try {
                    byte[] bytes = Base64.getMimeDecoder().decode(scalar(value));
                    plain.put(String.valueOf(key), new String(bytes, UTF_8).strip());
                } catch (IllegalArgumentException e) {
                    plain.remove(String.valueOf(key));
                }
            });
        }
        return plain;
    }

    /** A list or a map is no word. */
    private static String scalar(@Nullable Object node) {
        return node == null || node instanceof Map || node instanceof List ? "" : node.toString();
    }

    private boolean entry(String key, @Nullable Object value) {
        if (key.equals("envFrom")) {
            remarks.wider(key, "it names variables that are not in this file: what they demand is missing here");
            return false;
        }
        String text = scalar(value);
        Matcher variable = NAME.matcher(key);
        if (variable.matches() && !text.isEmpty()) {
            settings.add(Place.ENVIRONMENT, KnownOptions.ofVariable(variable.group(1)), List.of(text));
            return true;
        }
        if (key.equals("command") && text.contains(" --")) {
            return commandLine(text);
        }
        return text.indexOf('=') > 0 && looksLikeToml(text) && toml(text);
    }

    private boolean variable(Map<?, ?> map) {
        Matcher variable = NAME.matcher(String.valueOf(map.get("name")));
        if (!variable.matches()) {
            return false;
        }
        String option = KnownOptions.ofVariable(variable.group(1));
        Object value = map.get("value");
        if (value == null) {
            LetIn.isElsewhere(
                    option, remarks, "its value is not in this file, but in a Secret or ConfigMap of the cluster");
        } else {
            settings.add(Place.ENVIRONMENT, option, List.of(String.valueOf(value)));
        }
        return true;
    }
}
