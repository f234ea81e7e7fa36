package dev.latchkey.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.nio.file.Path;
import java.util.Objects;

/** Routes as files make them. */
final class TestRoutes {

    private TestRoutes() {}

    static Route route(String yaml) {
        ConfigurationFaults faults = new ConfigurationFaults();
        Route route = RouteFile.read(Path.of("test.yaml"), yaml, RouteFile.Setting.alone(), faults)
                .route();
        assertThat(faults.list()).isEmpty();
        return Objects.requireNonNull(route);
    }
}
