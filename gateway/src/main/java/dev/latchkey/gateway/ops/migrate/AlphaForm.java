package dev.latchkey.gateway.ops.migrate;

import dev.latchkey.gateway.ops.migrate.OldSettings.Place;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** oauth2-proxy's structured ("alpha") configuration, put into the words of the flat one. */
final class AlphaForm {

    private static final Set<String> KEYS = Set.of(
            "upstreamConfig", "injectRequestHeaders", "injectResponseHeaders", "server", "metricsServer", "providers");
    private static final Set<String> USER_HEADERS =
            Set.of("x-forwarded-user", "x-forwarded-email", "x-forwarded-preferred-username", "x-forwarded-groups");
    private static final Set<String> ANSWER_HEADERS = Set.of(
            "x-auth-request-user",
            "x-auth-request-email",
            "x-auth-request-preferred-username",
            "x-auth-request-groups");

    private static final Set<String> READ = Set.of(
            "id",
            "name",
            "provider",
            "clientID",
            "clientSecret",
            "clientSecretFile",
            "scope",
            "loginURL",
            "redeemURL",
            "validateURL",
            "allowedGroups",
            "code_challenge_method",
            "githubConfig");

    /** What other providers' parts demand of people, and the flat option of the same meaning. */
    private static final Map<String, String> DEMANDS = Map.of(
            "gitlabConfig.group", "gitlab_groups",
            "gitlabConfig.projects", "gitlab_projects",
            "googleConfig.group", "google_groups",
            "bitbucketConfig.team", "bitbucket_team",
            "bitbucketConfig.repository", "bitbucket_repository",
            "keycloakConfig.groups", "keycloak_groups",
            "keycloakConfig.roles", "allowed_roles",
            "azureConfig.tenant", "azure_tenant",
            "microsoftEntraIDConfig.allowedTenants", "entra_id_allowed_tenants");

    private static final Pattern ORIGIN = Pattern.compile("https?://[^/?#]*");

    private final OldSettings settings;
    private final Remarks remarks;

    AlphaForm(OldSettings settings, Remarks remarks) {
        this.settings = settings;
        this.remarks = remarks;
    }

    static boolean isOne(Map<?, ?> document) {
        return document.keySet().stream().anyMatch(key -> KEYS.contains(String.valueOf(key)))
                && KEYS.containsAll(document.keySet());
    }

    boolean read(Map<?, ?> document) {
        // What is not listed there is not sent; the flat form sends it unless told not to.
        put("pass_user_headers", "false");
        put("pass_basic_auth", "false");
        provider(list(document.get("providers")));
        upstreams(map(document.get("upstreamConfig")));
        headers(
                list(document.get("injectRequestHeaders")),
                USER_HEADERS,
                "pass_user_headers",
                "x-forwarded-access-token");
        headers(
                list(document.get("injectResponseHeaders")),
                ANSWER_HEADERS,
                "set_xauthrequest",
                "x-auth-request-access-token");
        server(map(document.get("server")));
        if (document.get("metricsServer") != null) {
            remarks.lost("metricsServer", "metrics are at the internal port, latchkey.internal.*");
        }
        return true;
    }

    private void provider(List<?> providers) {
        if (providers.size() > 1) {
            remarks.lost("providers", "only the first is converted; others are added at /admin/providers");
        }
        Map<?, ?> provider = providers.isEmpty() ? Map.of() : map(providers.get(0));
        put(provider, "provider", "provider");
        put(provider, "clientID", "client_id");
        put(provider, "clientSecret", "client_secret");
        put(provider, "clientSecretFile", "client_secret_file");
        put(provider, "scope", "scope");
        put(provider, "loginURL", "login_url");
        put(provider, "redeemURL", "redeem_url");
        put(provider, "validateURL", "validate_url");
        put(provider, "allowedGroups", "allowed_groups");
        put(provider, "code_challenge_method", "code_challenge_method");
        Map<?, ?> github = map(provider.get("githubConfig"));
        put(github, "org", "github_org");
        put(github, "team", "github_team");
        put(github, "repo", "github_repo");
        put(github, "token", "github_token");
        put(github, "users", "github_users");
        DEMANDS.forEach((path, option) -> put(map(provider.get(path.split("\\.")[0])), path.split("\\.")[1], option));
        provider.keySet().stream()
                .map(String::valueOf)
                .filter(key ->
                        !READ.contains(key) && DEMANDS.keySet().stream().noneMatch(at -> at.startsWith(key + '.')))
                .forEach(key -> remarks.lost("providers", "'" + key + "' is not read"));
    }

