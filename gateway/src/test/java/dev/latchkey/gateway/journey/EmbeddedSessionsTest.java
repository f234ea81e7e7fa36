package dev.latchkey.gateway.journey;

import dev.latchkey.gateway.testing.TestGateway;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedSessionsTest extends SessionsContract {

    @TempDir
    private Path folder;

    @Override
    TestGateway.Builder keptIn(TestGateway.Builder gateway) {
        return gateway.dataIn(folder);
    }
}
