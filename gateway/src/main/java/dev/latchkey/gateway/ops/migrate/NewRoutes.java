package dev.latchkey.gateway.ops.migrate;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a route file of each upstream. */
final class NewRoutes {

    private static final String UPSTREAMS = "upstreams";
    private static final String ASKED = "builtin:forward-auth";

    /** Not the usual one, since the app was sent no {@code Authorization} before and may have a use of its own for it. */
    private static final String OWN_HEADER = "X-Latchkey-Jwt";

    private final OldSettings settings;
    private final List<String> allow;
    private final List<String> open;
    private final Remarks remarks;
    private final Map<String, String> files = new LinkedHashMap<>();

    NewRoutes(OldSettings settings, List<String> allow, List<String> open, Remarks remarks) {
        this.settings = settings;
        this.allow = allow;
        this.open = open;
        this.remarks = remarks;
    }

    /** Texts by file name. */
    Map<String, String> files() {
        List<String> upstreams = settings.list(UPSTREAMS);
        upstreams.forEach(this::upstream);
        if (upstreams.isEmpty()) {
            add("auth", null, ASKED);
        }
        if (files.isEmpty()) {
            throw new MigrationRefused(
                    "None of the upstreams can be served: an app has to be at an http or https address");
        }
        headers();
        return files;
    }

    private void upstream(String text) {
        URI uri = parsed(text);
        String scheme = uri == null || uri.getScheme() == null ? "" : uri.getScheme();
        switch (scheme) {
            case "http", "https" -> app(uri);
            case "static" -> answered(text);
            case "file" -> remarks.lost(UPSTREAMS, "files are not served here; let a web server serve them, as an app");
            case "unix" -> remarks.lost(UPSTREAMS, "an app cannot be at a Unix socket; give it a port of this machine");
            default -> remarks.lost(UPSTREAMS, "one of them is no address of an app");
        }
    }

