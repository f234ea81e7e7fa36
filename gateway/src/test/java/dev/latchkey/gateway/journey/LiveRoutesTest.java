package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Route files change while people work. */
class LiveRoutesTest {

    private static final Duration SOON = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    @Test
    void aChangeCountsAtOnceForThoseWhoAreSignedIn() throws IOException {
        try (GitHubStub github = GitHubStub.start();
                EchoBackend app = EchoBackend.start();
                TestGateway gateway = start(github, app, "signed-in")) {
            HttpPerson octocat = gateway.stranger();
            assertThat(octocat.signIn(github, "octocat", "/wiki").statusCode()).isEqualTo(200);

            write(app, "user:somebody-else");
            within(SOON, () -> octocat.fetch("/wiki").statusCode() == 403);
            write(app, "nobody");
            within(SOON, () -> !gateway.bean(Routes.class).status().faults().isEmpty());
            assertThat(metrics(gateway))
                    .contains("latchkey_routes 1.0", "latchkey_routes_faults 1.0", "latchkey_routes_changes_total 2.0");
            assertThat(octocat.fetch("/wiki").statusCode()).isEqualTo(403);
            write(app, "user:octocat");
            within(SOON, () -> octocat.fetch("/wiki").statusCode() == 200);
            assertThat(gateway.bean(Routes.class).status().faults()).isEmpty();

            Files.delete(folder.resolve("wiki.yaml"));
            within(SOON, () -> octocat.fetch("/wiki").statusCode() == 404);
        }
    }

    private static String metrics(TestGateway gateway) {
        return RawHttp.to(gateway.internalPort()).get("/metrics").body();
    }

    private TestGateway start(GitHubStub github, EchoBackend app, String rule) throws IOException {
        write(app, rule);
        return TestGateway.signingInAt(github)
                .property("latchkey.routes", folder)
                .start();
    }

    private void write(EchoBackend app, String rule) throws IOException {
        Files.writeString(folder.resolve("wiki.yaml"), "path: /wiki\nto: " + app.url() + "\nallow: [" + rule + "]\n");
    }

    private static void within(Duration time, BooleanSupplier condition) {
        long end = System.nanoTime() + time.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("within " + time).isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }
}
