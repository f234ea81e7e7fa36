package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.StubGitHubApp;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Who gets installation tokens, and for which repositories. */
class InstallationCallersTest {

    private static final Logger ROOT = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    private static GitHubStub github;
    private static StubGitHubApp app;
    private static TestGateway gateway;

    @TempDir
    private static Path folder;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeAll
    static void start() throws IOException {
        Files.writeString(folder.resolve("password"), "s3same:with colon\n");
        github = GitHubStub.start();
        app = github.gitHubApp(4711).longTokens();
        app.installedAt("packit", "ogr", "specfile");
        app.installedAt("acme", "wiki", "wiki-docs", "shop");
        gateway = configured()
                .property("latchkey.internal.token", "operator-1,operator-2")
                .property("latchkey.broker.callers[0].name", "packit-worker")
                .property("latchkey.broker.callers[0].password", "file:" + folder.resolve("password"))
                .property("latchkey.broker.callers[0].repositories", "packit/*")
                .property("latchkey.broker.callers[1].name", "docs")
                .property("latchkey.broker.callers[1].password", "docs-password")
                .property("latchkey.broker.callers[1].repositories", "Acme/Wiki*,other/thing")
                .start();
    }

    private static TestGateway.Builder configured() {
        return TestGateway.signingInAt(github).properties(app.gatewayProperties());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        github.close();
    }

    @BeforeEach
    void listen() {
        log.start();
        ROOT.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        ROOT.detachAppender(log);
    }

    private List<String> lines() {
        List<ILoggingEvent> events;
        // As the appender itself does while it adds one.
        synchronized (log) {
            events = List.copyOf(log.list);
        }
        return events.stream()
                .map(event -> event.getLoggerName() + " " + event.getFormattedMessage())
                .toList();
    }

    private List<String> audit() {
        return lines().stream()
                .filter(line -> line.startsWith("latchkey.audit") && line.contains(" decision="))
                .toList();
    }

    /** They are written beside the requests. */
    private List<String> audit(int lines) {
        SessionsContract.await(() -> audit().size() >= lines);
        return audit();
    }

