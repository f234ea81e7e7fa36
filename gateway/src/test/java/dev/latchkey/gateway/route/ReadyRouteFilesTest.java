package dev.latchkey.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What people copy as it is works as it is. */
class ReadyRouteFilesTest {

    private static final Path FOLDER = Path.of("..", "routes", "rocket-chat");

    static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void hasNoFault(Path file) throws IOException {
        ConfigurationFaults faults = new ConfigurationFaults();
        RouteFile.Parsed parsed = RouteFile.read(file, Files.readString(file), RouteFile.Setting.alone(), faults);
        assertThat(faults.list()).isEmpty();
        assertThat(parsed.route()).isNotNull();
    }
}
