package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.ops.MetricNames;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.LogLines;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.RawHttp2;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.watch.TokenHash;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What operators and auditors can read and count afterwards. */
class RecordsTest {

    @TempDir
    private static Path folder;

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static LogLines access;
    private static LogLines audit;

    @BeforeAll
    static void start() throws IOException {
        github = GitHubStub.start();
        app = EchoBackend.start();
        write("wiki", "path: /wiki/**", "allow: [signed-in]", "send: { github-token: true }");
        write("vip", "path: /vip/**", "allow: [user:boss]");
        write("open", "path: /open/**", "allow: [anyone]");
        write("short", "path: /short/**", "allow: [anyone]");
        Files.writeString(folder.resolve("gone.yaml"), "path: /gone/**\nto: http://127.0.0.1:1\nallow: [anyone]\n");
        gateway = TestGateway.signingInAt(github)
                .property("latchkey.routes", folder)
                .property("latchkey.access-log", true)
                .start();
        // A gateway that starts sets up the logs anew.
        access = LogLines.of("latchkey.access");
        audit = LogLines.of("latchkey.audit");
    }

    private static void write(String id, String... lines) throws IOException {
        Files.writeString(folder.resolve(id + ".yaml"), "to: " + app.url() + "\n" + String.join("\n", lines) + "\n");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        access.close();
        audit.close();
        app.close();
        github.close();
    }

    private static HttpPerson signedIn(String login) {
        HttpPerson person = gateway.stranger();
        assertThat(person.signIn(github, login, "/wiki").statusCode()).isEqualTo(200);
        return person;
    }

    private static HttpPerson operator() {
        return HttpPerson.at("http://localhost:" + gateway.internalPort());
    }

    private static String metrics() {
        return operator().get("/metrics").body();
    }

    // The access line

    @Test
    void aLineTellsWhatBecameOfARequestAndNoSecretOfIt() {
        HttpPerson octocat = signedIn("octocat");
        HttpResponse<String> answer = octocat.fetch("/wiki/page-1?code=s3cret&x=1", "Authorization", "Basic czNjcmV0");
        String line = access.await("path=/wiki/page-1");
        assertThat(line)
                .startsWith("method=GET host=localhost path=/wiki/page-1 status=200 bytes="
                        + answer.body().getBytes().length + " ms=")
                .contains(
                        " route=wiki ",
                        " upstream_ms=",
                        " user=github:583231 decision=permitted client=127.0.0.1 protocol=HTTP/1.1 request=",
                        " outcome=success")
                .doesNotContain("problem=");
        String request = app.lastRequest().header("X-Request-Id");
        assertThat(line).contains("request=" + request);
        assertThat(app.lastRequest().header("traceparent")).startsWith("00-" + request);
        assertThat(access.all())
                .noneMatch(any -> any.contains("s3cret") || any.contains("czNjcmV0") || any.contains("code="))
                .noneMatch(any -> any.contains(octocat.cookie("latchkey")));
        assertThat(github.secretsSeen())
                .noneMatch(secret -> String.join("\n", access.all()).contains(secret));
    }

    @Test
    void theLineOfAFailureNamesItsCodeAndTheAnswersOwnRequestId() {
        HttpResponse<String> answer = gateway.stranger().fetch("/vip/secret-page");
        assertThat(answer.statusCode()).isEqualTo(401);
        String request =
                JsonMapper.shared().readTree(answer.body()).path("request_id").asString();
        assertThat(access.await("request=" + request))
                .contains(" bytes=" + answer.body().getBytes().length + ' ')
                .contains("route=vip decision=challenged problem=sign-in.required", "status=401")
                .doesNotContain("upstream_ms", "user=");

        assertThat(gateway.stranger().fetch("/nowhere-at-all").statusCode()).isEqualTo(404);
        assertThat(access.await("path=/nowhere-at-all"))
                .contains("decision=none problem=route.unknown", "status=404")
                .doesNotContain("route=-", "upstream_ms");

        assertThat(gateway.stranger().fetch("/gone/x").statusCode()).isEqualTo(502);
        assertThat(access.await("path=/gone/x"))
                .contains("decision=permitted problem=backend.unreachable", "upstream_ms=", "outcome=failure");
    }