    @Test
    @DisplayName("K-12: a caller is known by Basic, by its password as a bearer token, or by the internal port's token")
    void K12_knowsItsCallers() {
        TokenWorker stranger = TokenWorker.at(gateway);
        String token = stranger.basic("packit-worker", "s3same:with colon").token("packit/ogr");
        assertThat(stranger.bearer("s3same:with colon").token("packit/ogr")).isEqualTo(token);
        assertThat(stranger.authorized("bearer operator-2").token("packit/ogr")).isEqualTo(token);
        assertThat(stranger.bearer("operator-1").token("acme/shop")).isNotEqualTo(token);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Basic",
                "Basic !!!",
                "Basic cGFja2l0LXdvcmtlcg==",
                "Basic ZG9jczpzM3NhbWU6d2l0aCBjb2xvbg==",
                "Basic OnMzc2FtZTp3aXRoIGNvbG9u",
                "Bearer wrong",
                "Bearer packit-worker",
                "Bearer operator",
                "Token operator-1",
                "Digest operator-1"
            })
    @DisplayName("K-12: missing and wrong credentials are 401, whatever the address")
    void K12_refusesStrangers(String authorization) {
        TokenWorker stranger = TokenWorker.at(gateway);
        HttpResponse<String> answer =
                (authorization.isEmpty() ? stranger : stranger.authorized(authorization)).ask("packit/ogr");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(TokenWorker.error(answer)).contains("not known who is calling");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
        assertThat(stranger.send("POST", "/api/packit/ogr/invalidate").statusCode())
                .isEqualTo(401);
        assertThat(stranger.send("HEAD", "/api/packit/ogr").statusCode()).isEqualTo(401);
        assertThat(audit(1)).first().asString().contains("reason=caller.unknown");
    }

    @Test
    @DisplayName("K-12: two credentials in one request are none")
    void K12_refusesTwoCredentials() {
        RawHttp.Response answer = RawHttp.to(gateway.internalPort())
                .get("/api/packit/ogr", "Authorization: Bearer operator-1", "Authorization: Bearer wrong");
        assertThat(answer.status()).isEqualTo(401);
    }

    @Test
    @DisplayName("K-13: a caller gets what its patterns say and is refused the rest, with a line in the log")
    void K13_keepsCallersToTheirRepositories() {
        TokenWorker docs = TokenWorker.at(gateway).basic("docs", "docs-password");
        String token = docs.token("acme/wiki");
        docs.token("acme/wiki-docs");
        assertThat(docs.ask("acme/shop").statusCode()).isEqualTo(403);
        HttpResponse<String> answer = docs.ask("packit/ogr");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(TokenWorker.error(answer)).contains("may not have");
        assertThat(docs.send("POST", "/api/packit/ogr/invalidate").statusCode()).isEqualTo(403);
        assertThat(docs.ask("packit/ogr?fresh").statusCode()).isEqualTo(403);
        assertThat(docs.send("HEAD", "/api/packit/ogr").statusCode()).isEqualTo(403);

        assertThat(audit(7)).hasSize(7);
        assertThat(audit().get(0)).contains("caller=docs repository=acme/wiki decision=granted");
        assertThat(audit().get(3)).contains("caller=docs repository=packit/ogr decision=refused reason=caller.refused");
        assertThat(String.join("\n", lines())).doesNotContain(token, "docs-password");
    }

    @Test
    @DisplayName("K-13: a repository that was moved to where the caller may not go is refused")
    void K13_followsNoMoveOutOfACallersReach() {
        app.installedAt("acme", "wiki-old");
        app.installedAt("secret", "plans");
        github.moveRepository("acme/wiki-old", "secret/plans");
        TokenWorker docs = TokenWorker.at(gateway).basic("docs", "docs-password");
        HttpResponse<String> answer = docs.ask("acme/wiki-old");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).doesNotContain("ghs_", "secret/plans");
        assertThat(TokenWorker.at(gateway)
                        .bearer("operator-1")
                        .ask("acme/wiki-old")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("K-13: a repository that was moved brings no token of a whole other account")
    void K13_followsNoMoveToAWholeOtherAccount() {
        app.installedAt("acme", "gone");
        app.installedAt("vault", "plans");
        github.moveRepository("acme/gone", "vault/plans");
        try (TestGateway wide =
                configured().property("latchkey.broker.installation-wide", true).start()) {
            assertThat(TokenWorker.at(wide).ask("acme/gone").statusCode()).isEqualTo(400);
            TokenWorker.at(wide).token("acme/wiki");
        }
    }

    @Test
    @DisplayName("K-20: no log line and no failure shows a token, a password or a key")
    void K20_keepsSecretsOutOfTheLog() {
        TokenWorker operator = TokenWorker.at(gateway).bearer("operator-1");
        String token = operator.token("packit/specfile");
        operator.ask("nobody/nothing");
        operator.ask("packit/..");
        TokenWorker.at(gateway).basic("packit-worker", "wrong-password").ask("packit/ogr");
        audit(3);
        String all = String.join("\n", lines());
        assertThat(all).contains("hashed_token=").doesNotContain(token, token.substring(0, 20), "operator-1");
        assertThat(all).doesNotContain("wrong-password", "PRIVATE KEY", "eyJ");
        assertThat(github.secretsSeen()).noneMatch(all::contains);
    }

    @Test
    @DisplayName("K-12: without any configured caller this machine may ask, but no page that its browser shows")
    void K12_answersItsOwnMachine() {
        try (TestGateway alone = configured().start()) {
            TokenWorker here = TokenWorker.at(alone);
            here.token("packit/ogr");
            RawHttp raw = RawHttp.to(alone.internalPort());
            assertThat(here.bearer("anything").ask("packit/ogr").statusCode()).isEqualTo(401);
            assertThat(here.with("Sec-Fetch-Site", "cross-site")
                            .ask("packit/ogr?fresh")
                            .statusCode())
                    .isEqualTo(401);
            assertThat(here.with("Origin", "http://evil.example")
                            .ask("packit/ogr")
                            .statusCode())
                    .isEqualTo(401);
            String rebound = "GET /api/packit/ogr HTTP/1.1\r\nHost: evil.example:8081\r\nConnection: close\r\n\r\n";
            assertThat(raw.send(rebound).status()).isEqualTo(401);
        }
    }

    @Test
    @DisplayName("K-12: a network is open only when it is named, and only for the repositories that are")
    void K12_opensNamedNetworksOnly() {
        try (TestGateway open = configured()
                        .property("latchkey.internal.token", "operator-1")
                        .property("latchkey.broker.open.networks", "127.0.0.0/8")
                        .property("latchkey.broker.open.repositories", "packit/*")
                        .start();
                TestGateway elsewhere = configured()
                        .property("latchkey.internal.token", "operator-1")
                        .property("latchkey.broker.open.networks", "10.0.0.0/8,192.168.0.0/16")
                        .start()) {
            TokenWorker.at(open).token("packit/ogr");
            assertThat(TokenWorker.at(open).ask("acme/wiki").statusCode()).isEqualTo(403);
            assertThat(TokenWorker.at(elsewhere).ask("packit/ogr").statusCode()).isEqualTo(401);
        }
    }
}
