package dev.latchkey.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class OpsCheckTest {

    private static final String ENDPOINT = "latchkey.tracing.endpoint";
    private static final String SAMPLING = "latchkey.tracing.sampling";

    private static List<String> faultyPlaces(Map<String, String> properties) {
        ConfigurationFaults faults = new ConfigurationFaults();
        new OpsCheck().check(new Binder(new MapConfigurationPropertySource(properties)), faults);
        return faults.list().stream().map(ConfigurationFault::place).toList();
    }

    @Test
    void takesACollectorAndAPartOfTheRequestsOrNothing() {
        assertThat(faultyPlaces(Map.of())).isEmpty();
        assertThat(faultyPlaces(Map.of(ENDPOINT, "https://collector.example.com/v1/traces", SAMPLING, "0")))
                .isEmpty();
        assertThat(faultyPlaces(Map.of(ENDPOINT, "http://127.0.0.1:4318/v1/traces", SAMPLING, "1")))
                .isEmpty();
    }

    @Test
    void refusesWhatCannotBe() {
        assertThat(faultyPlaces(Map.of(ENDPOINT, "collector:4318", SAMPLING, "10")))
                .containsExactly(ENDPOINT, SAMPLING);
        assertThat(faultyPlaces(Map.of(ENDPOINT, "not an address", SAMPLING, "NaN")))
                .containsExactly(ENDPOINT, SAMPLING);
        assertThat(faultyPlaces(Map.of("latchkey.access-log", "perhaps"))).isNotEmpty();
    }
}
