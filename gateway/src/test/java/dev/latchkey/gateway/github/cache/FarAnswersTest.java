package dev.latchkey.gateway.github.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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
import dev.latchkey.gateway.session.PersonId;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Several nodes that keep GitHub's answers in one store. GitHub's own count of calls and of quota is the witness. */
class FarAnswersTest {

    private static final String REPO = "/repos/a/b";
    private static final List<String> PATHS =
            List.of(REPO, REPO + "/pulls", REPO + "/actions/runs", REPO + "/issues", "/user", "/orgs/a");
    private static final KeyRing KEYS = ring("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");

    private final ModelledGitHub github = new ModelledGitHub(new Random(1), List.of("1", "2"), PATHS);
    private final SharedStore shared = new SharedStore();
    private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();
    private Node first = node(KEYS, 1 << 20);
    private Node second = node(KEYS, 1 << 20);

    private record Node(ResponseCache cache, Changes changes) {}

    private static KeyRing ring(String key) {
        return KeyRing.of(List.of(Secret.of(key)), Clock.systemUTC());
    }

    private Node node(KeyRing keys, long size) {
        Changes changes = new Changes(shared.store(), github.clock());
        Far far = Far.in(shared.store(), keys, size, Duration.ofHours(1), github.clock(), timers);
        Duration minute = Duration.ofMinutes(1);
        ResponseCache.Terms terms = new ResponseCache.Terms(
                1 << 20, 64 * 1024, minute, Duration.ZERO, Duration.ofSeconds(5), minute, minute.multipliedBy(5));
        return new Node(
                new ResponseCache(terms, changes, far, ModelledGitHub.carefreePacer(), github, github.clock()),
                changes);
    }

    @BeforeEach
    void longAfterTheStart() {
        github.advance(Duration.ofMinutes(1));
    }

    private static Mono<ApiAnswer> asked(Node node, String person, String path) {
        return asked(node, person, path, new HttpHeaders());
    }

    private static Mono<ApiAnswer> asked(Node node, String person, String path, HttpHeaders headers) {
        headers.set(HttpHeaders.ACCEPT, "application/vnd.github+json");
        return node.cache()
                .call(new ApiRequest(
                        new Principal.OfPerson(new PersonId("github", person)),
                        "app",
                        HttpMethod.GET,
                        new Target(Target.Api.REST, path, null),
                        headers,
                        RequestBody.NONE,
                        Kind.REST,
                        Duration.ofSeconds(10),
                        Validators.NONE));
    }

    private static ApiAnswer read(Node node, String person, String path) {
        ApiAnswer answer = asked(node, person, path).block();
        assertThat(answer).isNotNull();
        return answer;
    }

    private static String body(ApiAnswer answer) {
        return new String(((ApiAnswer.Bytes) answer.body()).bytes(), UTF_8);
    }

    private static String status(ApiAnswer answer) {
        return String.valueOf(answer.headers().getFirst("Cache-Status"));
    }

    @Test
    void givesWhatAnotherNodeWasJustToldForTheSamePersonWithoutAsking() {
        String body = body(read(first, "1", REPO));

        ApiAnswer there = read(second, "1", REPO);

        assertThat(body(there)).isEqualTo(body);
        assertThat(status(there)).contains("hit").contains("detail=FAR");
        assertThat(github.calls()).isOne();
    }

    @Test
    void hasConfirmedAtNoCostWhatAnotherNodeKeptForLonger() {
        read(first, "1", "/user");
        github.advance(Duration.ofMinutes(2));

        ApiAnswer there = read(second, "1", "/user");

        assertThat(there.headers().getFirst("X-Latchkey-Cache")).isEqualTo("revalidated");
        assertThat(github.calls()).isEqualTo(2);
        assertThat(github.spent()).isOne();
    }

    @Test
    void hasConfirmedAtNoCostWhatWasKeptBeforeARestart() {
        read(first, "1", REPO);
        first = node(KEYS, 1 << 20);

        read(first, "1", REPO);

        assertThat(github.calls())
                .as("what has happened meanwhile is not known")
                .isEqualTo(2);
        assertThat(github.spent()).isOne();
    }

