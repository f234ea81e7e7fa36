package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that people copy, run by sh with curl. Its pauses move the gateway's clock instead of being waited for. */
class SignInScriptTest {

    private static final Pattern INVITATION = Pattern.compile("Open (\\S+) in a browser and enter (\\S+)");

    private final TestClock clock = TestClock.now();
    private final GitHubStub github = GitHubStub.start(clock);
    private final EchoBackend app = EchoBackend.start();
    private final List<Integer> pauses = new CopyOnWriteArrayList<>();

    @TempDir
    private Path folder;

    private TestGateway gateway;
    private HttpPerson octocat;
    private HttpServer time;
    private Process script;
    private volatile IntConsumer duringPause = number -> {};
    private BufferedReader words;

    @BeforeEach
    void start() throws IOException {
        gateway = TestGateway.signingInAt(github)
                .clock(clock)
                .route("app", "to: " + app.url(), "allow: [user:octocat]")
                .start();
        octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/");
        app.forgetRequests();
        time = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        time.createContext("/", exchange -> {
            pauses.add(Integer.valueOf(exchange.getRequestURI().getPath().substring(1)));
            duringPause.accept(pauses.size());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        time.start();
        Path sleep = folder.resolve("sleep");
        Files.writeString(
                sleep,
                "#!/bin/sh\nexec curl -fsS http://127.0.0.1:"
                        + time.getAddress().getPort() + "/$1\n");
        Files.setPosixFilePermissions(sleep, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void stop() {
        if (script != null) {
            script.destroyForcibly();
        }
        time.stop(0);
        gateway.close();
        app.close();
        github.close();
    }

    private void run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("sh", Path.of("..", "routes", "sign-in.sh").toString(), gateway.url()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().merge("PATH", folder.toString(), (path, first) -> first + ':' + path);
        script = builder.start();
        words = new BufferedReader(new InputStreamReader(script.getErrorStream(), UTF_8));
    }

    private void decide(String decision) {
        try {
            Matcher invitation = INVITATION.matcher(words.readLine());
            assertThat(invitation.matches()).isTrue();
            assertThat(octocat.navigate(invitation.group(1)).statusCode()).isEqualTo(200);
            HttpResponse<String> consent = octocat.post("/oauth2/device", Map.of("user_code", invitation.group(2)));
            octocat.submit(consent, Map.of("decision", decision));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void waitForTheEnd() throws InterruptedException {
        assertThat(script.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void signsInAndCallsAProtectedAppAndPausesAsLongAsItIsTold() throws Exception {
        duringPause = number -> {
            // The second is over too early by the gateway's clock, as in a machine whose own runs fast.
            clock.advance(Duration.ofSeconds(number == 2 ? 3 : pauses.get(number - 1)));
            if (number == 4) {
                decide("allow");
            }
        };
        run(gateway.url() + "/wiki?x=1");
        waitForTheEnd();
        assertThat(script.exitValue()).isZero();
        assertThat(pauses).containsExactly(5, 5, 10, 10);
        assertThat(app.lastRequest().target()).isEqualTo("/wiki?x=1");
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("octocat");
        assertThat(script.getInputStream().readAllBytes()).isNotEmpty();
    }

    @Test
    void printsTheTokenWhereThereIsNothingToCall() throws Exception {
        duringPause = number -> {
            clock.advance(Duration.ofSeconds(5));
            decide("allow");
        };
        run();
        waitForTheEnd();
        String token = new String(script.getInputStream().readAllBytes(), UTF_8).strip();
        assertThat(token).matches("lk_[0-9A-Za-z]{36}");
        assertThat(gateway.stranger()
                        .get("/", "Authorization", "token " + token)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void endsWhenItIsDenied() throws Exception {
        duringPause = number -> {
            clock.advance(Duration.ofSeconds(5));
            decide("deny");
        };
        run(gateway.url() + "/wiki");
        waitForTheEnd();
        assertThat(script.exitValue()).isEqualTo(1);
        assertThat(words.readLine()).isEqualTo("access_denied");
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void endsWhenNobodyDecides() throws Exception {
        duringPause = number -> clock.advance(Duration.ofMinutes(8));
        run();
        waitForTheEnd();
        assertThat(script.exitValue()).isEqualTo(1);
        words.readLine();
        assertThat(words.readLine()).isEqualTo("expired_token");
        assertThat(pauses).hasSize(2);
    }
}
