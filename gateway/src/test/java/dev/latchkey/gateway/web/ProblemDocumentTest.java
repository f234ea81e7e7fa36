package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ProblemDocumentTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ProblemDocument documents = new ProblemDocument(TestPages.ADDRESS);

    @Test
    void tellsEverythingThereIsToTell() {
        Problem problem = Problem.of(ProblemCode.SIGN_IN_REQUIRED, "Your session ended.")
                .solvedBy(TestPages.ADDRESS.at("/start"))
                .retryAfter(Duration.ofMillis(1500));
        assertThat(render(problem, "/wiki")).isEqualTo(JSON.readTree("""
                {
                  "type": "https://gateway.example.com/oauth2/problems/sign-in.required",
                  "title": "You are not signed in",
                  "status": 401,
                  "detail": "Your session ended. Open login_url in a browser and sign in.",
                  "instance": "/wiki",
                  "code": "sign-in.required",
                  "request_id": "4bf92f3577b34da6",
                  "login_url": "https://gateway.example.com/oauth2/start",
                  "retry_after": 2
                }
                """));
    }

    @Test
    void saysWhatToDoWhereTheTitleSaysWhatHappened() {
        assertThat(render(Problem.of(ProblemCode.ROUTE_UNKNOWN), "/")
                        .get("detail")
                        .asString())
                .isEqualTo("Check the address.");
    }

    @Test
    void endsASentenceBeforeItBeginsTheNext() {
        Problem problem = Problem.of(ProblemCode.HEADERS_TOO_LARGE, "This app takes at most 5 bytes");
        assertThat(render(problem, "/").get("detail").asString())
                .isEqualTo("This app takes at most 5 bytes. Delete this site's cookies and try again.");
    }

    @Test
    void leavesOutWhatThereIsNot() {
        assertThat(render(Problem.of(ProblemCode.INTERNAL), "/").propertyNames())
                .containsExactly("type", "title", "status", "detail", "instance", "code", "request_id");
    }

    @Test
    void neverRepeatsAQuery() {
        assertThat(render(Problem.of(ProblemCode.INTERNAL), "/callback?code=secret")
                        .get("instance")
                        .asString())
                .isEqualTo("/callback");
    }

    @Test
    void leavesOutAPathThatIsNoReference() {
        assertThat(render(Problem.of(ProblemCode.TARGET_AMBIGUOUS), "/a\\..\\b<script>")
                        .has("instance"))
                .isFalse();
    }

    @Test
    void neverTellsTheCause() {
        Problem problem = Problem.of(ProblemCode.INTERNAL).causedBy(new IllegalStateException("10.0.0.7 refused"));
        assertThat(render(problem, "/").toString()).doesNotContain("10.0.0.7");
    }

    @Test
    void neverSendsAnyoneBackTooEarly() {
        assertThat(ProblemDocument.seconds(Duration.ZERO)).isEqualTo(1);
        assertThat(ProblemDocument.seconds(Duration.ofSeconds(30))).isEqualTo(30);
        assertThat(ProblemDocument.seconds(Duration.ofSeconds(30).plusNanos(1))).isEqualTo(31);
    }

    @Test
    void leavesOutAPathThatNobodyKnows() {
        assertThat(render(Problem.of(ProblemCode.REQUEST_MALFORMED), null).has("instance"))
                .isFalse();
    }

    private JsonNode render(Problem problem, String path) {
        return JSON.readTree(documents.render(problem, "4bf92f3577b34da6", path));
    }
}