    @Test
    void eachOfManyRequestsOnAConnectionOfHttp2HasItsLine() {
        try (RawHttp2 raw = RawHttp2.to(gateway.port())) {
            RawHttp2.Answer refused = raw.get("/vip/by-http2");
            int large = raw.stream();
            int small = raw.stream();
            raw.begin(large, true, RawHttp2.head("GET", "/open/large?size=20000"))
                    .begin(small, true, RawHttp2.head("GET", "/open/small"));
            int largest = raw.answer(large).body().length();
            int smallest = raw.answer(small).body().length();
            assertThat(access.await("path=/vip/by-http2"))
                    .contains(
                            " status=401 bytes=" + refused.body().length() + ' ',
                            "protocol=HTTP/2.0",
                            "outcome=success");
            assertThat(access.await("path=/open/large")).contains(" status=200 bytes=" + largest + ' ');
            assertThat(access.await("path=/open/small")).contains(" status=200 bytes=" + smallest + ' ');
        }
    }

    /** What could begin a line never comes as far as a line; what could begin a field stays one word. */
    @Test
    void nothingInARequestMakesALineOrAField() {
        RawHttp.Response answer = RawHttp.to(gateway.port())
                .send("GET /open/a%0d%0astatus=500\"x HTTP/1.1\r\nHost: localhost:" + gateway.port()
                        + "\r\nX-Request-Id: forged\r\nConnection: close\r\n\r\n");
        assertThat(answer.status()).isEqualTo(400);
        gateway.stranger().fetch("/open/%20status=500%20user=github:1", "X-Request-Id", "forged");
        access.await("path=/open/%20status=500%20user=github:1 ");
        assertThat(access.all()).noneMatch(line -> line.contains("\n") || line.contains("\r"));
        assertThat(access.all()).noneMatch(line -> line.contains("forged"));
        assertThat(access.all()).allMatch(line -> count(line, " status=") == 1 && count(line, " user=") <= 1);
    }

    private static long count(String text, String word) {
        return (text.length() - text.replace(word, "").length()) / word.length();
    }

    @Test
    void anAnswerWithoutABodyHasNoBytes() {
        HttpPerson person = gateway.stranger();
        person.send("HEAD", "/open/head-only", null);
        assertThat(access.await("path=/open/head-only"))
                .startsWith("method=HEAD")
                .contains(" bytes=0 ");
    }

    // The audit stream

    @Test
    void aSignInAndItsEndCanBeJoinedWithGitHubsOwnAuditLog() {
        HttpPerson mona = signedIn("monalisa");
        String token = app.lastRequest().header("X-Forwarded-Access-Token");
        String line = audit.await("action=sign-in outcome=success", "login=monalisa");
        assertThat(line).contains("hashed_token=" + TokenHash.of(token), " client=127.0.0.1 ", " request=", " at=2");
        String session = field(line, "session");
        mona.submit(mona.get("/oauth2/sign_out"), Map.of());
        assertThat(audit.await("action=session-end", "session=" + session)).contains("reason=signed-out");
        audit.await("action=provider-token-revoked outcome=success", "hashed_token=" + TokenHash.of(token));
        assertThat(github.secretsSeen())
                .noneMatch(secret -> String.join("\n", audit.all()).contains(secret));
    }

    private static String field(String line, String name) {
        Matcher matcher = Pattern.compile(" " + name + "=(\\S+)").matcher(line);
        assertThat(matcher.find()).as(line).isTrue();
        return matcher.group(1);
    }

    @Test
    void anAppsJwtIsToldOnceForAllTheRequestsThatItServes() {
        HttpPerson hubot = signedIn("hubot");
        hubot.fetch("/wiki/first");
        hubot.fetch("/wiki/second");
        String jwt = app.lastRequest().header("Authorization").substring("Bearer ".length());
        String payload = new String(Base64.getUrlDecoder().decode(jwt.split("\\.")[1]), UTF_8);
        String id = JsonMapper.shared().readTree(payload).path("jti").asString();
        String line = audit.await("action=identity-token-minted outcome=success", "jti=" + id);
        assertThat(line).contains("user=github:", "audience=wiki", "session=").doesNotContain(jwt);
        assertThat(audit.all()).filteredOn(told -> told.contains("jti=" + id)).hasSize(1);
    }

