package dev.latchkey.gateway.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** What is wrong with the settings of links is told before a chat relies on them. */
class LinkCheckTest {

    private static final String URL = "latchkey.links.hook-url";
    private static final String SECRET = "latchkey.links.hook-secret";
    private static final String LIFETIME = "latchkey.links.lifetime";

    private static List<String> faultyPlaces(Map<String, String> properties) {
        ConfigurationFaults faults = new ConfigurationFaults();
        new LinkCheck().check(new Binder(new MapConfigurationPropertySource(properties)), faults);
        return faults.list().stream().map(ConfigurationFault::place).toList();
    }

    @Test
    void takesAHookWithItsSecretOrNone() {
        assertThat(faultyPlaces(Map.of())).isEmpty();
        assertThat(faultyPlaces(Map.of(URL, "https://chat.example.com/hook", SECRET, "s", LIFETIME, "1d")))
                .isEmpty();
    }

    @Test
    void refusesAHookThatAnybodyCouldForgeOrNobodyCouldReach() {
        assertThat(faultyPlaces(Map.of(URL, "https://chat.example.com/hook"))).containsExactly(SECRET);
        assertThat(faultyPlaces(Map.of(URL, "https://chat.example.com/hook", SECRET, " ")))
                .containsExactly(SECRET);
        assertThat(faultyPlaces(Map.of(URL, "ftp://chat.example.com", SECRET, "s", LIFETIME, "0s")))
                .containsExactly(URL, LIFETIME);
        assertThat(faultyPlaces(Map.of(URL, "https://a:b@chat.example.com/", SECRET, "s")))
                .containsExactly(URL);
        assertThat(faultyPlaces(Map.of(SECRET, "file:/no/such/file"))).isNotEmpty();
    }
}
