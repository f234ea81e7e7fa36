package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GatewayProcess;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.Program;
import dev.latchkey.gateway.testing.ProgramTest;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two gateways on one Redis, each restarted in turn while people work, behind a balancer that asks them whether they are
 * ready. Once over in the suite; {@code -Dlatchkey.test.restarts=20} for an hour's worth of deployments.
 */
@ProgramTest("haproxy")
class RollingRestartTest {

    private static final int ROUNDS = Integer.getInteger("latchkey.test.restarts", 1);
    private static final int PEOPLE = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Between two requests of a person: together hundreds a second, and still some of the machine for gateways to start. */
    private static final Duration PAUSE = Duration.ofMillis(10);

    /** Retries nothing that has reached a gateway, as a balancer must not. */
    private static final String BALANCER = """
            defaults
              mode http
              timeout connect 2s
              timeout client 60s
              timeout server 60s
              # Else a check that takes longer than the time to the next has failed.
              timeout check 20s
              retries 3
              option redispatch
              retry-on conn-failure
            frontend public
              bind 127.0.0.1:%d
              default_backend gateways
            backend gateways
              balance roundrobin
              option httpchk GET /ready
              default-server check inter 100ms fall 1 rise 1
              server first 127.0.0.1:%d port %d
              server second 127.0.0.1:%d port %d
            listen stats
              bind 127.0.0.1:%d
              stats enable
              stats uri /
            """;

    private record Ports(int edge, int internal) {

        static Ports free() {
            return new Ports(TestGateway.freePort(), TestGateway.freePort());
        }
    }

    @TempDir
    private Path folder;

    private final int balancer = TestGateway.freePort();
    private final int stats = TestGateway.freePort();
    private final Ports first = Ports.free();
    private final Ports second = Ports.free();
    private final GitHubStub github = GitHubStub.start();
    private final EchoBackend app = EchoBackend.start();
    private final RedisServer redis = RedisServer.embedded();

    @AfterEach
    void stop() {
        redis.close();
        app.close();
        github.close();
    }

    @Test
    void noRequestFailsAndNobodyIsSignedOut() throws Exception {
        github.app().withoutTokenLimits();
        CompletableFuture<GatewayProcess> beside =
                CompletableFuture.supplyAsync(() -> start(first), task -> new Thread(task).start());
        GatewayProcess two = start(second);
        GatewayProcess one = beside.join();
        Program haproxy = balance();
        try {
            awaitReady();
            Load load = new Load(signedIn());
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    one.terminate();
                    one = start(first);
                    awaitReady();
                    two.terminate();
                    two = start(second);
                    awaitReady();
                }
            } finally {
                load.stop();
            }
            assertThat(load.failures).isEmpty();
            assertThat(load.answered).hasValueGreaterThan(100);
        } finally {
            haproxy.close();
            one.close();
            two.close();
        }
    }

    private GatewayProcess start(Ports ports) {
        return TestGateway.signingInAt(github)
                .app(app.url())
                .on(redis)
                .port(ports.edge)
                .property("latchkey.internal.port", ports.internal)
                .property("latchkey.external-url", "http://localhost:" + balancer)
                .property("latchkey.drain.notice", "3s")
                .startApart();
    }

    private List<HttpPerson> signedIn() {
        List<HttpPerson> people = Stream.generate(() -> HttpPerson.at("http://localhost:" + balancer))
                .limit(PEOPLE)
                .toList();
        people.forEach(person ->
                assertThat(person.signIn(github, "octocat", "/").statusCode()).isEqualTo(200));
        return people;
    }

    private Program balance() throws IOException {
        Files.writeString(
                folder.resolve("haproxy.cfg"),
                BALANCER.formatted(balancer, first.edge, first.internal, second.edge, second.internal, stats));
        return Program.start(folder, balancer, "haproxy", "-f", "haproxy.cfg");
    }

    /** In the balancer's own view, which is a moment behind. */
    private void awaitReady() {
        HttpPerson operator = HttpPerson.at("http://localhost:" + stats);
        await().atMost(PATIENCE)
                .until(() -> operator.get("/;csv")
                                .body()
                                .lines()
                                .filter(line ->
                                        line.startsWith("gateways,first,") || line.startsWith("gateways,second,"))
                                .filter(line -> line.contains(",UP,"))
                                .count()
                        == 2);
    }

    /** People who ask and ask, each over a connection of their own that is kept. */
    private static final class Load {

        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final AtomicInteger answered = new AtomicInteger();
        private final AtomicBoolean over = new AtomicBoolean();
        private final List<Thread> threads;

        Load(List<HttpPerson> people) {
            threads = people.stream()
                    .map(person -> new Thread(() -> ask(person), "person"))
                    .toList();
            threads.forEach(Thread::start);
        }

        private void ask(HttpPerson person) {
            while (!over.get()) {
                try {
                    HttpResponse<String> answer = person.fetch("/");
                    if (answer.statusCode() == 200) {
                        answered.incrementAndGet();
                    } else {
                        failures.add(answer.statusCode() + " " + answer.body());
                    }
                } catch (RuntimeException e) {
                    failures.add(e.toString());
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }

        void stop() throws InterruptedException {
            over.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }
}
