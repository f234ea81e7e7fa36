package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The provider's token that a backend was given, as its echo tells. */
final class GivenToken {

    private static final JsonMapper JSON = JsonMapper.shared();

    private GivenToken() {}

    static String in(HttpResponse<String> echo) {
        assertThat(echo.statusCode()).as(echo.body()).isEqualTo(200);
        for (JsonNode header : JSON.readTree(echo.body()).get("headers")) {
            if (header.get(0).asString().equalsIgnoreCase("X-Forwarded-Access-Token")) {
                return header.get(1).asString();
            }
        }
        throw new AssertionError("The backend was given no token");
    }
}
