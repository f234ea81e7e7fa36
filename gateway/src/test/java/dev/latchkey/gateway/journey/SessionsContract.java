package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds of sessions wherever they are kept. */
abstract class SessionsContract {

    private static final PersonId OCTOCAT = new PersonId("github", "583231");

    private final GitHubStub github = GitHubStub.start();
    private final EchoBackend app = EchoBackend.start();
    private final int port = TestGateway.freePort();
    private TestGateway gateway;

    /** Points the gateway at the store in question; called again for a restart. */
    abstract TestGateway.Builder keptIn(TestGateway.Builder gateway);

    @AfterEach
    void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    private void start(String... properties) {
        TestGateway.Builder builder =
                keptIn(TestGateway.signingInAt(github).app(app.url()).port(port));
        for (int i = 0; i < properties.length; i += 2) {
            builder.property(properties[i], properties[i + 1]);
        }
        gateway = builder.start();
    }

    private HttpPerson signedIn() {
        HttpPerson octocat = gateway.stranger();
        assertThat(octocat.signIn(github, "octocat", "/").statusCode()).isEqualTo(200);
        return octocat;
    }

    @Test
    void surviveARestart() {
        start();
        HttpPerson octocat = signedIn();
        gateway.close();
        start();
        assertThat(octocat.fetch("/").statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("octocat");
        assertThat(app.lastRequest().header("X-Forwarded-Access-Token")).startsWith("gho_");
    }

    @Test
    void haveANewIdAtEverySignInAndTheOldOneEnds() {
        start();
        HttpPerson octocat = signedIn();
        HttpPerson before = octocat.twin();
        octocat.arrive(github.authorize(octocat.beginSignIn("/oauth2/start"), "octocat"));
        assertThat(octocat.cookie("latchkey")).isNotEqualTo(before.cookie("latchkey"));
        assertThat(octocat.fetch("/").statusCode()).isEqualTo(200);
        assertThat(before.fetch("/").statusCode()).isEqualTo(401);
    }

    @Test
    void endAtOnceBySigningOutAndTheTokenGoesWithTheLast() {
        start();
        HttpPerson octocat = signedIn();
        String token = app.lastRequest().header("X-Forwarded-Access-Token");
        HttpPerson thief = octocat.twin();

        HttpResponse<String> out = octocat.post("/oauth2/sign_out", Map.of());

        assertThat(out.statusCode()).isEqualTo(302);
        assertThat(octocat.cookie("latchkey")).isNull();
        assertThat(thief.fetch("/").statusCode()).isEqualTo(401);
        await(() -> !github.isLive(token));
    }

    @Test
    void endWhenTheyFallIdleAndNotBefore() {
        start("latchkey.session.idle", "4s");
        HttpPerson octocat = signedIn();
        Instant used = Instant.now();
        assertThat(octocat.fetch("/").statusCode()).isEqualTo(200);
        await(() -> sessions() == 0);
        assertThat(Duration.between(used, Instant.now())).isGreaterThan(Duration.ofMillis(3_900));
        assertThat(octocat.fetch("/").statusCode()).isEqualTo(401);
    }

    @Test
    void goOnWhileTheyAreUsedButNotPastTheirAge() {
        start("latchkey.session.idle", "4s", "latchkey.session.max-age", "6s");
        Instant begun = Instant.now();
        HttpPerson octocat = signedIn();
        await(() -> octocat.fetch("/").statusCode() == 401);
        assertThat(Duration.between(begun, Instant.now())).isGreaterThan(Duration.ofMillis(5_500));
        assertThat(sessions()).isZero();
    }

    @Test
    void areListedAndEndedOneByOne() {
        start();
        HttpPerson here = signedIn();
        HttpPerson there = signedIn();
        assertThat(sessions()).isEqualTo(2);
        HttpResponse<String> all = here.post("/oauth2/account/sessions/end_all", Map.of("scope", "others"));
        assertThat(all.statusCode()).isEqualTo(303);
        assertThat(sessions()).isEqualTo(1);
        assertThat(there.fetch("/").statusCode()).isEqualTo(401);
        assertThat(here.fetch("/").statusCode()).isEqualTo(200);
    }

    private long sessions() {
        return gateway.bean(Sessions.class).list(OCTOCAT).count().block(Duration.ofMinutes(1));
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for long enough").isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }
}
