package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.SingletonSupplier;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Reads one route file. Every fault in it is told with its line; a file with a fault makes no route, since half a
 * rule is worse than none.
 */
final class RouteFile {

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
    static final Set<String> KEYS = Set.of(
            "host",
            "path",
            "to",
            "allow",
            "public",
            "accept",
            "send",
            "limits",
            "websocket",
            "filters",
            "webhook-secret",
            "errors");

    private final RouteYaml yaml;
    private final Setting setting;
    private final String id;
    private int addressLine = 1;

    private RouteFile(RouteYaml yaml, Setting setting, String id) {
        this.yaml = yaml;
        this.setting = setting;
        this.id = id;
    }

    /** What a route file is read for: the gateway around it. */
    record Setting(OwnAddresses own, Supplier<SpringParts> parts) {

        /** Without a gateway, to look only at the file. */
        static Setting alone() {
            return checking(OwnAddresses.none());
        }

        /** To check files before the gateway's own parts are there. */
        static Setting checking(OwnAddresses own) {
            return new Setting(own, SingletonSupplier.of(SpringParts::standalone));
        }
    }

    /**
     * What a file makes.
     *
     * @param route null if the file has a fault
     * @param addressLine the line of its path or host
     */
    record Parsed(@Nullable Route route, int addressLine) {}

    /** @param text null if it cannot be read */
    static Parsed read(Path file, @Nullable String text, Setting setting, ConfigurationFaults faults) {
        RouteYaml yaml = new RouteYaml(file, new ConfigurationFaults());
        RouteFile reader = new RouteFile(yaml, setting, idOf(file));
        Route route = reader.route(compose(text, yaml));
        faults.addAll(yaml.faults().list());
        return new Parsed(yaml.faults().isEmpty() ? route : null, reader.addressLine);
    }