    @Test
    void asksAgainAfterAChangeThatAnyNodeWasToldOf() {
        read(first, "1", REPO + "/issues");
        github.change(REPO + "/issues");
        first.changes().below(Changes.EVERYBODY, REPO).block();

        assertThat(body(read(second, "1", REPO + "/issues"))).contains("\"v\":1");
    }

    @Test
    void asksAgainForWhatItsOwnerHasWrittenToThroughAnotherNode() {
        read(first, "1", REPO + "/issues");
        github.change(REPO + "/issues");
        first.changes().written("github:1", Set.of(REPO + "/issues")).block();

        assertThat(body(read(second, "1", REPO + "/issues"))).contains("\"v\":1");
    }

    @Test
    void givesOthersWhatGitHubSaysIsTheirsAtNoCostOnEachNode() {
        read(first, "1", REPO);

        ApiAnswer there = read(second, "2", REPO);

        assertThat(status(there)).contains("SHARED");
        assertThat(github.spent()).isOne();
    }

    @Test
    void givesNobodyWhatGitHubDoesNotGiveThem() {
        read(first, "1", REPO);
        github.permit("2", REPO, false);

        assertThat(read(second, "2", REPO).status()).isEqualTo(404);
    }

    @Test
    void givesOnNoNodeWhatGitHubRefusesThatPersonNow() {
        for (int status : List.of(401, 403, 451)) {
            github.refuse("1", 0);
            read(first, "1", REPO);
            read(second, "1", REPO);
            github.refuse("1", status);
            HttpHeaders anew = new HttpHeaders();
            anew.setCacheControl("no-cache");
            assertThat(asked(first, "1", REPO, anew).block().status()).isEqualTo(status);

            assertThat(read(first, "1", REPO).status()).isEqualTo(status);
            assertThat(read(second, "1", REPO).status()).isEqualTo(status);
            assertThat(read(node(KEYS, 1 << 20), "1", REPO).status()).isEqualTo(status);
        }
    }

    @Test
    void givesOnNoNodeWhatIsInARepositoryThatIsNotThereForThatPersonAnyMore() {
        read(first, "1", REPO + "/issues");
        read(second, "1", REPO + "/issues");
        read(second, "1", REPO);
        github.permit("1", REPO, false);
        HttpHeaders anew = new HttpHeaders();
        anew.setCacheControl("no-cache");
        assertThat(asked(second, "1", REPO, anew).block().status()).isEqualTo(404);

        assertThat(read(first, "1", REPO + "/issues").status()).isEqualTo(404);
        assertThat(read(second, "1", REPO + "/issues").status()).isEqualTo(404);
    }

    @Test
    void offersNobodyWhatIsAboutWhoAsked() {
        read(first, "1", "/user");

        assertThat(body(read(second, "2", "/user"))).contains("\"for\":2");
        assertThat(shared.records().keySet()).noneMatch(key -> key.startsWith("github-common"));
    }

    @Test
    void believesOnAllNodesThatSomethingIsNotThere() {
        github.permit("1", REPO, false);
        read(first, "1", REPO);

        assertThat(read(second, "1", REPO).status()).isEqualTo(404);
        assertThat(github.spent()).isOne();
    }

    @Test
    void asksSeldomOnWhicheverNodeForWhatIsInARepositoryThatHasLongNotBeenThere() {
        github.permit("1", REPO, false);
        List<Node> nodes = List.of(first, second);
        for (int round = 0; round < 24 * 120; round++) {
            Node node = nodes.get(Math.floorMod(round * 31 / 7, 2));
            read(node, "1", REPO + "/pulls");
            read(node, "1", REPO + "/actions/runs");
            if (round % 10 == 0) {
                first.changes().within(REPO).block();
            }
            github.advance(Duration.ofSeconds(30));
        }
        int forTheRepository = 24 * 60;
        assertThat(github.spent() - forTheRepository).isLessThan(100);
    }

