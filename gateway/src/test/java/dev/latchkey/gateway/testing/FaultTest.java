package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultTest {

    private final TestClock clock = TestClock.at(Instant.parse("2026-11-21T10:00:00Z"));
    private final GitHubStub github = GitHubStub.start(clock);
    private final HttpPerson client = HttpPerson.at(github.webUrl());
    private final StubApp app = github.app().expiringTokens();
    private final StubToken token = github.tokenFor("octocat", "read:user");

    @AfterEach
    void stop() {
        github.close();
    }

    @Test
    void befallsAsManyCallsAsPlaced() {
        github.userEndpoint().next(Fault.status(500)).next(2, Fault.status(502));

        assertThat(user().statusCode()).isEqualTo(500);
        assertThat(user().statusCode()).isEqualTo(502);
        assertThat(user().statusCode()).isEqualTo(502);
        assertThat(user().statusCode()).isEqualTo(200);
    }

    @Test
    void befallsAllCallsUntilHealed() {
        github.userEndpoint().always(Fault.status(503));
        assertThat(user().statusCode()).isEqualTo(503);
        assertThat(user().statusCode()).isEqualTo(503);

        github.userEndpoint().heal();
        assertThat(user().statusCode()).isEqualTo(200);
    }

    @Test
    void leavesOtherEndpointsAlone() {
        github.emailsEndpoint().always(Fault.status(500));
        github.endpoint("/login/device").always(Fault.status(500));

        assertThat(user().statusCode()).isEqualTo(200);
        assertThat(client.get("/login/device").statusCode()).isEqualTo(500);
    }

    @Test
    void answersPagesAndBrokenBodies() {
        github.userEndpoint().next(Fault.html(200), Fault.body(200, "{\"login\":"));

        assertThat(user().headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
        assertThat(user().body()).isEqualTo("{\"login\":");
    }

    @Test
    void marksLimitsAsGitHubDoes() {
        github.userEndpoint()
                .next(Fault.rateLimited(Duration.ofSeconds(7)), Fault.quotaExhausted(Duration.ofSeconds(5)));

        HttpResponse<String> secondary = user();
        HttpResponse<String> primary = user();

        assertThat(secondary.statusCode()).isEqualTo(429);
        assertThat(secondary.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(secondary.body()).contains("You have exceeded a secondary rate limit");
        assertThat(primary.statusCode()).isEqualTo(403);
        assertThat(primary.headers().firstValue("x-ratelimit-remaining")).hasValue("0");
        assertThat(primary.headers().firstValue("x-ratelimit-reset"))
                .hasValue(String.valueOf(clock.instant().getEpochSecond() + 5));
    }

    @Test
    void breaksConnections() {
        for (Fault fault : List.of(Fault.reset(), Fault.hang(Duration.ofMillis(50)), Fault.garbage())) {
            github.userEndpoint().always(fault);
            assertThatThrownBy(this::user).isInstanceOf(UncheckedIOException.class);
        }
        github.userEndpoint().heal();
        assertThat(user().statusCode()).isEqualTo(200);
    }

    @Test
    void spendsNothingWhenTheCallFails() {
        github.refreshes().next(Fault.status(500));
        assertThat(refresh().statusCode()).isEqualTo(500);

        assertThat(github.isLive(token.value())).isTrue();
        assertThat(refresh().body()).contains("access_token");
    }

    @Test
    void spendsTheRefreshTokenWhenOnlyTheAnswerIsLost() {
        github.tokenEndpoint().next(Fault.lostAnswer());

        assertThatThrownBy(this::refresh).isInstanceOf(UncheckedIOException.class);

        assertThat(github.isLive(token.value())).isFalse();
        assertThat(github.liveTokensOf("octocat")).hasSize(1);
        assertThat(refresh().body()).contains("bad_refresh_token");
    }

    @Test
    void answersLateWithEffectAtOnce() {
        github.refreshes().next(Fault.slow(Duration.ofMillis(200)));
        long before = System.nanoTime();

        assertThat(refresh().body()).contains("access_token");

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    private HttpResponse<String> user() {
        return client.get("/api/v3/user", "Authorization", "Bearer " + token.value());
    }

    private HttpResponse<String> refresh() {
        Map<String, String> form = Map.of(
                "client_id", app.clientId(),
                "client_secret", app.clientSecret(),
                "grant_type", "refresh_token",
                "refresh_token", token.refreshToken());
        return client.post("/login/oauth/access_token", form, "Accept", "application/json");
    }
}
