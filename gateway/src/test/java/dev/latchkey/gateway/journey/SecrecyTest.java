package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GatewayProcess;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.OtlpCollector;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Everything a gateway writes while it does all it does, with every logger of every library at its most talkative: none
 * of it holds a secret.
 */
class SecrecyTest {

    private static final String WEBHOOK_SECRET = "It's a Secret to Everybody";

    private static final String OPERATORS = "operators-token-of-some-length";

    private final Set<String> secrets = new TreeSet<>(Set.of(WEBHOOK_SECRET, OPERATORS));
    /** The ids of sessions: no secrets of themselves, since a cookie is an id and its signature, but not for a log. */
    private final Set<String> ids = new TreeSet<>();

    @Test
    void nothingWrittenOnTheWayThroughTheEmbeddedStoreIsSecret(@TempDir Path folder) throws IOException {
        try (GitHubStub github = GitHubStub.start();
                EchoBackend app = EchoBackend.start();
                OtlpCollector collector = OtlpCollector.start()) {
            List<String> written;
            try (GatewayProcess gateway = talkative(github, app)
                    .dataIn(folder)
                    .property("latchkey.tracing.endpoint", collector.endpoint())
                    .property("latchkey.tracing.sampling", 1.0)
                    .startApart("-Xmx256m")) {
                written = all(gateway, github, app);
            }
            assertTells(written);
            assertTells(collector);
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(file -> file.toString().endsWith(".mv"))
                        .forEach(file -> holdsNoSecret("store", read(file)));
            }
        }
    }

    @Test
    void nothingWrittenOnTheWayThroughRedisIsSecret() throws IOException {
        try (GitHubStub github = GitHubStub.start();
                EchoBackend app = EchoBackend.start();
                RedisServer redis = RedisServer.embedded()) {
            List<String> written;
            String dump;
            try (GatewayProcess gateway = talkative(github, app).on(redis).startApart("-Xmx256m")) {
                written = all(gateway, github, app);
                dump = redis.dump();
            }
            assertTells(written);
            holdsNoSecret("dump", dump);
        }
    }

    private static TestGateway.Builder talkative(GitHubStub github, EchoBackend app) {
        github.app().expiringTokens(Duration.ofSeconds(4));
        return TestGateway.signingInAt(github)
                .app(app.url())
                .property("latchkey.github.webhook-secret", WEBHOOK_SECRET)
                .property("latchkey.github.recheck", "1s")
                .property("latchkey.session.idle", "1m")
                .property("latchkey.actions.issuer", github.actions().issuer())
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .route("deploy", "path: /deploy/**", "to: " + app.url(), "allow: ['actions:acme/wiki']")
                .route("other", "host: other.test", "to: " + app.url(), "allow: [signed-in]")
                .property("latchkey.domains", "other.test")
                .property("latchkey.internal.token", OPERATORS)
                .property("latchkey.access-log", true)
                .property("logging.level.root", "trace");
    }

    /** All that people, GitHub and strangers do, good and bad; returns the log. */
    private List<String> all(GatewayProcess gateway, GitHubStub github, EchoBackend app) throws IOException {
        HttpPerson octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/deep?link=1");
        note(octocat);
        octocat.navigate("/oauth2/account");
        octocat.fetch("/oauth2/userinfo");
        octocat.fetch("/oauth2/jwks.json");
        octocat.send("POST", "/form", "a=b", "Content-Type", "application/x-www-form-urlencoded");
        failingCallbacks(gateway, github);
        refresh(octocat, github, app);
        hostileRequests(gateway, octocat);
        programs(gateway, github, octocat);
        elsewhere(gateway, octocat);
        operators(gateway, github);

        HttpPerson hubot = gateway.stranger();
        hubot.signIn(github, "hubot", "/");
        note(hubot);
        String revoked = "{\"action\":\"revoked\",\"sender\":{\"id\":"
                + github.person("hubot").id() + "}}";
        github.webhook("github_app_authorization", revoked)
                .signedWith(WEBHOOK_SECRET)
                .deliverTo(URI.create(gateway.url() + "/oauth2/webhooks/github"));
        assertThat(hubot.fetch("/").statusCode()).isEqualTo(401);

        octocat.submit(octocat.navigate("/oauth2/sign_out"), Map.of());
        assertThat(octocat.fetch("/").statusCode()).isEqualTo(401);
        app.requests().forEach(request -> request.headers("Authorization").forEach(this::noteJwt));
        secrets.addAll(github.secretsSeen());
        holdsNoSecret("metrics", metrics(gateway));
        return gateway.log();
    }

    private void failingCallbacks(GatewayProcess gateway, GitHubStub github) {
        for (Fault fault : List.of(Fault.status(500), Fault.html(200), Fault.garbage(), Fault.reset())) {
            HttpPerson person = gateway.stranger();
            github.tokenEndpoint().next(fault);
            URI callback = github.authorize(person.beginSignIn("/x"), "octocat");
            note(person);
            person.navigate(callback.toString());
            person.navigate(callback.toString());
            RawHttp.to(gateway.port()).get("/oauth2/callback?" + callback.getRawQuery() + "&code=%zz");
        }
    }

    private void refresh(HttpPerson octocat, GitHubStub github, EchoBackend app) {
        github.refreshes().next(Fault.status(502));
        Set<String> seen = new TreeSet<>();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> {
                    octocat.fetch("/again");
                    seen.add(app.lastRequest().header("X-Forwarded-Access-Token"));
                    return seen.size() >= 3;
                });
    }

    /** Tokens, terminals and jobs, each with what is right and with what is not. */
    private void programs(GatewayProcess gateway, GitHubStub github, HttpPerson octocat) {
        JsonNode made = json(octocat.send(
                "POST",
                "/oauth2/account/tokens",
                "{\"name\":\"nightly\"}",
                "Content-Type",
                "application/json",
                "Sec-Fetch-Site",
                "same-origin"));
        String token = made.path("token").stringValue();
        JsonNode terminal = json(gateway.stranger()
                .send(
                        "POST",
                        "/oauth2/device/code",
                        "client_id=terminal",
                        "Content-Type",
                        "application/x-www-form-urlencoded"));
        String deviceCode = terminal.path("device_code").stringValue();
        gateway.stranger()
                .send(
                        "POST",
                        "/oauth2/device/token",
                        "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=terminal&device_code="
                                + deviceCode,
                        "Content-Type",
                        "application/x-www-form-urlencoded");
        String job = github.actions().job("acme/wiki").audience(gateway.url()).token();
        for (String credential : List.of(token, token + "x", job, job)) {
            for (String path : List.of("/", "/deploy/", "/github/user", "/github/nothing")) {
                gateway.stranger().fetch(path, "Authorization", "Bearer " + credential);
            }
        }
        String basic = Base64.getEncoder().encodeToString(("any:" + token).getBytes(ISO_8859_1));
        assertThat(gateway.stranger()
                        .fetch("/", "Authorization", "Basic " + basic)
                        .statusCode())
                .isEqualTo(200);
        octocat.send(
                "DELETE",
                "/oauth2/account/tokens/" + made.path("id").stringValue(),
                "",
                "Sec-Fetch-Site",
                "same-origin");
        assertThat(gateway.stranger()
                        .fetch("/", "Authorization", "Bearer " + token)
                        .statusCode())
                .isEqualTo(401);
        secrets.addAll(List.of(token, basic, deviceCode));
        noteJwt(job);
    }

    /** A session handed to a further host, and a ticket that comes twice. */
    private void elsewhere(GatewayProcess gateway, HttpPerson octocat) {
        RawHttp.Response start = at(gateway, "other.test", "/oauth2/start?rd=%2Fdeep");
        String errand = target(start);
        RawHttp.Response handed = at(gateway, "localhost", errand, "Cookie: latchkey=" + octocat.cookie("latchkey"));
        String ticket = target(handed);
        String attempt = start.header("Set-Cookie").split(";")[0];
        RawHttp.Response arrived = at(gateway, "other.test", ticket, "Cookie: " + attempt);
        assertThat(target(arrived)).isEqualTo("/deep");
        String cookie = arrived.headers("Set-Cookie").stream()
                .filter(set -> set.startsWith("latchkey="))
                .findFirst()
                .orElseThrow()
                .split(";")[0];
        assertThat(at(gateway, "other.test", "/deep", "Cookie: " + cookie).status())
                .isEqualTo(200);
        assertThat(at(gateway, "other.test", ticket, "Cookie: " + attempt).header("X-Latchkey-Problem"))
                .isEqualTo("sign-in.state.used");
        secrets.addAll(List.of(
                errand.replaceFirst(".*errand=", ""),
                ticket.replaceFirst(".*ticket=", ""),
                attempt.replaceFirst("[^=]*=", ""),
                cookie.replaceFirst("[^=]*=", "")));
    }

    private static RawHttp.Response at(GatewayProcess gateway, String host, String target, String... lines) {
        return RawHttp.to(gateway.port())
                .send("GET " + target + " HTTP/1.1\r\nHost: " + host + ':' + gateway.port()
                        + "\r\nConnection: close\r\nAccept: text/html\r\n" + String.join("\r\n", lines)
                        + (lines.length == 0 ? "\r\n" : "\r\n\r\n"));
    }

    private static String target(RawHttp.Response redirect) {
        assertThat(redirect.status()).as(redirect.body()).isEqualTo(302);
        URI where = URI.create(redirect.header("Location"));
        return where.getRawQuery() == null ? where.getRawPath() : where.getRawPath() + '?' + where.getRawQuery();
    }

    private void operators(GatewayProcess gateway, GitHubStub github) {
        HttpPerson second = gateway.stranger();
        second.signIn(github, "mona", "/");
        note(second);
        String person = "github:" + github.person("mona").id();
        String session = second.cookie("latchkey").split("\\.")[0];
        HttpPerson operator = HttpPerson.at("http://localhost:" + internalPort(gateway));
        for (String token : List.of(OPERATORS, OPERATORS + "x")) {
            String[] bearer = {"Authorization", "Bearer " + token};
            operator.send("GET", "/admin/sessions?person=" + person, null, bearer);
            operator.send("PUT", "/admin/loggers/io.lettuce.core", "{\"level\":\"trace\"}", bearer);
            operator.send("DELETE", "/admin/sessions/" + session + "?person=" + person, null, bearer);
        }
        assertThat(second.fetch("/").statusCode()).isEqualTo(401);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
        return JsonMapper.shared().readTree(answer.body());
    }

    private static void hostileRequests(GatewayProcess gateway, HttpPerson octocat) {
        RawHttp raw = RawHttp.to(gateway.port());
        String cookie = "Cookie: latchkey=" + octocat.cookie("latchkey");
        raw.get("/a/../b", cookie);
        raw.get("/a", cookie, "Authorization: Bearer stolen", "Bad Header: x");
        raw.get("/oauth2/userinfo", cookie, "Content-Length: x");
        octocat.fetch("/oauth2/unknown");
        octocat.send("POST", "/oauth2/sign_out", "rd=%zz", "Origin", "https://evil.example");
    }

    private void note(HttpPerson person) {
        for (String name : person.cookieNames()) {
            String value = person.cookie(name);
            secrets.add(value);
            ids.add(value.split("\\.")[0]);
        }
    }

    private void noteJwt(String authorization) {
        secrets.add(authorization.substring(authorization.lastIndexOf('.') + 1));
    }

    /** The log is a talkative one, and has no secret in it. */
    private void assertTells(List<String> log) {
        assertThat(log).filteredOn(line -> line.contains(" TRACE ")).hasSizeGreaterThan(1_000);
        holdsNone("log", String.join("\n", log), unwanted());
    }

    /** Whatever was left of the traces was sent when the gateway stopped. */
    private void assertTells(OtlpCollector collector) {
        assertThat(collector.spans()).hasSizeGreaterThan(50);
        holdsNone("traces", collector.received(), unwanted());
    }

    private Set<String> unwanted() {
        Set<String> unwanted = new TreeSet<>(secrets);
        unwanted.addAll(ids);
        return unwanted;
    }

    private void holdsNoSecret(String where, String text) {
        holdsNone(where, text, secrets);
    }

    private static void holdsNone(String where, String text, Set<String> unwanted) {
        assertThat(unwanted)
                .hasSizeGreaterThan(20)
                .allSatisfy(secret -> assertThat(secret).hasSizeGreaterThan(10));
        List<String> found = unwanted.stream()
                .filter(text::contains)
                .map(secret -> excerpt(text, secret))
                .toList();
        assertThat(found).as(where).isEmpty();
    }

    private static String excerpt(String line, String secret) {
        int at = line.indexOf(secret);
        return line.substring(Math.max(0, at - 200), Math.min(line.length(), at + secret.length() + 20));
    }

    private static int internalPort(GatewayProcess gateway) {
        String announced = gateway.log().stream()
                .filter(line -> line.contains("Internal port "))
                .findFirst()
                .orElseThrow();
        return Integer.parseInt(announced.replaceFirst(".*Internal port ([0-9]+) .*", "$1"));
    }

    private static String metrics(GatewayProcess gateway) {
        String body = RawHttp.to(internalPort(gateway)).get("/metrics").body();
        assertThat(body).contains("latchkey_token_refreshes_total{outcome=\"renewed\"}");
        return body;
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
