package dev.latchkey.gateway.facade.githuboauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** What is wrong with the clients is told before anybody signs in. */
class OAuthFacadeCheckTest {

    private static final String FIRST = "latchkey.oauth-facade.clients[0].";
    private static final String SECOND = "latchkey.oauth-facade.clients[1].";

    private static List<String> faultyPlaces(Map<String, String> properties) {
        ConfigurationFaults faults = new ConfigurationFaults();
        new OAuthFacadeCheck().check(new Binder(new MapConfigurationPropertySource(properties)), faults);
        assertThat(faults.list()).allSatisfy(fault -> assertThat(fault.remedy()).isNotBlank());
        return faults.list().stream().map(ConfigurationFault::place).toList();
    }

    @Test
    void takesClientsWithAndWithoutASecret() {
        assertThat(faultyPlaces(Map.of(
                        FIRST + "client-id", "chat",
                        FIRST + "client-secret", "secret",
                        FIRST + "redirect-uris", "https://chat.example.com/callback",
                        SECOND + "client-id", "gh")))
                .isEmpty();
        assertThat(faultyPlaces(Map.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chat.example.com/callback",
                "http://chat.example.com/callback",
                "https://chat.example.com/callback#x",
                "https://user@chat.example.com/callback",
                "https:///callback",
                "javascript:alert(1)",
                "https://chat.example.com/call back"
            })
    void refusesAddressesThatNobodyShouldBeSentTo(String address) {
        assertThat(faultyPlaces(Map.of(FIRST + "client-id", "chat", FIRST + "redirect-uris[0]", address)))
                .containsExactly(FIRST + "redirect-uris");
    }

    @Test
    void tellsAllThatIsWrongAtOnce() {
        assertThat(faultyPlaces(Map.of(
                        FIRST + "client-id",
                        "chat",
                        FIRST + "client-secret",
                        " ",
                        SECOND + "client-id",
                        "chat",
                        "latchkey.oauth-facade.lifetime",
                        "10s")))
                .containsExactly(FIRST + "client-secret", SECOND + "client-id", "latchkey.oauth-facade.lifetime");
        assertThat(faultyPlaces(Map.of(FIRST + "client-secret", "x"))).containsExactly(FIRST + "client-id");
        assertThat(faultyPlaces(Map.of(FIRST + "client-id", "chat", FIRST + "client-secret", "file:/no/such/file")))
                .isNotEmpty();
    }
}
