package dev.latchkey.gateway.facade.updates;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {

    @ParameterizedTest
    @CsvSource({
        "linux-amd64,   trackeep_1.2.5_Linux_x86_64.tar.gz, true",
        "linux-amd64,   trackeep-linux-amd64,               true",
        "linux-386,     trackeep_1.2.5_Linux_x86_64.tar.gz, false",
        "linux-arm,     trackeep-linux-arm64.tar.gz,        false",
        "linux-aarch64, trackeep-linux-arm64.tar.gz,        true",
        "macos-arm64,   trackeep-darwin-arm64.zip,          true",
        "windows-amd64, trackeep-darwin-amd64.zip,          false"
    })
    void knowsItsFilesByName(String platform, String file, boolean fits) {
        assertThat(Platform.parse(platform).orElseThrow().fits(file)).isEqualTo(fits);
    }
}
