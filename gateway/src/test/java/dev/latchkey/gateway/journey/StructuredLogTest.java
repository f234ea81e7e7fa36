package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GatewayProcess;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestGateway;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The log of a whole process as a collector reads it: in the Elastic Common Schema. */
class StructuredLogTest {

    @Test
    void everyLineIsJsonAndRequestsAndAuditHaveTheFieldsOfEcs() {
        try (GitHubStub github = GitHubStub.start();
                EchoBackend app = EchoBackend.start();
                GatewayProcess gateway = TestGateway.signingInAt(github)
                        .app(app.url())
                        .property("logging.structured.format.console", "ecs")
                        .property("latchkey.access-log", true)
                        .startApart()) {
            HttpPerson octocat = gateway.stranger();
            assertThat(octocat.signIn(github, "octocat", "/").statusCode()).isEqualTo(200);
            octocat.fetch("/some/page?code=x%0a");

            JsonNode line = await(gateway, "/url/path", "/some/page");
            assertThat(line.at("/log/logger").asString()).isEqualTo("latchkey.access");
            assertThat(line.at("/message").asString()).isEqualTo("GET /some/page 200");
            assertThat(line.at("/http/request/method").asString()).isEqualTo("GET");
            assertThat(line.at("/http/response/status_code").asInt()).isEqualTo(200);
            assertThat(line.at("/http/response/body/bytes").isIntegralNumber()).isTrue();
            assertThat(line.at("/http/version").asString()).isEqualTo("1.1");
            assertThat(line.at("/event/duration").asLong()).isPositive();
            assertThat(line.at("/event/outcome").asString()).isEqualTo("success");
            assertThat(line.at("/user/id").asString()).isEqualTo("github:583231");
            assertThat(line.at("/trace/id").asString())
                    .isEqualTo(app.lastRequest().header("X-Request-Id"));
            assertThat(line.at("/latchkey/route").asString()).isEqualTo("app");
            assertThat(line.at("/latchkey/decision").asString()).isEqualTo("permitted");

            JsonNode signIn = await(gateway, "/event/action", "sign-in");
            assertThat(signIn.at("/log/logger").asString()).isEqualTo("latchkey.audit");
            assertThat(signIn.at("/event/kind").asString()).isEqualTo("event");
            assertThat(signIn.at("/event/category").asString()).isEqualTo("authentication");
            assertThat(signIn.at("/event/outcome").asString()).isEqualTo("success");
            assertThat(signIn.at("/user/name").asString()).isEqualTo("octocat");
            assertThat(signIn.at("/latchkey/hashed_token").asString()).hasSize(44);
            assertThat(gateway.log())
                    .allSatisfy(text -> assertThat(JsonMapper.shared()
                                    .readTree(text)
                                    .at("/ecs/version")
                                    .asString())
                            .isNotEmpty());
        }
    }

    private static JsonNode await(GatewayProcess gateway, String field, String value) {
        SessionsContract.await(() -> !found(gateway, field, value).isEmpty());
        return found(gateway, field, value).get(0);
    }

    private static List<JsonNode> found(GatewayProcess gateway, String field, String value) {
        return gateway.log().stream()
                .filter(line -> line.startsWith("{"))
                .map(line -> JsonMapper.shared().readTree(line))
                .filter(line -> line.at(field).asString("").equals(value))
                .toList();
    }
}
