package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators learn about routes on the internal port, and who counts as one. */
class RouteAdminTest {

    private static final String TOKEN = "operators-token-of-some-length";

    @TempDir
    private static Path folder;

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static TestGateway guarded;

    @BeforeAll
    static void start() throws IOException {
        github = GitHubStub.start();
        app = EchoBackend.start();
        write("wiki", "path: /wiki/**", "allow: [org:acme, user:boss]");
        write("zdeploy", "path: /deploy/**", "allow: ['actions:acme/wiki@refs/heads/main']");
        gateway = TestGateway.signingInAt(github)
                .property("latchkey.routes", folder)
                .start();
        guarded = TestGateway.signingInAt(github)
                .app(app.url())
                .property("latchkey.internal.token", "other-token," + TOKEN)
                .start();
    }

    private static void write(String id, String... lines) throws IOException {
        Files.writeString(folder.resolve(id + ".yaml"), "to: " + app.url() + "\n" + String.join("\n", lines) + "\n");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        guarded.close();
        app.close();
        github.close();
    }

    private static HttpPerson operator(TestGateway at) {
        return HttpPerson.at("http://localhost:" + at.internalPort());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }

    @Test
    void showsRoutesAndFaults() throws IOException {
        JsonNode before = json(operator(gateway).get("/admin/routes"));
        assertThat(before.path("routes").get(0).path("id").asString()).isEqualTo("wiki");
        assertThat(before.path("routes").get(0).path("allow").toString()).isEqualTo("[\"org:acme\",\"user:boss\"]");
        assertThat(before.path("faults").size()).isZero();

        write("bad", "allow: [everybody]");
        try {
            SessionsContract.await(() ->
                    json(operator(gateway).get("/admin/routes")).path("faults").size() > 0);
            JsonNode after = json(operator(gateway).get("/admin/routes"));
            assertThat(after.path("faults").get(0).path("place").asString()).endsWith("bad.yaml:2");
            assertThat(after.path("faults").get(0).path("remedy").asString()).contains("org:acme");
            assertThat(after.path("routes").size()).isEqualTo(2);
            assertThat(after.path("changes").asInt())
                    .isGreaterThan(before.path("changes").asInt());
        } finally {
            Files.delete(folder.resolve("bad.yaml"));
        }
    }

    @Test
    void explainsWithWhatGitHubSays() {
        github.person("mona").orgs("acme");
        HttpPerson mona = gateway.stranger();
        mona.signIn(github, "mona", "/wiki/x");
        String id = "github:" + github.person("mona").id();
        JsonNode permitted = json(operator(gateway).get("/admin/explain?as=" + id + "&url=http://h/wiki/x"));
        assertThat(permitted.path("decision").asString()).isEqualTo("permit");
        assertThat(permitted.path("rule").asString()).isEqualTo("org:acme");
        assertThat(permitted.path("route").asString()).isEqualTo("wiki");

        JsonNode byLogin = json(operator(gateway).get("/admin/explain?as=boss&method=POST&url=/wiki/x"));
        assertThat(byLogin.path("rule").asString()).isEqualTo("user:boss");
        JsonNode stranger = json(operator(gateway).get("/admin/explain?url=/wiki/x"));
        assertThat(stranger.path("decision").asString()).isEqualTo("sign-in");
        assertThat(operator(gateway).get("/admin/explain?as=boss").statusCode()).isEqualTo(400);
    }

    @Test
    void explainsWhetherAJobIsLetIn() {
        String question = "&url=http://h/deploy/x";
        JsonNode job = json(operator(gateway).get("/admin/explain?as=actions:acme/wiki@refs/heads/main" + question));
        assertThat(job.path("decision").asString()).isEqualTo("permit");
        assertThat(job.path("rule").asString()).isEqualTo("actions:acme/wiki@refs/heads/main");
        JsonNode other = json(operator(gateway).get("/admin/explain?as=actions:acme/wiki@refs/heads/x" + question));
        assertThat(other.path("decision").asString()).isEqualTo("deny");
        HttpResponse<String> none = operator(gateway).get("/admin/explain?as=actions:acme" + question);
        assertThat(none.statusCode()).isEqualTo(400);
        assertThat(none.body()).contains("names no job");
    }

    @Test
    void answersThisMachineByItsOwnNamesWhereThereIsNoToken() {
        RawHttp.Response rebound = RawHttp.to(gateway.internalPort())
                .send("GET /admin/routes HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        assertThat(rebound.status()).isEqualTo(401);
        assertThat(rebound.body()).contains("internal.token.required");
    }

    @Test
    void answersWhoeverBearsATokenAndNobodyElse() {
        HttpPerson operator = operator(guarded);
        assertThat(operator.get("/admin/routes").statusCode()).isEqualTo(401);
        assertThat(operator.get("/admin/routes", "Authorization", "Bearer wrong")
                        .statusCode())
                .isEqualTo(401);
        assertThat(operator.get("/admin/routes", "Authorization", "Bearer").statusCode())
                .isEqualTo(401);
        assertThat(operator.get("/admin/routes", "Authorization", "Bearer " + TOKEN)
                        .statusCode())
                .isEqualTo(200);
        assertThat(operator.get("/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void isNothingOfTheEdge() {
        assertThat(guarded.stranger()
                        .get("/admin/routes", "Authorization", "Bearer " + TOKEN)
                        .statusCode())
                .isEqualTo(401);
        assertThat(gateway.stranger().get("/admin/routes").statusCode()).isEqualTo(404);
    }
}
