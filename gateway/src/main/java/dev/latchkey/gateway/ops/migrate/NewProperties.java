package dev.latchkey.gateway.ops.migrate;

import java.net.URI;
import java.net.URISyntaxException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes properties of everything that is not about one app. Those that hold a secret are kept apart. */
final class NewProperties {

    private static final Pattern ADDRESS = Pattern.compile("(?:https?://)?(.*):([0-9]{1,5})");
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]", "::1");
    private static final Set<String> USUAL_HEADERS = Set.of("x-real-ip", "x-forwarded-for");
    private static final Duration IDLE = Duration.ofHours(24);
    private static final String CALLBACK = "/callback";

    private final OldSettings settings;
    private final Remarks remarks;
    private final Map<String, String> plain = new LinkedHashMap<>();
    private final Map<String, String> secret = new LinkedHashMap<>();

    NewProperties(OldSettings settings, Remarks remarks) {
        this.settings = settings;
        this.remarks = remarks;
        address();
        listening();
        gitHub();
        session();
        redirects();
        proxies();
        redis();
        rest();
    }

    Map<String, String> plain() {
        return plain;
    }

    Map<String, String> secret() {
        return secret;
    }

    // The address

    private void address() {
        String prefix = settings.text("proxy_prefix");
        if (prefix != null) {
            plain.put("latchkey.prefix", prefix);
        }
        String redirect = settings.text("redirect_url");
        URI uri = redirect == null ? null : parsed(redirect);
        if (uri == null || uri.getHost() == null || uri.getScheme() == null) {
            remarks.lost("redirect_url", "write the address that browsers use as latchkey.external-url");
            return;
        }
        plain.put("latchkey.external-url", originOf(uri));
        String callback = (prefix == null ? "/oauth2" : prefix) + CALLBACK;
        if (!callback.equals(uri.getRawPath())) {
            remarks.changed("redirect_url", "register " + originOf(uri) + callback + " at GitHub as the callback");
        }
        if (uri.getScheme().equals("http") && !THIS_MACHINE.contains(uri.getHost())) {
            plain.put("latchkey.insecure-http", "true");
            remarks.unsafe("redirect_url", "plain http shows every session to the network; use https");
        }
    }

    private void listening() {
        String certificate = settings.text("tls_cert_file");
        String key = settings.text("tls_key_file");
        boolean tls = certificate != null && key != null;
        if (tls) {
            plain.put("latchkey.tls.certificate", certificate);
            plain.put("latchkey.tls.private-key", key);
        }
        String option = tls ? "https_address" : "http_address";
        String standard = tls ? ":443" : "127.0.0.1:4180";
        String address = settings.text(option);
        Matcher parts = ADDRESS.matcher(address == null ? standard : address);
        if (!parts.matches()) {
            remarks.lost(option, "the gateway listens at a port; set server.port and server.address");
            return;
        }
        plain.put("server.port", parts.group(2));
        String host = parts.group(1).replace("[", "").replace("]", "");
        if (!host.isEmpty() && !host.equals("0.0.0.0") && !host.equals("::")) {
            plain.put("server.address", host);
        }
        if (tls && settings.has("http_address")) {
            remarks.lost("http_address", "with a certificate the edge speaks TLS alone");
        }
    }

    // GitHub

    private void gitHub() {
        String provider = settings.text("provider");
        if (!"github".equals(provider)) {
            remarks.lost(
                    "provider",
                    "people sign in with GitHub first of all: set latchkey.github.client-id and .client-secret, then add '"
                            + (provider == null ? "google" : provider)
                            + "' with its client at /admin/providers on the internal port");
            return;
        }
        String id = settings.text("client_id");
        if (id != null) {
            plain.put("latchkey.github.client-id", id);
        }
        clientSecret();
        gitHubAddress();
        String scope = settings.text("scope");
        if (scope != null) {
            Set<String> scopes = new LinkedHashSet<>(Arrays.asList(scope.split("[\\s,]+")));
            scopes.addAll(List.of("read:user", "user:email", "read:org"));
            plain.put("latchkey.github.scopes", String.join(",", scopes));
        }
    }

    private void clientSecret() {
        String file = settings.text("client_secret_file");
        String value = settings.text("client_secret");
        if (file != null) {
            plain.put("latchkey.github.client-secret", "file:" + file);
        } else if (value != null) {
            secret.put("latchkey.github.client-secret", value);
        } else {
            remarks.lost("client_secret", "it is not in what was read; set latchkey.github.client-secret");
        }
    }

    /** An Enterprise Server was named by three addresses, of which one tells the host. */
    private void gitHubAddress() {
        URI login = address("login_url");
        URI redeem = address("redeem_url");
        URI validate = address("validate_url");
        URI host = login == null ? redeem : login;
        if (host != null && !host.getHost().equals("github.com")) {
            plain.put("latchkey.github.url", originOf(host));
        }
        if (host != null && redeem != null && !originOf(host).equals(originOf(redeem))) {
            remarks.lost("redeem_url", "tokens are got where people sign in, at " + originOf(host));
        }
        if (validate != null && !validate.getHost().equals("api.github.com")) {
            plain.put("latchkey.github.api-url", validate.toString().replaceAll("/+$", ""));
        }
    }

    private @Nullable URI address(String option) {
        String text = settings.text(option);
        URI uri = text == null ? null : parsed(text);
        if (text != null && (uri == null || uri.getHost() == null || uri.getScheme() == null)) {
            remarks.lost(option, "it is no address");
            return null;
        }
        return uri;
    }

    // Sessions

    private void session() {
        String expire = settings.text("cookie_expire");
        Duration age = expire == null ? null : GoDuration.read(expire).orElse(Duration.ZERO);
        if (age != null && age.toSeconds() > 0) {
            plain.put("latchkey.session.max-age", GoDuration.written(age));
            if (age.compareTo(IDLE) < 0) {
                plain.put("latchkey.session.idle", GoDuration.written(age));
            }
        } else if (age != null) {
            remarks.lost("cookie_expire", "a session ends at a time; latchkey.session.max-age is 7d");
        }
        if (!settings.flag("cookie_secure", true)) {
            remarks.unsafe("cookie_secure", "the cookie is Secure wherever the address is https");
        }
        if (!settings.flag("cookie_httponly", true)) {
            remarks.unsafe("cookie_httponly", "the cookie is HttpOnly; a page asks at /oauth2/userinfo who is there");
        }
        cookieScope();
    }

    private void cookieScope() {
        String sameSite = settings.text("cookie_samesite");
        if (sameSite == null) {
            remarks.changed("cookie_samesite", "empty before, and so left to the browser; now Lax");
        } else if (sameSite.equals("none")) {
            remarks.unsafe("cookie_samesite", "Lax instead of None: no other site's page uses a session");
        } else if (sameSite.equals("strict")) {
            remarks.changed("cookie_samesite", "Lax instead of Strict: a link from elsewhere opens a page signed in");
        }
        if (!settings.list("cookie_domains").isEmpty()) {
            remarks.lost(
                    "cookie_domains",
                    "the cookie is for one host alone; let browsers reach each app's pages and /oauth2 at the same host");
        }
        String path = settings.text("cookie_path");
        if (path != null && !path.equals("/")) {
            remarks.lost("cookie_path", "the cookie is for every path of its host");
        }
    }

    private void redirects() {
        List<String> origins = new ArrayList<>();
        for (String domain : settings.list("whitelist_domains")) {
            if (domain.startsWith(".") || domain.startsWith("*") || domain.contains(":*") || domain.contains("/")) {
                remarks.lost("whitelist_domains", "'" + domain + "': name each origin in latchkey.allowed-redirects");
            } else {
                origins.add("https://" + domain);
            }
        }
        if (!origins.isEmpty()) {
            plain.put("latchkey.allowed-redirects", String.join(",", origins));
        }
    }

    // In front

    private void proxies() {
        if (!settings.flag("reverse_proxy", false)) {
            return;
        }
        List<String> trusted = settings.list("trusted_proxy_ips");
        boolean everybody = trusted.stream().anyMatch(range -> range.endsWith("/0"));
        boolean beside = THIS_MACHINE.contains(plain.getOrDefault("server.address", ""));
        if (!trusted.isEmpty() && !everybody) {
            plain.put("latchkey.trusted-proxies", String.join(",", trusted));
        } else if (beside) {
            plain.put("latchkey.trusted-proxies", "127.0.0.0/8,::1");
            remarks.unsafe("reverse_proxy", "whoever reached it was believed; now only proxies on this machine are");
        } else {
            remarks.unsafe(
                    "reverse_proxy",
                    "whoever reached it was believed; name your proxies in latchkey.trusted-proxies, nobody is until then");
        }
        String header = settings.text("real_client_ip_header");
        if (header != null && !USUAL_HEADERS.contains(header.toLowerCase(java.util.Locale.ROOT))) {
            remarks.lost("real_client_ip_header", "a client's address is read from Forwarded or X-Forwarded-For");
        }
    }

    // Redis

    private void redis() {
        if (!"redis".equals(settings.text("session_store_type"))) {
            return;
        }
        plain.put("latchkey.store", "redis");
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        secret.put("latchkey.secret-keys", Base64.getEncoder().encodeToString(key));
        if (settings.flag("redis_use_sentinel", false)) {
            put(plain, "spring.data.redis.sentinel.master", settings.text("redis_sentinel_master_name"));
            put(plain, "spring.data.redis.sentinel.nodes", nodes("redis_sentinel_connection_urls"));
            put(secret, "spring.data.redis.sentinel.password", settings.text("redis_sentinel_password"));
        } else if (settings.flag("redis_use_cluster", false)) {
            put(plain, "spring.data.redis.cluster.nodes", nodes("redis_cluster_connection_urls"));
        } else {
            String url = settings.text("redis_connection_url");
            put(url != null && url.contains("@") ? secret : plain, "spring.data.redis.url", url);
        }
        put(plain, "spring.data.redis.username", settings.text("redis_username"));
        put(secret, "spring.data.redis.password", settings.text("redis_password"));
        String authority = settings.text("redis_ca_path");
        if (authority != null) {
            plain.put("spring.ssl.bundle.pem.redis.truststore.certificate", "file:" + authority);
            plain.put("spring.data.redis.ssl.bundle", "redis");
        }
        if (settings.flag("redis_insecure_skip_tls_verify", false)) {
            remarks.unsafe(
                    "redis_insecure_skip_tls_verify", "the certificate of Redis is verified; set redis_ca_path's");
        }
    }

    private @Nullable String nodes(String option) {
        List<String> nodes = settings.list(option).stream()
                .map(url -> url.replaceFirst("^rediss?://", "")
                        .replaceFirst("^[^@]*@", "")
                        .replaceFirst("/.*$", ""))
                .map(node -> node.contains(":") ? node : node + ":6379")
                .toList();
        if (nodes.isEmpty()) {
            remarks.lost(option, "it is missing");
        }
        return nodes.isEmpty() ? null : String.join(",", nodes);
    }

    // The rest

    private void rest() {
        String ping = settings.text("ping_path");
        if (ping != null && !ping.equals("/ping")) {
            remarks.lost("ping_path", "it is /ping, here and at the internal port");
        }
        if (settings.has("ready_path")) {
            remarks.changed("ready_path", "it is /ready at the internal port");
        }
        if (settings.has("metrics_address")) {
            remarks.changed("metrics_address", "metrics are at /metrics of the internal port, latchkey.internal.*");
        }
        if (settings.has("ping_user_agent") || settings.flag("gcp_healthchecks", false)) {
            remarks.unsafe("ping_user_agent", "no User-Agent opens anything; let health checks ask for /ping");
        }
        if (settings.flag("show_debug_on_error", false)) {
            remarks.unsafe("show_debug_on_error", "people see a code and an id, the log has the rest");
        }
        if (settings.flag("ssl_insecure_skip_verify", false)) {
            remarks.unsafe("ssl_insecure_skip_verify", "the provider's certificate is verified");
        }
        if ("plain".equals(settings.text("code_challenge_method"))) {
            remarks.unsafe("code_challenge_method", "PKCE is always S256");
        }
        if (settings.flag("force_https", false)) {
            remarks.lost("force_https", "let the proxy in front redirect from http");
        }
        if (settings.has("banner") || settings.has("footer")) {
            remarks.lost(
                    "banner",
                    "the pages are the gateway's own; latchkey.pages.title and .support-url are theirs to set");
        }
    }

    private static void put(Map<String, String> properties, String name, @Nullable String value) {
        if (value != null) {
            properties.put(name, value);
        }
    }

    private static String originOf(URI uri) {
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }

    private static @Nullable URI parsed(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