    private void upstreams(Map<?, ?> config) {
        for (Object each : list(config.get("upstreams"))) {
            Map<?, ?> upstream = map(each);
            String path = text(upstream.get("path"));
            if (Boolean.TRUE.equals(upstream.get("static"))) {
                String code = text(upstream.get("staticCode"));
                put("upstreams", "static://" + (code == null ? "200" : code));
            } else {
                address(text(upstream.get("uri")), path == null ? "/" : path);
            }
            if (upstream.get("rewriteTarget") != null) {
                remarks.lost(
                        "rewriteTarget", "write 'filters: [RewritePath=...]' or 'StripPrefix=1' into the route file");
            }
            put(upstream, "timeout", "upstream_timeout");
            put(upstream, "insecureSkipTLSVerify", "ssl_upstream_insecure_skip_verify");
            put(upstream, "passHostHeader", "pass_host_header");
            put(upstream, "proxyWebSockets", "proxy_websockets");
        }
    }

    private void address(@Nullable String uri, String path) {
        if (path.startsWith("^")) {
            remarks.lost("upstreams", "the path '" + path + "' is a regular expression; write a route file for it");
        } else if (uri != null && uri.startsWith("http")) {
            // The address may have a path of its own, which apps were asked at by nobody.
            Matcher origin = ORIGIN.matcher(uri);
            put("upstreams", origin.lookingAt() ? origin.group() + path : uri);
        } else if (uri != null) {
            put("upstreams", uri);
        }
    }

    private void headers(List<?> headers, Set<String> usual, String option, String token) {
        for (Object each : headers) {
            String name = String.valueOf(map(each).get("name"));
            String plain = name.toLowerCase(Locale.ROOT);
            if (usual.contains(plain)) {
                settings.add(Place.FILE, option, List.of("true"));
            } else if (plain.equals(token)) {
                settings.add(Place.FILE, "pass_access_token", List.of("true"));
            } else if (plain.equals("authorization")) {
                settings.add(Place.FILE, "pass_authorization_header", List.of("true"));
            } else {
                remarks.lost(name, "headers of other names come from the presets of 'send: { headers: ... }'");
            }
        }
    }

    private void server(Map<?, ?> server) {
        put(server, "bindAddress", "http_address");
        put(server, "secureBindAddress", "https_address");
        Map<?, ?> tls = map(server.get("tls"));
        put(map(tls.get("cert")), "fromFile", "tls_cert_file");
        put(map(tls.get("key")), "fromFile", "tls_key_file");
    }

    private void put(Map<?, ?> from, String key, String option) {
        Object value = from.get(key);
        if (value instanceof List<?> many) {
            settings.add(Place.FILE, option, many.stream().map(String::valueOf).toList());
        } else if (value != null) {
            String text = String.valueOf(value);
            if (text.contains("${")) {
                LetIn.isElsewhere(option, remarks, "its value comes from a variable that is not in this file");
            } else {
                put(option, text);
            }
        }
    }

    private void put(String option, String value) {
        settings.add(Place.FILE, option, List.of(value));
    }

    private static Map<?, ?> map(@Nullable Object node) {
        return node instanceof Map<?, ?> map ? map : Map.of();
    }

    private static List<?> list(@Nullable Object node) {
        return node instanceof List<?> list ? list : List.of();
    }

    private static @Nullable String text(@Nullable Object node) {
        return node == null ? null : String.valueOf(node);
    }
}
