package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ApplicationEndpointsTest {

    private final GitHubStub github = GitHubStub.start();
    private final HttpPerson client = HttpPerson.at(github.webUrl());
    private final StubApp app = github.app();
    private final String token = github.tokenFor("octocat", "read:user").value();

    @AfterEach
    void stop() {
        github.close();
    }

    @Test
    void vouchesForALiveTokenOfTheApp() {
        HttpResponse<String> checked = call("POST", "token", token);

        assertThat(checked.statusCode()).isEqualTo(200);
        JsonNode authorization = Json.read(checked.body());
        assertThat(authorization.get("user").get("login").asString()).isEqualTo("octocat");
        assertThat(authorization.get("scopes").get(0).asString()).isEqualTo("read:user");
        assertThat(authorization.get("token_last_eight").asString()).isEqualTo(token.substring(32));
    }

    @Test
    void knowsNoDeadTokensAndNoneOfOtherApps() {
        StubApp other = github.registerOAuthApp("other", "s", "http://localhost/");
        assertThat(call("POST", "token", github.tokenFor(other, "octocat").value())
                        .statusCode())
                .isEqualTo(404);
        github.revoke(token);
        assertThat(call("POST", "token", token).statusCode()).isEqualTo(404);
    }

    @Test
    void goesOnCheckingDuringAnIncident() {
        github.incident(true);

        assertThat(call("POST", "token", token).statusCode()).isEqualTo(200);
    }

    @Test
    void asksForTheSecretAndForAToken() {
        assertThat(send("POST", "token", "wrong", "{\"access_token\":\"x\"}").statusCode())
                .isEqualTo(401);
        assertThat(send("POST", "token", app.clientSecret(), "{}").statusCode()).isEqualTo(422);
    }

    @Test
    void replacesATokenOnReset() {
        String fresh =
                Json.read(call("PATCH", "token", token).body()).get("token").asString();

        assertThat(github.isLive(token)).isFalse();
        assertThat(github.isLive(fresh)).isTrue();
    }

    @Test
    void deletesOneTokenOnce() {
        String second = github.tokenFor("octocat", "read:user").value();

        assertThat(call("DELETE", "token", token).statusCode()).isEqualTo(204);
        assertThat(call("DELETE", "token", token).statusCode()).isEqualTo(422);
        assertThat(github.isLive(second)).isTrue();
    }

    @Test
    void deletesEveryTokenOfAGrant() {
        String second = github.tokenFor("octocat", "gist").value();
        String foreign = github.tokenFor("hubot", "gist").value();

        assertThat(call("DELETE", "grant", token).statusCode()).isEqualTo(204);

        assertThat(github.liveTokensOf("octocat")).isEmpty();
        assertThat(github.isLive(second)).isFalse();
        assertThat(github.isLive(foreign)).isTrue();
    }

    @Test
    void letsAHolderOfATokenRevokeItUnauthenticated() {
        String body = "{\"credentials\":[\"" + token + "\"]}";

        HttpResponse<String> revoked = client.send("POST", "/api/v3/credentials/revoke", body);

        assertThat(revoked.statusCode()).isEqualTo(202);
        assertThat(github.isLive(token)).isFalse();
    }

    @Test
    void writesDownCallsWithTheirBodies() {
        call("DELETE", "token", token);

        Call deletion = github.calls()
                .to("DELETE", "/api/v3/applications/" + app.clientId() + "/token")
                .last();
        assertThat(deletion.form()).containsEntry("access_token", token);
    }

    private HttpResponse<String> call(String method, String what, String value) {
        return send(method, what, app.clientSecret(), "{\"access_token\":\"" + value + "\"}");
    }

    private HttpResponse<String> send(String method, String what, String secret, String body) {
        String basic = Base64.getEncoder().encodeToString((app.clientId() + ":" + secret).getBytes(US_ASCII));
        return client.send(
                method, "/api/v3/applications/" + app.clientId() + "/" + what, body, "Authorization", "Basic " + basic);
    }
}
