package dev.latchkey.gateway.route;

import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.keys.SharedKey;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.web.ErrorDialect;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.http.HttpMethod;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** The fields of a route file, each read from its node or refused with a remedy. */
final class RouteFields {

    private static final Pattern HOST =
            Pattern.compile("(\\*\\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern METHOD = Pattern.compile("[A-Z]{3,16}");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final Set<String> RESERVED_HEADERS =
            Set.of("host", "cookie", "connection", "content-length", "transfer-encoding", "upgrade", "te", "expect");
    private static final Set<String> BACKEND_SCHEMES = Set.of("http", "https", "h2c", "h2");
    static final Set<String> SEND_KEYS = Set.of("jwt", "headers", "github-token", "repository", "github-api");
    static final Set<String> SOCKET_KEYS = Set.of("origins", "idle");
    private static final String INSTALLATION = "installation";
    static final Set<String> JWT_KEYS = Set.of("header", "audience", "ttl", "profile", "secret");
    private static final String TRACKEEP = "trackeep-legacy";

    private final RouteYaml yaml;
    private final OwnAddresses own;

    RouteFields(RouteYaml yaml, OwnAddresses own) {
        this.yaml = yaml;
        this.own = own;
    }

    @Nullable
    String host(@Nullable Node node) {
        String text = node == null ? null : yaml.text(node);
        if (node == null || text == null) {
            return null;
        }
        String host = text.toLowerCase(Locale.ROOT);
        if (!HOST.matcher(host).matches() || host.length() > 253) {
            yaml.fault(
                    node,
                    "'" + text + "' is no host name",
                    "Write a name without scheme and port, such as wiki.example.com or *.example.com.");
        }
        return host;
    }

    @Nullable
    PathPattern path(@Nullable Node node) {
        return node == null ? PathPatternParser.defaultInstance.parse("/**") : pattern(node, yaml.text(node));
    }

    private @Nullable PathPattern pattern(Node node, @Nullable String text) {
        if (text == null) {
            return null;
        }
        if (!text.startsWith("/")) {
            yaml.fault(node, "the path '" + text + "' does not begin with a slash", "Write it as /" + text + ".");
            return null;
        }
        if (text.contains("//") || text.contains("/../") || text.contains("/./") || text.contains(";")) {
            yaml.fault(
                    node,
                    "no request ever has the path '" + text + "'",
                    "Leave out empty and dot segments and semicolons: such requests are refused.");
            return null;
        }
        try {
            return PathPatternParser.defaultInstance.parse(text);
        } catch (PatternParseException e) {
            yaml.fault(node, "'" + text + "' is no path pattern: " + e.getMessage(), "Write it like /wiki/**.");
            return null;
        }
    }

    @Nullable
    URI backend(@Nullable Node node) {
        String text = node == null ? null : yaml.text(node);
        if (node == null || text == null) {
            return null;
        }
        if (text.startsWith(BuiltIn.SCHEME + ':')) {
            return builtIn(node, text);
        }
        URI uri = parsed(text);
        if (uri == null
                || uri.getHost() == null
                || uri.getScheme() == null
                || !BACKEND_SCHEMES.contains(uri.getScheme())) {
            yaml.fault(
                    node,
                    "'" + text + "' is no address of a backend",
                    "Write it like http://127.0.0.1:3000, or with https, h2c or h2 in place of http.");
            return null;
        }
        boolean more = !(uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null
                || uri.getRawUserInfo() != null;
        if (more) {
            yaml.fault(
                    node,
                    "'" + text + "' has more than scheme, host and port",
                    "Leave out path, query and user: the backend gets the path that was asked for.");
            return null;
        }
        if (own.contain(uri)) {
            yaml.fault(
                    node,
                    "'" + text + "' is the gateway itself",
                    "Write the app's own address: what comes here would come here again, for ever.");
            return null;
        }
        return URI.create(uri.getScheme() + "://" + uri.getRawAuthority());
    }

    private @Nullable URI builtIn(Node node, String text) {
        if (BuiltIns.named(text.substring(BuiltIn.SCHEME.length() + 1)) != null) {
            return URI.create(text);
        }
        yaml.fault(node, "'" + text + "' is nothing that the gateway has", "Use one of " + BuiltIns.spelled() + ".");
        return null;
    }

    private static @Nullable URI parsed(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            return null;
        }
    }

    List<Rule> allow(@Nullable Node node) {
        return new AllowLines(yaml).read(node);
    }

    List<Route.OpenPath> open(@Nullable Node node) {
        List<Route.OpenPath> lines = new ArrayList<>();
        if (node == null) {
            return lines;
        }
        for (ScalarNode line : yaml.list(node)) {
            String[] words = line.getValue().trim().split("\\s+");
            boolean hasMethod = words.length == 2 && METHOD.matcher(words[0]).matches();
            if (words.length > 2 || (words.length == 2 && !hasMethod)) {
                yaml.fault(line, "'" + line.getValue() + "' is no open path", "Write it like 'GET /wiki/healthz'.");
                continue;
            }
            PathPattern path = pattern(line, words[words.length - 1]);
            if (path != null) {
                lines.add(new Route.OpenPath(hasMethod ? HttpMethod.valueOf(words[0]) : null, path));
            }
        }
        return lines;
    }

    /** {@code accept}: what besides the usual says who is calling. */
    boolean acceptsGitHubTokens(@Nullable Node node) {
        boolean accepted = false;
        for (ScalarNode line : node == null ? List.<ScalarNode>of() : yaml.list(node)) {
            if (line.getValue().equals("github-token")) {
                accepted = true;
            } else {
                yaml.fault(line, "'" + line.getValue() + "' is nothing that can be accepted", "Write github-token.");
            }
        }
        return accepted;
    }

    /** {@code errors}: as written, else as what it leads to words them. */
    ErrorDialect errors(@Nullable Node node, @Nullable URI backend) {
        if (node == null) {
            BuiltIn builtIn = backend != null && BuiltIn.SCHEME.equals(backend.getScheme())
                    ? BuiltIns.named(backend.getSchemeSpecificPart())
                    : null;
            return builtIn == null ? ErrorDialect.PROBLEM : builtIn.errors();
        }
        String name = yaml.text(node);
        return ErrorDialect.named(String.valueOf(name)).orElseGet(() -> {
            yaml.fault(node, "'" + name + "' is no way to word errors", "Use one of " + ErrorDialect.names() + ".");
            return ErrorDialect.PROBLEM;
        });
    }

    /** {@code webhook-secret}: text, or {@code file:} and a path. */
    @Nullable
    SecretSource webhookSecret(@Nullable Node node) {
        String text = node == null ? null : yaml.text(node);
        if (node == null || text == null) {
            return null;
        }
        try {
            // A route outlives its file's reading; how often the secret's file is looked at needs no other clock.
            return SecretSource.of(text, Clock.systemUTC());
        } catch (ConfigurationRefused refused) {
            yaml.fault(
                    node,
                    "the file of this secret cannot be read, or is empty",
                    "Give the gateway's user read access.");
            return null;
        }
    }

    Send send(@Nullable Node node, String routeId, @Nullable PathPattern path) {
        if (node == null) {
            return Send.standard(routeId);
        }
        RouteYaml.Mapping send = yaml.mapping(node);
        send.keysOutside(SEND_KEYS)
                .forEach((key, value) -> yaml.fault(
                        value,
                        "'" + key + "' is nothing that can be sent",
                        "Use one of " + RouteFile.sorted(SEND_KEYS) + "."));
        HeaderPreset headers = preset(send.get("headers"));
        Node token = send.get("github-token");
        boolean ofInstallation =
                token instanceof ScalarNode scalar && scalar.getValue().equals(INSTALLATION);
        boolean githubToken = token != null && !ofInstallation && Boolean.TRUE.equals(yaml.flag(token));
        RepositoryTemplate repository = repository(node, send.get("repository"), ofInstallation, path);
        Send.Jwt jwt = jwt(send.get("jwt"), headers, routeId);
        if (ofInstallation && jwt != null && jwt.secret() != null) {
            yaml.fault(
                    node,
                    "the JWT of the profile " + TRACKEEP + " holds the person's token and not an installation's",
                    "Leave out one of them.");
        }
        return new Send(jwt, headers, githubToken, repository, gitHubApi(send.get("github-api"), jwt));
    }

    /** Without the JWT there is nothing that the app could call with. */
    private boolean gitHubApi(@Nullable Node node, Send.@Nullable Jwt jwt) {
        boolean trusted = node != null && Boolean.TRUE.equals(yaml.flag(node));
        if (node != null && trusted && jwt == null) {
            yaml.fault(
                    node,
                    "an app calls GitHub's API with the JWT that it was sent, and this one is sent none",
                    "Leave out 'jwt: false', or 'github-api'.");
        }
        return trusted;
    }

    private @Nullable RepositoryTemplate repository(
            Node send, @Nullable Node node, boolean ofInstallation, @Nullable PathPattern path) {
        if (node == null || !ofInstallation) {
            if (ofInstallation || node != null) {
                yaml.fault(
                        send,
                        "'github-token: installation' and 'repository' go together",
                        "Write both, such as { github-token: installation, repository: acme/wiki }.");
            }
            return null;
        }
        String text = yaml.text(node);
        RepositoryTemplate template =
                text == null ? null : RepositoryTemplate.of(text).orElse(null);
        if (template == null || path == null || !template.fits(path)) {
            yaml.fault(
                    node,
                    "'" + text + "' names no repository",
                    "Write it like acme/wiki, or like acme/{repo} with {repo} in the route's path.");
        }
        return template;
    }

    Sockets sockets(@Nullable Node node) {
        if (node == null) {
            return Sockets.STANDARD;
        }
        RouteYaml.Mapping sockets = yaml.mapping(node);
        sockets.keysOutside(SOCKET_KEYS)
                .forEach((key, value) -> yaml.fault(
                        value,
                        "'" + key + "' is no setting of WebSockets",
                        "Use one of " + RouteFile.sorted(SOCKET_KEYS) + "."));
        Node origins = sockets.get("origins");
        Set<String> allowed = new TreeSet<>();
        if (origins != null) {
            yaml.list(origins).forEach(line -> allowed.add(origin(line)));
        }
        return new Sockets(allowed, new LimitFields(yaml).duration(sockets.get("idle")));
    }

    private String origin(ScalarNode line) {
        URI uri = parsed(line.getValue());
        String origin = line.getValue().equals(Sockets.ALL) || uri == null ? Sockets.ALL : Sockets.origin(uri);
        if (origin == null || (uri == null && !line.getValue().equals(Sockets.ALL))) {
            yaml.fault(
                    line,
                    "'" + line.getValue() + "' is no origin",
                    "Write scheme, host and, if it is not the usual one, port, such as https://app.example.com; or '*'.");
            return "";
        }
        return origin;
    }

    private HeaderPreset preset(@Nullable Node node) {
        String name = node == null ? null : yaml.text(node);
        if (node == null || name == null) {
            return HeaderPreset.OAUTH2_PROXY;
        }
        return HeaderPreset.named(name).orElseGet(() -> {
            yaml.fault(node, "'" + name + "' is no header preset", "Use one of " + HeaderPreset.names() + ".");
            return HeaderPreset.OAUTH2_PROXY;
        });
    }

    private Send.@Nullable Jwt jwt(@Nullable Node node, HeaderPreset headers, String routeId) {
        Send.Jwt standard = Send.Jwt.standard(headers, routeId);
        if (node == null) {
            return standard;
        }
        if (node instanceof ScalarNode) {
            return Boolean.FALSE.equals(yaml.flag(node)) ? null : standard;
        }
        RouteYaml.Mapping jwt = yaml.mapping(node);
        jwt.keysOutside(JWT_KEYS)
                .forEach((key, value) -> yaml.fault(
                        value,
                        "'" + key + "' is no setting of the JWT",
                        "Use one of " + RouteFile.sorted(JWT_KEYS) + "."));
        Node audience = jwt.get("audience");
        String audienceText = audience == null ? routeId : yaml.text(audience);
        return new Send.Jwt(
                header(jwt.get("header"), standard.header()),
                audienceText == null ? routeId : audienceText,
                ttl(jwt.get("ttl")),
                sharedSecret(node, jwt.get("profile"), jwt.get("secret")));
    }

    private @Nullable SecretSource sharedSecret(Node jwt, @Nullable Node profile, @Nullable Node secret) {
        String name = profile == null ? null : yaml.text(profile);
        if (profile != null && !TRACKEEP.equals(name)) {
            yaml.fault(
                    profile,
                    "'" + name + "' is no profile of the JWT",
                    "Write " + TRACKEEP + ", or leave it out for the gateway's own.");
            return null;
        }
        if (profile == null || secret == null) {
            if (profile != null || secret != null) {
                yaml.fault(
                        jwt,
                        "'profile' and 'secret' go together",
                        "Write both, such as { profile: " + TRACKEEP + ", secret: file:/run/secrets/jwt }.");
            }
            return null;
        }
        return sharedSecret(secret);
    }

    private @Nullable SecretSource sharedSecret(Node node) {
        String text = yaml.text(node);
        if (text == null) {
            return null;
        }
        try {
            SecretSource source = SecretSource.of(text, Clock.systemUTC());
            String weakness = SharedKey.weaknessOf(source.current());
            if (weakness == null) {
                return source;
            }
            yaml.fault(node, "the secret " + weakness, SharedKey.REMEDY);
        } catch (ConfigurationRefused unreadable) {
            unreadable.faults().forEach(fault -> yaml.fault(node, fault.what(), fault.remedy()));
        }
        return null;
    }

    private String header(@Nullable Node node, String standard) {
        String name = node == null ? null : yaml.text(node);
        if (node == null || name == null) {
            return standard;
        }
        if (!HEADER.matcher(name).matches() || RESERVED_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
            yaml.fault(node, "'" + name + "' cannot carry the JWT", "Use Authorization or a name like X-Gateway-Jwt.");
        }
        return name;
    }

    private Duration ttl(@Nullable Node node) {
        String text = node == null ? null : yaml.text(node);
        if (node == null || text == null) {
            return Send.LONGEST_TTL;
        }
        try {
            Duration ttl = DurationStyle.detectAndParse(text);
            if (ttl.compareTo(Duration.ofSeconds(10)) >= 0 && ttl.compareTo(Send.LONGEST_TTL) <= 0) {
                return ttl;
            }
        } catch (IllegalArgumentException e) {
            // Told below, with the remedy that fits both faults.
        }
        yaml.fault(node, "'" + text + "' is no life for a JWT", "Write a duration from 10s to 5m.");
        return Send.LONGEST_TTL;
    }
}
