package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.DebianRedisTest;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The Redis that holds a session dies, and another takes its place. Nobody is signed out by that, now or later. */
@DebianRedisTest
abstract class FailOverContract {

    /** Enough for each server of several to hold something of somebody. */
    private static final int PEOPLE = 12;

    private static final Duration REDIS_HEALS = Duration.ofSeconds(90);
    /** Far more than the seconds it takes: a busy machine may stall. */
    private static final Duration GATEWAY_FOLLOWS = Duration.ofSeconds(60);

    /** The properties that lead to a Redis with copies of everything; all of it answers. */
    abstract Map<String, String> startRedis();

    /** Returns when the copies are complete. */
    abstract void awaitCopies();

    abstract void killMaster();

    /** Whether a copy has taken over. */
    abstract boolean hasHealed();

    abstract void stopRedis();

    @Test
    void everySessionOutlivesTheServerThatHeldIt() {
        GitHubStub github = GitHubStub.start();
        github.app().withoutTokenLimits();
        EchoBackend app = EchoBackend.start();
        TestGateway gateway = null;
        TestGateway other = null;
        try {
            Map<String, String> redis = startRedis();
            TestGateway.Builder node = TestGateway.signingInAt(github)
                    .app(app.url())
                    .on(redis)
                    .property("latchkey.external-url", "http://localhost:8080");
            gateway = node.start();
            other = node.port(TestGateway.freePort()).start();
            List<HttpPerson> people = signedIn(gateway, github);
            awaitCopies();

            killMaster();

            new Story(people, other).tell();
            assertThat(signedIn(other, github)).hasSize(PEOPLE);
        } finally {
            if (other != null) {
                other.close();
            }
            if (gateway != null) {
                gateway.close();
            }
            stopRedis();
            app.close();
            github.close();
        }
    }

    /** A test takes the place of the balancer between the address that both gateways say and this one. */
    private static List<HttpPerson> signedIn(TestGateway gateway, GitHubStub github) {
        return IntStream.range(0, PEOPLE)
                .mapToObj(n -> signedIn(gateway.stranger(), github))
                .toList();
    }

    private static HttpPerson signedIn(HttpPerson person, GitHubStub github) {
        HttpResponse<String> start = person.navigate("/oauth2/start?rd=%2F");
        URI callback = github.authorize(
                URI.create(start.headers().firstValue("Location").orElseThrow()), "octocat");
        assertThat(person.navigate("/oauth2/callback?" + callback.getRawQuery()).statusCode())
                .isEqualTo(302);
        assertThat(person.cookie("latchkey")).isNotNull();
        return person;
    }

    /** What people see at a gateway that has met none of them, so that it has to ask Redis. */
    private final class Story {

        private final List<HttpPerson> people;
        private final HttpPerson operator;
        private final Set<Integer> seen = new TreeSet<>();

        Story(List<HttpPerson> people, TestGateway other) {
            this.people = people.stream()
                    .map(person -> person.twin().alsoAt(other.url()))
                    .toList();
            this.operator = HttpPerson.at("http://localhost:" + other.internalPort());
        }

        void tell() {
            await().atMost(REDIS_HEALS).until(() -> {
                everybodyIsServed();
                assertThat(operator.get("/actuator/health/liveness").statusCode())
                        .isEqualTo(200);
                return hasHealed();
            });
            await().atMost(GATEWAY_FOLLOWS).until(this::everybodyIsServed);
            await().atMost(GATEWAY_FOLLOWS).until(() -> operator.get("/ready").statusCode() == 200);
            assertThat(seen).containsExactly(200, 503);
        }

        private boolean everybodyIsServed() {
            List<HttpResponse<String>> answers = new ArrayList<>();
            people.forEach(person -> answers.add(person.fetch("/")));
            answers.forEach(this::look);
            return answers.stream().allMatch(answer -> answer.statusCode() == 200);
        }

        private void look(HttpResponse<String> answer) {
            seen.add(answer.statusCode());
            assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
            if (answer.statusCode() != 200) {
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
                assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("store.unavailable");
            }
        }
    }
}