    @Test
    void aSignInThatFailsAndADenialAreTold() {
        HttpPerson stranger = gateway.stranger();
        assertThat(stranger.get("/oauth2/callback?code=x&state=made-up-by-me").statusCode())
                .isEqualTo(400);
        assertThat(audit.await("action=sign-in outcome=failure", "reason=sign-in.state."))
                .contains("client=127.0.0.1")
                .doesNotContain("made-up-by-me");

        HttpPerson octocat = signedIn("octocat");
        assertThat(octocat.fetch("/vip/board?q=1").statusCode()).isEqualTo(403);
        assertThat(audit.await("action=access outcome=failure", "path=/vip/board"))
                .contains("user=github:583231", "route=vip", "method=GET", "reason=access.denied");
    }

    @Test
    void apiTokensAndOperatorsLeaveTheirTrace() {
        HttpPerson octocat = signedIn("octocat");
        HttpResponse<String> made = octocat.send(
                "POST",
                "/oauth2/account/tokens",
                "{\"name\":\"ci\",\"routes\":[\"wiki\"]}",
                "Content-Type",
                "application/json",
                "Origin",
                gateway.url());
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        String token = JsonMapper.shared().readTree(made.body()).path("token").asString();
        String line = audit.await("action=api-token-made", "hashed_token=" + TokenHash.of(token));
        assertThat(line).contains("user=github:583231", "routes=wiki").doesNotContain(token);

        HttpResponse<String> refused = operator().send("DELETE", "/admin/providers/nobody", null);
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(audit.await("action=operation outcome=failure", "target=/admin/providers/nobody"))
                .contains(
                        "actor=this-machine",
                        "operation=DELETE\\u0020/admin/providers/{name} ",
                        "status=404",
                        "reason=provider.unknown",
                        "peer=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "Sec-Fetch-Site"})
    void withoutATokenNobodyCallsThroughAPageOrAProxy(String header) {
        assertThat(operator().get("/admin/keys").statusCode()).isEqualTo(200);
        assertThat(operator().get("/admin/keys", header, "x").statusCode()).isEqualTo(401);
    }

    // Metrics

    @Test
    void everyMetricIsInTheReferenceWithItsLabels() {
        signedIn("octocat").fetch("/wiki/counted");
        String page = metrics();
        assertThat(page)
                .contains(
                        "latchkey_decisions_total{decision=\"permitted\",reason=\"none\",route=\"wiki\"}",
                        "latchkey_sign_ins_total{outcome=\"success\"}",
                        "latchkey_session_loads_total{from=\"near\"}",
                        "latchkey_upstream_seconds_bucket{route=\"wiki\",status=\"2xx\",le=\"+Inf\"}",
                        "latchkey_requests_open ");
        SessionsContract.await(() -> metrics().contains("latchkey_store_up 1.0"));
        List<String> unknown = page.lines()
                .filter(line -> line.startsWith("latchkey_"))
                .filter(line -> !MetricNames.isKnown(nameIn(line), labelsIn(line)))
                .toList();
        assertThat(unknown).isEmpty();
        assertThat(page.lines().filter(line -> !line.startsWith("#") && !line.startsWith("latchkey_")))
                .isEmpty();
    }

    private static String nameIn(String line) {
        return line.split("[{ ]", 2)[0];
    }

    private static List<String> labelsIn(String line) {
        return Pattern.compile("[{,]([a-z_]+)=\"")
                .matcher(line)
                .results()
                .map(found -> found.group(1))
                .filter(label -> !label.equals("le"))
                .collect(Collectors.toList());
    }

    @Test
    void theMetersOfARouteVanishWithIt() throws IOException {
        gateway.stranger().fetch("/short/x");
        assertThat(metrics()).contains("route=\"short\"");
        Files.delete(folder.resolve("short.yaml"));
        SessionsContract.await(() -> !metrics().contains("route=\"short\""));
        gateway.stranger().fetch("/short/x");
        assertThat(metrics()).doesNotContain("route=\"short\"").contains("route=\"-\"");
    }
}
