package dev.latchkey.gateway.ops.migrate;

import dev.latchkey.gateway.ops.migrate.OldSettings.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final Pattern VARIABLE = Pattern.compile("(?m)^\\s*(?:export\\s+)?OAUTH2_PROXY_([A-Z0-9_]+)=(.*)$");
    private static final Pattern NAME = Pattern.compile("OAUTH2_PROXY_([A-Z0-9_]+)");
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|'([^']*)'|[^\\s\"']+");
    private static final Pattern FLAG = Pattern.compile("--([a-z0-9][a-z0-9_-]*)(?:=(.*))?", Pattern.DOTALL);

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

    private void add(String option, JsonNode value) {
        if (value.isArray()) {
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
                .reduce("", (a, b) -> a + b + '\n');
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
                    : manifest(document);
        }
        return any;
    }

    /** Arguments and environment of a container, wherever in the document they are. */
    private boolean manifest(@Nullable Object node) {
        boolean any = false;
        if (node instanceof Map<?, ?> map) {
            any = variable(map);
            for (Object value : map.values()) {
                any |= manifest(value);
            }
        } else if (node instanceof List<?> list) {
            any = flags(list.stream().map(String::valueOf).toList());
            for (Object value : list) {
                any |= manifest(value);
            }
        }
        return any;
    }

    private boolean variable(Map<?, ?> map) {
        Matcher variable = NAME.matcher(String.valueOf(map.get("name")));
        if (!variable.matches()) {
            return false;
        }
        String option = KnownOptions.ofVariable(variable.group(1));
        Object value = map.get("value");
        if (value == null) {
            remarks.lost(option, "its value is not in this file, but in a Secret or ConfigMap of the cluster");
        } else {
            settings.add(Place.ENVIRONMENT, option, List.of(String.valueOf(value)));
        }
        return true;
    }
}
