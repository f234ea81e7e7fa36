package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GitHubStubLoadTest {

    private final GitHubStub github = GitHubStub.start();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        github.close();
    }

    @Test
    void answersAThousandSlowCallsAtOnce() {
        String token = github.tokenFor("octocat").value();
        github.userEndpoint().always(Fault.slow(Duration.ofMillis(300)));
        HttpRequest user = HttpRequest.newBuilder(URI.create(github.apiUrl() + "/user"))
                .header("Authorization", "Bearer " + token)
                .build();

        List<HttpResponse<String>> responses = inParallel(1_000, i -> user);

        assertThat(responses).extracting(HttpResponse::statusCode).containsOnly(200);
        assertThat(github.calls().by("octocat").count()).isEqualTo(1_000);
    }

    @Test
    void letsOneOfManyParallelRefreshesWin() {
        StubApp app = github.app().asGitHubApp();
        StubToken token = github.tokenFor("octocat");
        String form = "grant_type=refresh_token&refresh_token=" + token.refreshToken() + "&client_id=" + app.clientId()
                + "&client_secret=" + app.clientSecret();
        HttpRequest refresh = HttpRequest.newBuilder(URI.create(github.webUrl() + "/login/oauth/access_token"))
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();

        List<HttpResponse<String>> responses = inParallel(50, i -> refresh);

        assertThat(responses)
                .filteredOn(each -> each.body().contains("access_token"))
                .hasSize(1);
        assertThat(responses)
                .filteredOn(each -> each.body().contains("bad_refresh_token"))
                .hasSize(49);
        assertThat(github.liveTokensOf("octocat")).hasSize(1);
    }

    private List<HttpResponse<String>> inParallel(int count, IntFunction<HttpRequest> request) {
        List<CompletableFuture<HttpResponse<String>>> flights = IntStream.range(0, count)
                .mapToObj(i -> http.sendAsync(request.apply(i), HttpResponse.BodyHandlers.ofString()))
                .toList();
        return flights.stream().map(CompletableFuture::join).toList();
    }
}