    private static String idOf(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.lastIndexOf('.'));
    }

    private static @Nullable Node compose(@Nullable String text, RouteYaml yaml) {
        if (text == null) {
            yaml.faultAt(
                    1, "it cannot be read", "Save it as UTF-8, below 1 MB, and give the gateway's user read access.");
            return null;
        }
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(10);
        options.setCodePointLimit(256 * 1024);
        try {
            return new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            yaml.faultAt(line, "it is not YAML: " + e.getProblem(), "Mend the indentation or the quotes on that line.");
        } catch (YAMLException e) {
            yaml.faultAt(1, "it is not one YAML document", "Keep one route in one file.");
        }
        return null;
    }

    private @Nullable Route route(@Nullable Node root) {
        if (!ID.matcher(id).matches()) {
            yaml.faultAt(
                    1, "'" + id + "' cannot be a route's id", "Name the file with a-z, 0-9, '-', '_' and '.' only.");
        }
        if (root == null) {
            if (yaml.faults().isEmpty()) {
                yaml.faultAt(1, "it is empty", "Write at least 'to:' and 'allow:'.");
            }
            return null;
        }
        RouteYaml.Mapping file = yaml.mapping(root);
        refuseUnknownKeys(file);
        RouteFields fields = new RouteFields(yaml, setting.own());
        addressLine = lineOf(file.get("path"), file.get("host"));
        var host = fields.host(file.get("host"));
        var path = fields.path(file.get("path"));
        var backend = fields.backend(file.required("to", "Say where the app runs, such as http://127.0.0.1:3000."));
        var allow = fields.allow(file.required("allow", "Say who is let in; without it nobody would be."));
        var open = fields.open(file.get("public"));
        var gitHubTokens = fields.acceptsGitHubTokens(file.get("accept"));
        var send = fields.send(file.get("send"), id, path);
        var limits = new LimitFields(yaml).read(file.get("limits"));
        var sockets = fields.sockets(file.get("websocket"));
        var errors = fields.errors(file.get("errors"), backend);
        var webhookSecret = fields.webhookSecret(file.get("webhook-secret"));
        var made = new FilterLines(
                        yaml,
                        setting.parts(),
                        id,
                        send.jwt() == null ? null : send.jwt().header())
                .read(file.get("filters"));
        if (backend != null && BuiltIn.SCHEME.equals(backend.getScheme())) {
            refuseWhatNeverRuns(file, limits, made);
            refuseInstallationToken(file, backend, send);
            refuseWhatNobodyIsTold(file, backend);
        }
        if (path == null || backend == null || !yaml.faults().isEmpty()) {
            return null;
        }
        return new Route(
                id,
                host,
                path,
                backend,
                allow,
                open,
                gitHubTokens,
                send,
                limits,
                sockets,
                webhookSecret,
                made.filters(),
                made.condition(),
                errors);
    }

    /** The proxy in front would get it, and so might whoever can ask in its place. */
    private void refuseInstallationToken(RouteYaml.Mapping file, URI backend, Send send) {
        Node node = file.get("send");
        if (node != null && send.jwt() != null && send.jwt().secret() != null) {
            yaml.fault(
                    node,
                    "a JWT with a GitHub token in it is sent to apps and to nobody else",
                    "Let the gateway forward to the app, or leave the profile out.");
        }
        if (node != null && send.repository() != null && ForwardAuthOnly.NAME.equals(backend.getSchemeSpecificPart())) {
            yaml.fault(
                    node,
                    "an installation's token is sent to apps and not to other proxies",
                    "Let the gateway forward to the app, or leave it out.");
        }
    }

    /** Without an app behind it there is nobody to be told who is asking. */
    private void refuseWhatNobodyIsTold(RouteYaml.Mapping file, URI backend) {
        BuiltIn builtIn = BuiltIns.named(backend.getSchemeSpecificPart());
        Node node = file.get("send");
        if (node == null || builtIn == null || builtIn.tellsAnApp()) {
            return;
        }
        yaml.mapping(node).keysOutside(Set.of("github-token", "repository")).forEach((key, value) -> {
            if (RouteFields.SEND_KEYS.contains(key)) {
                yaml.fault(value, "'" + key + "' has no effect where no app is told anything", "Leave it out.");
            }
        });
        Node token = yaml.mapping(node).get("github-token");
        if (token instanceof ScalarNode scalar && !scalar.getValue().equals("installation")) {
            yaml.fault(
                    token,
                    "'" + scalar.getValue() + "' has no effect here: GitHub is called as the person in any case",
                    "Leave it out, or write installation and a repository.");
        }
    }

    /** A setting without effect would look like protection. */
    private void refuseWhatNeverRuns(RouteYaml.Mapping file, Limits limits, SpringParts.Made made) {
        Node filters = file.get("filters");
        if (filters != null && !made.filters().isEmpty()) {
            yaml.fault(
                    filters,
                    "a built-in takes no filters: nothing is forwarded to an app from here",
                    "Leave them out; predicates such as Method=GET may stay.");
        }
        Node deliveries = file.get("webhook-secret");
        if (deliveries != null) {
            yaml.fault(
                    deliveries,
                    "only an app takes deliveries",
                    "Leave it out; the gateway's own are signed with latchkey.github.webhook-secret.");
        }
        Node limit = file.get("limits");
        if (limit != null && (limits.isGuarding() || limits.timeout() != null || limits.idle() != null)) {
            yaml.fault(
                    limit,
                    "only 'rate', 'burst', 'body' and 'headers' work where nothing is forwarded to an app",
                    "Leave the others out.");
        }
    }

    private void refuseUnknownKeys(RouteYaml.Mapping file) {
        file.keysOutside(KEYS)
                .forEach((key, node) -> yaml.fault(
                        node, "'" + key + "' is no key of a route file", "Use one of " + sorted(KEYS) + "."));
    }

    private static int lineOf(@Nullable Node path, @Nullable Node host) {
        Node address = path == null ? host : path;
        return address == null ? 1 : address.getStartMark().getLine() + 1;
    }

    static String sorted(Set<String> names) {
        return String.join(", ", List.copyOf(names).stream().sorted().toList());
    }
}
