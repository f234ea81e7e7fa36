package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Spring Cloud Gateway's own filters and predicates do on a route. */
class FiltersTest {

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .route(
                        "changed",
                        "path: /changed/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "filters:",
                        "  - StripPrefix=1",
                        "  - AddRequestHeader=X-From,route",
                        "  - AddRequestParameter=more,1",
                        "  - name: SetResponseHeader",
                        "    args: { name: X-Answer, value: route }")
                .route(
                        "narrow",
                        "path: /narrow/**",
                        "to: " + app.url(),
                        "allow: [anyone]",
                        "filters: [Method=GET, 'Header=X-Key, [0-9]+', 'RewritePath=/narrow/(?<rest>.*), /wide/${rest}']")
                .route(
                        "moved",
                        "path: /moved",
                        "to: " + app.url(),
                        "allow: [anyone]",
                        "filters: ['RedirectTo=302, https://new.example']")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @Test
    void changesRequestAndAnswerBehindTheGate() {
        assertThat(gateway.stranger().fetch("/changed/a").statusCode()).isEqualTo(401);
        HttpPerson octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/changed/start");
        HttpResponse<String> answer = octocat.fetch("/changed/a%20b/c?q=%C3%A4");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().allValues("X-Answer")).containsExactly("route");
        EchoBackend.Received received = app.lastRequest();
        assertThat(received.target()).isEqualTo("/a%20b/c?q=%C3%A4&more=1");
        assertThat(received.header("X-From")).isEqualTo("route");
        assertThat(received.headers("X-Forwarded-User")).containsExactly("octocat");
        assertThat(received.header("Cookie")).isNull();
    }

    @Test
    void isNotThereForRequestsThatDoNotFulfilItsConditions() {
        HttpPerson stranger = gateway.stranger();
        assertThat(stranger.fetch("/narrow/x").statusCode()).isEqualTo(404);
        assertThat(stranger.fetch("/narrow/x", "X-Key", "a").statusCode()).isEqualTo(404);
        assertThat(stranger.send("POST", "/narrow/x", "", "X-Key", "1").statusCode())
                .isEqualTo(404);
        assertThat(stranger.fetch("/narrow/x", "X-Key", "1").statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().target()).isEqualTo("/wide/x");
    }

    @Test
    void answersWithoutTheBackendWhereAFilterDoes() {
        HttpResponse<String> answer = gateway.stranger().fetch("/moved");
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location")).contains("https://new.example");
    }
}
