package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.CallLog;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Secrets that change in their files while the gateway runs: nobody is signed out, and the old ones can go. */
@ExtendWith(OutputCaptureExtension.class)
class SecretRotationTest {

    private static final String OLD_KEY = "b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC0=";
    private static final String NEW_KEY = "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy0=";
    private static final Duration LIFE = Duration.ofHours(8);
    /** After so long a node believes nothing that it has not read again. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(31);

    private final TestClock clock = TestClock.now();
    private final GitHubStub github = GitHubStub.start(clock);
    private final EchoBackend app = EchoBackend.start();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    @TempDir
    private Path folder;

    private Path keys;
    private Path clientId;
    private Path clientSecret;

    @BeforeEach
    void write() {
        keys = folder.resolve("keys");
        clientId = folder.resolve("client-id");
        clientSecret = folder.resolve("client-secret");
        change(keys, OLD_KEY);
        change(clientId, github.app().clientId() + "\n");
        change(clientSecret, github.app().clientSecret());
        github.app().expiringTokens(LIFE);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : parts) {
            part.close();
        }
        app.close();
        github.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sealingKeysAreExchangedAndNobodyNotices(boolean inRedis) {
        TestGateway gateway = start(inRedis);
        HttpPerson person = signedIn(gateway);
        String cookie = person.cookie("latchkey");
        String token = GivenToken.in(person.fetch("/"));

        change(keys, NEW_KEY + "\n" + OLD_KEY);
        clock.advance(FORGOTTEN);
        HttpResponse<String> renewed = person.fetch("/");
        assertThat(GivenToken.in(renewed)).isEqualTo(token);
        assertThat(person.cookie("latchkey")).isNotEqualTo(cookie).startsWith(cookie.substring(0, 24));
        assertThat(renewed.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(person.fetch("/").headers().allValues("Set-Cookie")).isEmpty();

        change(keys, NEW_KEY);
        clock.advance(FORGOTTEN);
        assertThat(GivenToken.in(person.fetch("/"))).isEqualTo(token);
        clock.advance(LIFE);
        assertThat(GivenToken.in(person.fetch("/"))).isNotEqualTo(token).matches(github::isLive);
        assertThat(person.navigate("/oauth2/account").statusCode()).isEqualTo(200);
    }

    @Test
    void aRefreshUsesTheClientSecretOfTheMoment() {
        TestGateway gateway = start(false);
        HttpPerson person = signedIn(gateway);
        String old = github.app().clientSecret();
        String changed = github.app().addSecret();
        change(clientSecret, changed);
        github.app().revokeSecret(old);
        clock.advance(LIFE);
        assertThat(GivenToken.in(person.fetch("/"))).matches(github::isLive);
        assertThat(refreshes().last().form()).containsEntry("client_secret", changed);
        assertThat(refreshes().count()).isEqualTo(1);
    }

    @Test
    void aWrongClientSecretIsAnOperatorsMatterAndCostsNobodyASession(CapturedOutput output) {
        TestGateway gateway = start(false);
        HttpPerson person = signedIn(gateway);
        String token = GivenToken.in(person.fetch("/"));
        change(clientSecret, "wrong");

        clock.advance(LIFE.minusSeconds(30));
        assertThat(GivenToken.in(person.fetch("/"))).isEqualTo(token);
        clock.advance(Duration.ofSeconds(31));
        HttpResponse<String> refused = person.fetch("/");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(person.fetch("/oauth2/userinfo").statusCode()).isEqualTo(200);
        assertThat(output.getOut())
                .containsPattern("ERROR .*provider github does not accept .*Check its client id and client secret");
        assertThat(HttpPerson.at("http://127.0.0.1:" + gateway.internalPort())
                        .get("/metrics")
                        .body())
                .containsPattern("latchkey_token_refreshes_total\\{outcome=\"misconfigured\"\\} [1-9]");

        change(clientSecret, github.app().clientSecret());
        clock.advance(Duration.ofMinutes(1));
        await().until(() -> person.fetch("/").statusCode() == 200);
        assertThat(GivenToken.in(person.fetch("/"))).isNotEqualTo(token).matches(github::isLive);
    }

    private TestGateway start(boolean inRedis) {
        TestGateway.Builder builder =
                TestGateway.signingInAt(github).app(app.url()).clock(clock);
        if (inRedis) {
            RedisServer redis = RedisServer.embedded();
            parts.addFirst(redis);
            builder.on(redis);
        }
        TestGateway gateway = builder.property("latchkey.secret-keys", "file:" + keys)
                .property("latchkey.github.client-id", "file:" + clientId)
                .property("latchkey.github.client-secret", "file:" + clientSecret)
                .property("latchkey.github.recheck", "0")
                .property("latchkey.session.idle", "10d")
                .property("latchkey.session.max-age", "40d")
                .start();
        parts.addFirst(gateway);
        return gateway;
    }

    private HttpPerson signedIn(TestGateway gateway) {
        HttpPerson person = gateway.stranger();
        assertThat(person.signIn(github, "octocat", "/").statusCode()).isEqualTo(200);
        return person;
    }

    private CallLog refreshes() {
        return github.calls().to("POST", "/login/oauth/access_token").withGrant("refresh_token");
    }

    private static void change(Path file, String text) {
        try {
            Path aside = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(aside, text + "\n");
            Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
