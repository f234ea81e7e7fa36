package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrainPropertiesTest {

    @ParameterizedTest
    @CsvSource({"PT-1S, 1", "PT0S, 0", "PT29S, 0", "PT30S, 1"})
    void aNoticeHasToFitIntoAStepOfTheShutdown(Duration notice, int faults) {
        ConfigurationFaults found = new ConfigurationFaults();
        new DrainProperties(notice).check(Duration.ofSeconds(30), found);
        assertThat(found.list()).hasSize(faults);
    }
}
