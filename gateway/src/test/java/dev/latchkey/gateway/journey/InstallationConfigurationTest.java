package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.testing.AppKeys;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.StubGitHubApp;
import dev.latchkey.gateway.testing.StubInstallationToken;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker as it is configured, and what it keeps over a restart. */
class InstallationConfigurationTest {

    private final TestClock clock = TestClock.now();
    private final GitHubStub github = GitHubStub.start(clock);
    private final StubGitHubApp app = github.gitHubApp(4711);

    @TempDir
    private Path folder;

    @BeforeEach
    void install() {
        app.installedAt("acme", "wiki", "shop");
    }

    @AfterEach
    void stop() {
        github.close();
    }

    private TestGateway.Builder gateway() {
        return TestGateway.signingInAt(github).clock(clock);
    }

    private TestGateway.Builder withApp() {
        return gateway().properties(app.gatewayProperties());
    }

    @Test
    @DisplayName("Without an App the broker is off")
    void isOffWithoutAnApp() {
        try (TestGateway gateway =
                gateway().property("latchkey.github.app-id", "").start()) {
            assertThat(TokenWorker.at(gateway).ask("acme/wiki").statusCode()).isEqualTo(404);
            assertThat(TokenWorker.at(gateway).send("GET", "/api/health").statusCode())
                    .isEqualTo(404);
            assertThat(TokenWorker.at(gateway).send("GET", "/ping").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    @DisplayName("Every fault of the configuration is told at once, with its property and nothing of a key")
    void tellsEveryFault() {
        String pem = AppKeys.pkcs1(app.key());
        TestGateway.Builder wrong = gateway()
                .property("latchkey.github.app-id", "4711")
                .property("latchkey.github.private-key", pem.replace("RSA ", "EC "))
                .property("latchkey.apps[0].private-key", pem)
                .property("latchkey.apps[1].app-id", "1")
                .property("latchkey.apps[1].private-key", "file:" + folder.resolve("nowhere.pem"))
                .property("latchkey.apps[1].owners", "a/b")
                .property("latchkey.broker.renew-before", "2s")
                .property("latchkey.broker.timeout", "1h")
                .property("latchkey.broker.prefix", "tokman/")
                .property("latchkey.broker.permissions.contents", "own")
                .property("latchkey.broker.open.networks", "everywhere")
                .property("latchkey.broker.callers[0].name", "a b")
                .property("latchkey.broker.callers[1].name", "b")
                .property("latchkey.broker.callers[1].password", "hush-hush")
                .property("latchkey.broker.callers[1].repositories", "acme");
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(wrong::start)
                .satisfies(refused -> assertThat(refused.faults())
                        .extracting(fault -> fault.place())
                        .contains(
                                "latchkey.github.private-key",
                                "latchkey.apps[0].app-id",
                                "latchkey.apps[0].owners",
                                folder.resolve("nowhere.pem").toString(),
                                "latchkey.apps[1].owners",
                                "latchkey.broker.renew-before",
                                "latchkey.broker.timeout",
                                "latchkey.broker.prefix",
                                "latchkey.broker.permissions.contents",
                                "latchkey.broker.open.networks",
                                "latchkey.broker.callers[0].name",
                                "latchkey.broker.callers[0].password",
                                "latchkey.broker.callers[0].repositories",
                                "latchkey.broker.callers[1].repositories"))
                .satisfies(refused ->
                        assertThat(refused.getMessage()).doesNotContain(pem.substring(100, 130), "hush-hush"));
    }

    @Test
    @DisplayName("An id without a key, and a key without an id, are faults")
    void refusesHalfAnApp() {
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(gateway().property("latchkey.github.app-id", "4711")::start)
                .withMessageContaining("latchkey.github.private-key: it is missing");
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(gateway().property("latchkey.github.private-key", AppKeys.pkcs8(app.key()))::start)
                .withMessageContaining("latchkey.github.app-id: it is missing");
    }

    @Test
    @DisplayName("The key may be a file, in either form, and another is used as soon as the file has changed")
    void takesUpAChangedKeyFile() throws IOException {
        Path file = folder.resolve("app.pem");
        Files.writeString(file, AppKeys.pkcs8(app.key()));
        try (TestGateway gateway = gateway()
                .property("latchkey.github.app-id", app.clientId())
                .property("latchkey.github.private-key", "file:" + file)
                .start()) {
            TokenWorker worker = TokenWorker.at(gateway);
            worker.token("acme/wiki");

            KeyPair next = AppKeys.rsa(2048);
            KeyPair before = app.key();
            app.addKey(next).revokeKey(before);
            assertThat(worker.ask("acme/shop").statusCode()).isEqualTo(500);
            Files.writeString(file, AppKeys.pkcs1(next));
            clock.advance(Duration.ofSeconds(1));
            worker.token("acme/shop");
            app.addKey(before);
        }
    }

    @Test
    @DisplayName("K-14: configured permissions narrow every token, and those that are not granted are told of")
    void K14_mintsWithConfiguredPermissions() {
        try (TestGateway gateway = withApp()
                .property("latchkey.broker.permissions.contents", "read")
                .property("latchkey.broker.permissions.pull-requests", "read")
                .start()) {
            TokenWorker worker = TokenWorker.at(gateway);
            StubInstallationToken token =
                    github.installationToken(worker.token("acme/wiki")).orElseThrow();
            assertThat(token.permissions())
                    .containsOnly(Map.entry("contents", "read"), Map.entry("pull_requests", "read"));

            app.permission("contents", null);
            HttpResponse<String> answer = worker.ask("acme/shop");
            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(TokenWorker.error(answer)).contains("does not grant").doesNotContain("not installed");
            app.permission("contents", "write");
        }
    }

    @Test
    @DisplayName("K-14: the switch for tokens of a whole installation hands out one for all its repositories")
    void K14_mintsForTheWholeInstallationWhenTold() {
        try (TestGateway gateway =
                withApp().property("latchkey.broker.installation-wide", true).start()) {
            TokenWorker worker = TokenWorker.at(gateway);
            String token = worker.token("acme/wiki");
            assertThat(worker.token("acme/shop")).isEqualTo(token);
            assertThat(github.installationToken(token).orElseThrow().repositories())
                    .isEmpty();
            assertThat(github.mintCalls().count()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("K-01: the end of a token is told when that is switched on")
    void K01_tellsTheEndWhenTold() {
        try (TestGateway gateway =
                withApp().property("latchkey.broker.expires-at", true).start()) {
            assertThat(TokenWorker.json(TokenWorker.at(gateway).ask("acme/wiki"))
                            .path("expires_at")
                            .asString())
                    .isEqualTo(clock.instant().plus(Duration.ofHours(1)).toString());
        }
    }

    @Test
    @DisplayName("K-09: with a long renewal window the old token is served while GitHub fails, down to its last minute")
    void K09_servesTheOldTokenWhileRenewalFails() {
        try (TestGateway gateway =
                withApp().property("latchkey.broker.renew-before", "10m").start()) {
            TokenWorker worker = TokenWorker.at(gateway);
            String token = worker.token("acme/wiki");
            github.mints().always(Fault.status(500));
            clock.advance(Duration.ofMinutes(55));
            assertThat(worker.token("acme/wiki")).isEqualTo(token);
            assertThat(github.mintCalls().count()).isEqualTo(2);

            clock.advance(Duration.ofMinutes(4).plusSeconds(1));
            assertThat(worker.ask("acme/wiki").statusCode()).isEqualTo(502);
            github.mints().heal();
            assertThat(worker.token("acme/wiki")).isNotEqualTo(token);
        }
    }

    @Test
    @DisplayName("K-19: tokens survive a restart, and the disk shows none of them")
    void K19_survivesARestart() throws IOException {
        app.longTokens();
        String token;
        try (TestGateway gateway = withApp().dataIn(folder).start()) {
            token = TokenWorker.at(gateway).token("acme/wiki");
        }
        assertThat(everythingIn(folder)).doesNotContain(token, token.substring(10, 40), "access_token", "acme/wiki");
        try (TestGateway gateway = withApp().dataIn(folder).start()) {
            assertThat(TokenWorker.at(gateway).token("acme/wiki")).isEqualTo(token);
        }
        assertThat(github.mintCalls().count()).isEqualTo(1);
    }

    private static String everythingIn(Path folder) throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    @Test
    @DisplayName("K-25: several Apps are chosen by the repository's owner, at GitHubs of their own")
    void K25_choosesTheAppByOwner() {
        StubGitHubApp other = github.gitHubApp(9).addKey(AppKeys.rsa(2048));
        other.installedAt("initech-eu", "tps");
        try (GitHubStub enterprise = GitHubStub.start(clock)) {
            StubGitHubApp third = enterprise.gitHubApp(77);
            third.installedAt("globex", "plans");
            try (TestGateway gateway = withApp()
                    .property("latchkey.apps[0].app-id", 9)
                    .property("latchkey.apps[0].private-key", AppKeys.pkcs8(other.key()))
                    .property("latchkey.apps[0].owners", "Initech,initech-*")
                    .property("latchkey.apps[1].app-id", 77)
                    .property("latchkey.apps[1].private-key", AppKeys.pkcs1(third.key()))
                    .property("latchkey.apps[1].owners", "globex")
                    .property("latchkey.apps[1].api-url", enterprise.apiUrl() + "/")
                    .start()) {
                TokenWorker worker = TokenWorker.at(gateway);
                assertThat(github.installationToken(worker.token("acme/wiki"))).isPresent();
                assertThat(github.installationToken(worker.token("INITECH-eu/tps")))
                        .isPresent();
                assertThat(enterprise.installationToken(worker.token("globex/plans")))
                        .isPresent();
                assertThat(worker.ask("initech-us/tps").statusCode()).isEqualTo(400);
                assertThat(issuers(github)).containsExactlyInAnyOrder("4711", "9");
                assertThat(issuers(enterprise)).containsExactly("77");
            }
        }
    }

    @Test
    @DisplayName("K-25: an owner that no App is for is told of as not installed")
    void K25_knowsOwnersWithoutAnApp() {
        try (TestGateway gateway = gateway()
                .property("latchkey.apps[0].app-id", 4711)
                .property("latchkey.apps[0].private-key", AppKeys.pkcs8(app.key()))
                .property("latchkey.apps[0].owners", "acme")
                .start()) {
            TokenWorker worker = TokenWorker.at(gateway);
            worker.token("acme/wiki");
            HttpResponse<String> answer = worker.ask("acme2/wiki");
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(TokenWorker.error(answer)).contains("App is not installed on acme2/wiki");
        }
    }

    private static List<String> issuers(GitHubStub stub) {
        return stub.calls().list().stream()
                .map(call -> call.token().split("\\.")[1])
                .map(part -> new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8))
                .map(claims -> claims.replaceFirst(".*\"iss\":\"([^\"]+)\".*", "$1"))
                .distinct()
                .toList();
    }
}
