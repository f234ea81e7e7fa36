package dev.latchkey.gateway.github.pace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;

class PacePropertiesTest {

    private static List<ConfigurationFault> faults(Map<String, ?> properties) {
        ConfigurationFaults faults = new ConfigurationFaults();
        new PaceCheck().check(new Binder(new MapConfigurationPropertySource(properties)), faults);
        return faults.list();
    }

    @Test
    void theDefaultsStandInTheConfigurationFileToo() throws IOException {
        List<PropertySource<?>> file =
                new YamlPropertySourceLoader().load("application", new ClassPathResource("application.yml"));
        PaceProperties written = new Binder(ConfigurationPropertySources.from(file))
                .bind(PaceProperties.PREFIX, PaceProperties.class)
                .get();
        PaceProperties standard = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate(PaceProperties.PREFIX, PaceProperties.class);
        assertThat(written).isEqualTo(standard).isEqualTo(World.defaults());
        assertThat(faults(Map.of())).isEmpty();
    }

    @Test
    void everyValueOutOfRangeIsNamedAtOnce() {
        String pace = PaceProperties.PREFIX + ".";
        assertThat(faults(Map.of(
                        pace + "concurrency", "100",
                        pace + "cpu", "1s",
                        pace + "low", "1.5",
                        pace + "weights.ci", "0",
                        pace + "nodes", "0")))
                .extracting(ConfigurationFault::place)
                .containsExactlyInAnyOrder(
                        pace + "concurrency", pace + "cpu", pace + "low", pace + "weights.ci", pace + "nodes");
    }
}