    private void app(@Nullable URI uri) {
        if (uri == null || uri.getHost() == null) {
            remarks.lost(UPSTREAMS, "one of them has no host");
            return;
        }
        if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            remarks.lost(UPSTREAMS, "user, query and fragment of " + uri.getHost() + " are left out");
        }
        String path = uri.getRawPath();
        if (path.indexOf('*') >= 0) {
            remarks.lost(
                    UPSTREAMS,
                    "the path '" + path + "' has a star, which is not itself here; write a route file for it");
            return;
        }
        String pattern = path.isEmpty() || path.equals("/") ? null : path.endsWith("/") ? path + "**" : path;
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        add(idOf(path), pattern, uri.getScheme() + "://" + uri.getHost() + port);
    }

    private void answered(String text) {
        if (!text.equals("static://202")) {
            remarks.changed(UPSTREAMS, text + " is kept as an answer to proxies that ask, which is 202");
        }
        remarks.changed(
                UPSTREAMS,
                "a proxy that asked at '/' now asks at '" + prefix() + "/auth', or, to lead people to the sign-in, at '"
                        + prefix() + "/auth_or_start'");
        add("auth", null, ASKED);
    }

    private String prefix() {
        String prefix = settings.text("proxy_prefix");
        return prefix == null ? "/oauth2" : prefix;
    }

    private static String idOf(String path) {
        String id = path.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
        return id.isEmpty() ? "app" : id.substring(0, Math.min(id.length(), 60));
    }

    private void add(String id, @Nullable String path, String to) {
        String free = id;
        for (int i = 2; files.containsKey(free + ".yaml"); i++) {
            free = id + '-' + i;
        }
        files.put(free + ".yaml", text(path, to));
    }

    private String text(@Nullable String path, String to) {
        boolean app = !to.equals(ASKED);
        StringBuilder text = new StringBuilder("# Converted from oauth2-proxy.\n");
        if (path != null) {
            text.append("path: ").append(quoted(path)).append('\n');
        }
        text.append("to: ").append(quoted(to)).append('\n');
        list(text, "allow", allow);
        list(text, "public", open.stream().filter(line -> isWithin(path, line)).toList());
        text.append("send:\n");
        text.append("  jwt: { header: ").append(jwtHeader()).append(" }\n");
        text.append("  headers: ")
                .append(namesPeople(app) ? "oauth2-proxy" : "none")
                .append('\n');
        text.append("  github-token: ")
                .append(settings.flag("pass_access_token", false))
                .append('\n');
        if (app) {
            limits(text);
            if (settings.flag("pass_host_header", true)) {
                list(text, "filters", List.of("PreserveHostHeader"));
            }
        }
        return text.toString();
    }

    private static void list(StringBuilder text, String key, List<String> lines) {
        if (!lines.isEmpty()) {
            text.append(key).append(":\n");
            lines.forEach(line -> text.append("  - ").append(quoted(line)).append('\n'));
        }
    }

    /** An open path belongs to the route whose path it is below; every route has those that begin with {@code /**}. */
    private static boolean isWithin(@Nullable String path, String line) {
        String open = line.substring(line.indexOf(' ') + 1);
        String base = path == null ? "/" : path.replace("**", "");
        return open.equals("/**") || open.startsWith(base);
    }

    private String jwtHeader() {
        return isInAuthorization() ? "Authorization" : OWN_HEADER;
    }

    private boolean isInAuthorization() {
        return settings.flag("pass_authorization_header", false) || settings.flag("set_authorization_header", false);
    }

    private boolean namesPeople(boolean app) {
        return !app || settings.flag("pass_user_headers", true) || settings.flag("pass_basic_auth", true);
    }

    private void limits(StringBuilder text) {
        String timeout = settings.text("upstream_timeout");
        if (timeout != null) {
            GoDuration.read(timeout)
                    .filter(duration -> duration.toMillis() >= 10 && duration.toHours() < 24)
                    .ifPresentOrElse(
                            duration -> text.append("limits: { timeout: ")
                                    .append(GoDuration.written(duration))
                                    .append(" }\n"),
                            () -> remarks.lost("upstream_timeout", "it is no time from 10ms to 24h"));
        }
    }

    private void headers() {
        if (isInAuthorization()) {
            remarks.changed(
                    "pass_authorization_header",
                    "Authorization carries the gateway's own JWT (ES256, keys at " + prefix()
                            + "/jwks.json), whoever the provider is");
        }
        if (settings.flag("set_basic_auth", false) || settings.has("basic_auth_password")) {
            remarks.lost("basic_auth_password", "no password is sent; apps read X-Forwarded-User, or verify the JWT");
        }
        if (settings.flag("prefer_email_to_user", false)) {
            remarks.lost("prefer_email_to_user", "X-Forwarded-User is the login; the address is in X-Forwarded-Email");
        }
        if (!settings.flag("skip_auth_strip_headers", true)) {
            remarks.unsafe(
                    "skip_auth_strip_headers", "what a client sends under the gateway's names is always removed");
        }
        if (!settings.flag("proxy_websockets", true)) {
            remarks.lost(
                    "proxy_websockets", "WebSockets are passed on; 'websocket: { origins: ... }' says for whose pages");
        }
        if (settings.flag("ssl_upstream_insecure_skip_verify", false)) {
            remarks.unsafe(
                    "ssl_upstream_insecure_skip_verify",
                    "certificates of apps are verified; trust the authority they have");
        }
        if (!settings.list("api_routes").isEmpty()) {
            remarks.changed("api_routes", "whoever does not open a page gets 401 and no redirect, on every path");
        }
        if (!settings.list("trusted_ips").isEmpty()) {
            remarks.unsafe("trusted_ips", "no address is let in without a sign-in; programs use API tokens");
        }
        if (settings.has("htpasswd_file")) {
            remarks.lost("htpasswd_file", "there are no passwords here; programs use API tokens of the account page");
        }
    }

    private static String quoted(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }

    private static @Nullable URI parsed(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