    @Test
    void confirmsAtNoCostWhatOnesOwnVersionBecameWhenAnothersChanged() {
        read(first, "1", "/orgs/a");
        read(second, "2", "/orgs/a");
        github.change("/orgs/a");
        github.advance(Duration.ofMinutes(2));
        read(first, "1", "/orgs/a");
        int spent = github.spent();

        ApiAnswer there = read(second, "2", "/orgs/a");

        assertThat(body(there)).contains("\"v\":1").contains("\"for\":2");
        assertThat(github.spent()).isEqualTo(spent);
    }

    @Test
    void tellsWhoeverKeepsTheStoreNeitherWhatWasReadNorByWhom() {
        read(first, "1", REPO);

        assertThat(shared.records()).hasSize(3);
        shared.records().forEach((key, value) -> {
            assertThat(key).matches("github-(answer|common|body):[A-Za-z0-9_-]{26}");
            assertThat(new String(value, ISO_8859_1)).doesNotContain("repos").doesNotContain("path");
        });
    }

    @Test
    void findsNothingThatWasSealedWithAnotherKey() {
        read(first, "1", REPO);
        Node stranger = node(ring("IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"), 1 << 20);

        read(stranger, "1", REPO);

        assertThat(github.spent()).isEqualTo(2);
    }

    @Test
    void takesARecordThatSomebodyTamperedWithForNone() {
        read(first, "1", REPO);
        shared.records().replaceAll((key, value) -> {
            byte[] other = value.clone();
            other[other.length - 1] ^= 1;
            return other;
        });

        assertThat(body(read(second, "1", REPO))).contains(REPO);
        assertThat(github.spent()).isEqualTo(2);
    }

    @Test
    void readsOnFromTheStoreAfterABodyThatSomebodyTamperedWith() {
        read(first, "1", REPO);
        read(first, "1", "/user");
        Set<String> bodies = Set.copyOf(shared.records().keySet());
        bodies.stream()
                .filter(key -> key.startsWith("github-body"))
                .forEach(key -> shared.records().put(key, new byte[] {1}));
        assertThat(body(read(second, "1", REPO))).contains(REPO);
        read(first, "1", "/orgs/a");

        assertThat(status(read(second, "1", "/orgs/a"))).contains("detail=FAR");
    }

    @Test
    void answersAsUsualWhileTheStoreIsAway() {
        shared.setAway(true);

        assertThat(body(read(first, "1", REPO))).contains(REPO);
        assertThat(body(read(second, "1", REPO))).contains(REPO);
    }

    @Test
    void waitsForASilentStoreForAMomentAndThenNotAtAll() {
        shared.setSilent(true);
        AtomicReference<ApiAnswer> waiting = new AtomicReference<>();
        asked(first, "1", REPO).subscribe(waiting::set);
        assertThat(waiting).hasNullValue();

        timers.advanceTimeBy(Duration.ofMillis(250));

        assertThat(waiting).doesNotHaveNullValue();
        assertThat(read(first, "2", REPO).status()).isEqualTo(200);
    }

    @Test
    void readsNothingFromTheStoreWhileWhatIsAtHandIsFresh() {
        read(first, "1", REPO);
        int reads = shared.reads();

        read(first, "1", REPO);

        assertThat(shared.reads()).isEqualTo(reads);
    }

    @Test
    void writesABodyOnceHoweverOftenItIsConfirmed() {
        read(first, "1", REPO);
        List<byte[]> before = List.copyOf(shared.records().values());
        github.advance(Duration.ofMinutes(2));

        read(first, "1", REPO);
        read(first, "2", REPO);

        assertThat(shared.records()).hasSize(4);
        assertThat(shared.records().values()).containsAll(before);
    }

    @Test
    void deletesTheLeastUsedOfWhatWouldBeMoreThanItMayKeep() {
        Node small = node(KEYS, 4_000);
        for (int i = 0; i < 50; i++) {
            github.change(REPO);
            github.advance(Duration.ofMinutes(2));
            read(small, "1", REPO);
        }

        int bytes = shared.records().values().stream()
                .mapToInt(value -> value.length)
                .sum();
        assertThat(bytes).isLessThan(8_000);
        assertThat(shared.records()).isNotEmpty();
    }
}
