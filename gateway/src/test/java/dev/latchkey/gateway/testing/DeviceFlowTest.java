package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DeviceFlowTest {

    private final TestClock clock = TestClock.now();
    private final GitHubStub github = GitHubStub.start(clock);
    private final HttpPerson device = HttpPerson.at(github.webUrl());

    @AfterEach
    void stop() {
        github.close();
    }

    @Test
    void waitsForThePersonAndThenHandsOutAToken() {
        JsonNode codes = begin();
        assertThat(codes.get("user_code").asString()).matches("[A-Z]{4}-[A-Z]{4}");
        assertThat(codes.get("device_code").asString()).hasSize(40);
        assertThat(poll(codes)).isEqualTo("authorization_pending");

        github.approveDevice(codes.get("user_code").asString(), "octocat");
        clock.advance(Duration.ofSeconds(5));

        assertThat(pollFully(codes).get("scope").asString()).isEqualTo("read:user");
        assertThat(github.liveTokensOf("octocat")).hasSize(1);
        assertThat(poll(codes)).isEqualTo("incorrect_device_code");
    }

    @Test
    void slowsDownWhoeverPollsTooSoon() {
        JsonNode codes = begin();
        poll(codes);
        clock.advance(Duration.ofSeconds(4));

        JsonNode answer = pollFully(codes);

        assertThat(answer.get("error").asString()).isEqualTo("slow_down");
        assertThat(answer.get("interval").asInt()).isEqualTo(10);
        clock.advance(Duration.ofSeconds(9));
        assertThat(poll(codes)).isEqualTo("slow_down");
    }

    @Test
    void playsAScriptBeforeTheTruth() {
        JsonNode codes = begin();
        github.approveDevice(codes.get("user_code").asString(), "octocat");
        github.devicePolls("authorization_pending", "slow_down");

        assertThat(poll(codes)).isEqualTo("authorization_pending");
        assertThat(pollFully(codes).get("interval").asInt()).isEqualTo(10);
        clock.advance(Duration.ofSeconds(10));
        assertThat(pollFully(codes).has("access_token")).isTrue();
    }

    @Test
    void endsWithRefusalOrWithTime() {
        JsonNode refused = begin();
        github.denyDevice(refused.get("user_code").asString(), "octocat");
        assertThat(poll(refused)).isEqualTo("access_denied");

        JsonNode late = begin();
        clock.advance(Duration.ofSeconds(900));
        assertThat(poll(late)).isEqualTo("expired_token");
    }

    @Test
    void isOffWhereTheAppSwitchedItOff() {
        github.app().withoutDeviceFlow();

        assertThat(begin().get("error").asString()).isEqualTo("device_flow_disabled");
    }

    @Test
    void refreshesItsTokensWithoutASecret() {
        github.app().asGitHubApp();
        JsonNode codes = begin();
        github.approveDevice(codes.get("user_code").asString(), "octocat");
        String refreshToken = pollFully(codes).get("refresh_token").asString();

        JsonNode refreshed = post(
                "/login/oauth/access_token",
                Map.of(
                        "client_id",
                        GitHubStub.CLIENT_ID,
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        refreshToken));

        assertThat(refreshed.has("access_token")).isTrue();
    }

    private JsonNode begin() {
        return post("/login/device/code", Map.of("client_id", GitHubStub.CLIENT_ID, "scope", "read:user"));
    }

    private String poll(JsonNode codes) {
        return pollFully(codes).get("error").asString();
    }

    private JsonNode pollFully(JsonNode codes) {
        return post(
                "/login/oauth/access_token",
                Map.of(
                        "client_id",
                        GitHubStub.CLIENT_ID,
                        "device_code",
                        codes.get("device_code").asString(),
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code"));
    }

    private JsonNode post(String path, Map<String, String> form) {
        return Json.read(device.post(path, form, "Accept", "application/json").body());
    }
}
