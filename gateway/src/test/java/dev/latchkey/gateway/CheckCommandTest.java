package dev.latchkey.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {

    @TempDir
    private Path routes;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void approvesWhatIsRight() throws IOException {
        Files.writeString(routes.resolve("wiki.yaml"), "to: http://a\nallow: [signed-in]\n");
        assertThat(check("--latchkey.github.client-id=a", "--latchkey.github.client-secret=b"))
                .isZero();
        assertThat(printed()).contains("good");
    }

    @Test
    void printsEveryFaultOfConfigurationAndRoutes() throws IOException {
        Files.writeString(routes.resolve("wiki.yaml"), "to: http://a\nallow:\n  - everybody\n");
        int status = check(
                "--latchkey.session.idle=soon",
                "--latchkey.external-url=http://example.com/path",
                "--latchkey.trusted-proxies=10.0.0.0/99",
                "--server.forward-headers-strategy=framework",
                "--server.http2.enabled=true",
                "--latchkey.store=etcd");
        assertThat(status).isEqualTo(1);
        assertThat(printed())
                .contains(routes.resolve("wiki.yaml") + ":3: 'everybody' is no rule")
                .contains("latchkey.github.client-id: it is missing")
                .contains("latchkey.github.client-secret: it is missing")
                .contains("latchkey.session.idle: 'soon' cannot be read")
                .contains("latchkey.external-url")
                .contains("latchkey.trusted-proxies: '10.0.0.0/99'")
                .contains("server.http2.enabled: the gateway speaks HTTP/1.1 only")
                .contains("server.forward-headers-strategy: 'framework' would believe")
                .contains("latchkey.store");
    }

    private int check(String... properties) {
        List<String> arguments = new ArrayList<>(List.of(routes.toString()));
        arguments.addAll(List.of(properties));
        return new CheckCommand(new PrintStream(out, true, StandardCharsets.UTF_8)).run(arguments);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
