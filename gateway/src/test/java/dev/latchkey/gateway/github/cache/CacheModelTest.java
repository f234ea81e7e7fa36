package dev.latchkey.gateway.github.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.github.api.ApiRequest;
import dev.latchkey.gateway.github.api.Principal;
import dev.latchkey.gateway.github.api.RequestBody;
import dev.latchkey.gateway.github.api.Target;
import dev.latchkey.gateway.github.api.Validators;
import dev.latchkey.gateway.github.pace.Kind;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.session.PersonId;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.scheduler.Schedulers;

/**
 * The cache against a small model of what it may do (RFC 9111), over random histories of reading, writing, webhooks,
 * changed permissions, new tokens and outages. The model knows what GitHub would have answered to everybody at each
 * moment, and says of each answer whether it may be given now.
 */
class CacheModelTest {

    private static final int STEPS = 2_000;
    private static final KeyRing KEYS =
            KeyRing.of(List.of(Secret.of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")), Clock.systemUTC());
    private static final List<String> PEOPLE = List.of("1", "2", "3");
    private static final List<String> PATHS =
            List.of("/repos/a/b", "/repos/a/b/issues", "/repos/a/b/issues/1", "/user", "/orgs/a");
    private static final Duration STALE = Duration.ofMinutes(30);
    private static final Duration MISSING = Duration.ofSeconds(5);
    private static final Duration MISSING_LONGEST = Duration.ofSeconds(40);

    @RepeatedTest(25)
    void givesNobodyWhatTheyMayNotHaveNow(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        ModelledGitHub github = new ModelledGitHub(random, PEOPLE, PATHS);

        int free = live(random, github, List.of(Node.alone(github)), STEPS);

        assertThat(free).as("answers that cost nothing").isGreaterThan(STEPS / 20);
    }

    /** Nor when each call comes to any of two nodes, which keep what they have for each other and start anew at times. */
    @RepeatedTest(25)
    void givesNobodyOnAnyNodeWhatTheyMayNotHaveNow(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        ModelledGitHub github = new ModelledGitHub(random, PEOPLE, PATHS);
        SharedStore shared = new SharedStore();
        int free = 0;
        for (int lives = 0; lives < 10; lives++) {
            free += live(random, github, List.of(Node.of(github, shared), Node.of(github, shared)), STEPS / 10);
        }
        assertThat(free).as("answers that cost nothing").isGreaterThan(STEPS / 20);
    }

    private record Node(ResponseCache cache, Changes changes) {

        static Node alone(ModelledGitHub github) {
            return of(github, new Changes(ModelledGitHub.deafStore(), github.clock()), Far.NONE);
        }

        static Node of(ModelledGitHub github, SharedStore shared) {
            return of(
                    github,
                    new Changes(shared.store(), github.clock()),
                    Far.in(shared.store(), KEYS, 1 << 20, Duration.ofHours(1), github.clock(), Schedulers.parallel()));
        }

        private static Node of(ModelledGitHub github, Changes changes, Far far) {
            ResponseCache.Terms terms = new ResponseCache.Terms(
                    1 << 20, 64 * 1024, STALE, Duration.ZERO, MISSING, MISSING_LONGEST, Duration.ofMinutes(5));
            return new Node(
                    new ResponseCache(terms, changes, far, ModelledGitHub.carefreePacer(), github, github.clock()),
                    changes);
        }
    }

    private static int live(Random random, ModelledGitHub github, List<Node> nodes, int steps) {
        int free = 0;
        for (int step = 0; step < steps; step++) {
            Node node = any(random, nodes);
            switch (random.nextInt(20)) {
                case 0 -> github.change(any(random, PATHS));
                case 1 -> github.permit(any(random, PEOPLE), any(random, PATHS), random.nextBoolean());
                case 2 -> github.renewToken(any(random, PEOPLE));
                case 3 -> github.outage(random.nextInt(3) == 0);
                case 4, 5 -> github.advance(Duration.ofSeconds(random.nextInt(70)));
                case 6 -> write(github, node.cache(), any(random, PEOPLE), any(random, PATHS));
                case 7 -> {
                    github.change("/repos/a/b");
                    node.changes().below(Changes.EVERYBODY, "/repos/a/b").block();
                    github.told("/repos/a/b");
                }
                default -> free += read(github, node.cache(), random, step) ? 1 : 0;
            }
        }
        return free;
    }

    private static void write(ModelledGitHub github, ResponseCache cache, String person, String path) {
        try {
            ApiAnswer answer = cache.call(request(person, HttpMethod.PATCH, path, new HttpHeaders()))
                    .block();
            if (answer != null && answer.isSuccess()) {
                github.written(person, path);
            }
        } catch (Problem outage) {
            assertThat(github.isOut()).isTrue();
        }
    }

    /** Whether it was had without spending quota. */
    private static boolean read(ModelledGitHub github, ResponseCache cache, Random random, int step) {
        String person = any(random, PEOPLE);
        String path = any(random, PATHS);
        HttpHeaders headers = new HttpHeaders();
        String directive =
                any(random, List.of("", "", "", "", "no-cache", "max-age=0", "only-if-cached", "max-age=20"));
        if (!directive.isEmpty()) {
            headers.set(HttpHeaders.CACHE_CONTROL, directive);
        }
        int calls = github.calls();
        int spent = github.spent();
        ApiAnswer answer;
        try {
            answer = cache.call(request(person, HttpMethod.GET, path, headers)).block();
        } catch (Problem problem) {
            boolean notKept = directive.equals("only-if-cached") && github.calls() == calls;
            assertThat(notKept || github.isOut())
                    .as("step %d: %s", step, problem.code())
                    .isTrue();
            return false;
        }
        assertThat(answer).isNotNull();
        boolean asked = github.calls() > calls;
        String outcome = String.valueOf(answer.headers().getFirst("X-Latchkey-Cache"));
        String body = new String(((ApiAnswer.Bytes) answer.body()).bytes(), UTF_8);
        String what = "step " + step + ": " + person + " " + path + " " + directive + " -> " + outcome;
        switch (outcome) {
            case "hit" -> {
                assertThat(asked).as(what).isFalse();
                assertThat(directive).as(what).isNotIn("no-cache", "max-age=0");
                long fresh = answer.status() == 404 ? MISSING_LONGEST.toMillis() : 60_000;
                long within = directive.equals("max-age=20") ? 20_000 : fresh;
                assertThat(github.mayBelieve(person, path, answer.status(), body, within))
                        .as(what)
                        .isTrue();
            }
            case "stale" -> {
                assertThat(github.isOut()).as(what).isTrue();
                assertThat(github.mayBelieve(person, path, answer.status(), body, STALE.toMillis()))
                        .as(what)
                        .isTrue();
            }
            case "miss", "revalidated" -> {
                assertThat(asked).as(what).isTrue();
                assertThat(directive).as(what).isNotEqualTo("only-if-cached");
                if (!github.isOut()) {
                    assertThat(github.isTrueNow(person, path, answer.status(), body))
                            .as(what)
                            .isTrue();
                }
            }
            default -> throw new AssertionError(what);
        }
        return github.spent() == spent && answer.status() == 200;
    }

    private static ApiRequest request(String person, HttpMethod method, String path, HttpHeaders headers) {
        headers.set(HttpHeaders.ACCEPT, "application/vnd.github+json");
        return new ApiRequest(
                new Principal.OfPerson(new PersonId("github", person)),
                "app",
                method,
                new Target(Target.Api.REST, path, null),
                headers,
                RequestBody.NONE,
                Kind.REST,
                Duration.ofSeconds(10),
                Validators.NONE);
    }

    private static <T> T any(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
