package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.kohsuke.github.GHIssue;
import org.kohsuke.github.GHIssueState;
import org.kohsuke.github.GHRelease;
import org.kohsuke.github.GHRepository;
import org.kohsuke.github.GitHub;
import org.kohsuke.github.GitHubBuilder;
import tools.jackson.databind.json.JsonMapper;

/**
 * An app of today with nothing but another base URL and one of the gateway's API tokens: it browses, pages, writes and uploads
 * as the token's maker, and no step leads past the gateway. What GitHub and its uploads host received is the witness.
 */
class GitHubClientTest {

    private static GitHubStub github;
    private static EchoBackend uploads;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static String token;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        uploads = EchoBackend.start();
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .property("latchkey.github.uploads-url", uploads.url())
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .route("app", "to: " + app.url(), "allow: [signed-in]")
                .start();
        HttpPerson octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/");
        token = JsonMapper.shared()
                .readTree(octocat.send(
                                "POST",
                                "/oauth2/account/tokens",
                                "{\"name\":\"app\",\"expires_in\":3600}",
                                "Content-Type",
                                "application/json",
                                "Sec-Fetch-Site",
                                "same-origin")
                        .body())
                .path("token")
                .asString();
        github.forgetCalls();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        uploads.close();
        github.close();
    }

    @Test
    void worksWithNothingButAnotherBaseUrl() throws Exception {
        String api = github.apiUrl();
        String repository = "/repos/acme/wiki";
        github.content()
                .put(repository, json("id", 7, "name", "wiki", "full_name", "acme/wiki", "url", api + repository));
        github.content()
                .put(repository + "/issues", issues(1, 30))
                .with("Link", "<" + api + "/repositories/7/issues?page=2>; rel=\"next\"");
        github.content().put("/repositories/7/issues?page=2", issues(31, 35));
        github.content()
                .on("POST", repository + "/issues", 201, json("number", 36, "title", "new", "state", "open"), () -> {});
        github.content()
                .put(
                        repository + "/releases/1",
                        json(
                                "id",
                                1,
                                "name",
                                "one",
                                "upload_url",
                                uploads.url() + repository + "/releases/1/assets{?name,label}"));

        GitHub client = new GitHubBuilder()
                .withEndpoint(gateway.url() + "/github")
                .withOAuthToken(token)
                .build();
        GHRepository wiki = client.getRepository("acme/wiki");
        List<Integer> numbers = wiki.getIssues(GHIssueState.OPEN).stream()
                .map(GHIssue::getNumber)
                .toList();
        GHIssue made = wiki.createIssue("new").create();
        GHRelease release = wiki.getRelease(1);
        release.uploadAsset("a.txt", new ByteArrayInputStream("hello".getBytes(UTF_8)), "text/plain");

        assertThat(wiki.getUrl().toString()).isEqualTo(gateway.url() + "/github" + repository);
        assertThat(numbers).hasSize(35);
        assertThat(made.getNumber()).isEqualTo(36);
        assertThat(github.calls())
                .allMatch(call -> "octocat".equals(call.login()))
                .allMatch(call -> "latchkey".equals(call.header("User-Agent")));
        assertThat(github.secretsSeen()).isNotEmpty().doesNotContain(token);
        assertThat(github.calls().to("POST", "/api/v3" + repository + "/issues").count())
                .isOne();
        assertThat(github.calls().list().toString() + uploads.requests()).doesNotContain(token);
        assertThat(uploads.requests()).singleElement().satisfies(upload -> {
            assertThat(upload.target()).startsWith(repository + "/releases/1/assets?name=a.txt");
            assertThat(upload.body()).isEqualTo("hello");
            assertThat(upload.header("Authorization")).startsWith("Bearer gho_");
        });
    }

    private static String issues(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(number -> json("number", number, "title", "t" + number, "state", "open"))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String json(Object... members) {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < members.length; i += 2) {
            json.append(i == 0 ? "" : ",").append('"').append(members[i]).append("\":");
            json.append(members[i + 1] instanceof String text ? '"' + text + '"' : members[i + 1]);
        }
        return json.append('}').toString();
    }
}
