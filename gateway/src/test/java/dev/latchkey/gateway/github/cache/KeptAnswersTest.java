package dev.latchkey.gateway.github.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.github.api.ApiRequest;
import dev.latchkey.gateway.github.api.Principal;
import dev.latchkey.gateway.github.api.RequestBody;
import dev.latchkey.gateway.github.api.Target;
import dev.latchkey.gateway.github.api.Validators;
import dev.latchkey.gateway.github.pace.Call;
import dev.latchkey.gateway.github.pace.Kind;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.QuotaView;
import dev.latchkey.gateway.github.pace.Slot;
import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.ProviderEvent;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.testing.TestClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is kept, for how long and up to how much. The calls that reach GitHub are the witness. */
class KeptAnswersTest {

    private static final String REPO = "/repos/a/b";
    private static final int SIZE = 1 << 20;

    private final TestClock clock = TestClock.now();
    private final List<String> calls = new ArrayList<>();
    private final Changes changes = new Changes(ModelledGitHub.deafStore(), clock);
    private boolean quotaIsLow;
    private Function<ApiRequest, Mono<ApiAnswer>> github = request -> Mono.just(found("{}"));

    private final Pacer pacer = new Pacer() {
        @Override
        public Mono<Slot> enter(Call call) {
            throw new UnsupportedOperationException();
        }

        @Override
        public @Nullable QuotaView quota(String payer, String resource) {
            return quotaIsLow && payer.startsWith("installation:7")
                    ? new QuotaView(5_000, 5, 4_995, clock.instant().plusSeconds(600), resource)
                    : null;
        }
    };

    private final ResponseCache cache = new ResponseCache(
            new ResponseCache.Terms(
                    SIZE,
                    64 * 1024,
                    Duration.ofHours(1),
                    Duration.ofMinutes(10),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(5)),
            changes,
            Far.NONE,
            pacer,
            request -> Mono.defer(() -> {
                calls.add(request.method() + " " + request.target().path());
                return github.apply(request);
            }),
            clock);

    private static ApiAnswer answer(int status, String body, String... headers) {
        HttpHeaders all = new HttpHeaders();
        for (int i = 0; i < headers.length; i += 2) {
            all.add(headers[i], headers[i + 1]);
        }
        return new ApiAnswer(
                status, all, new ApiAnswer.Bytes(body.getBytes(UTF_8)), new ApiAnswer.Authorization("Bearer x"), false);
    }

    private static ApiAnswer found(String body, String... headers) {
        ApiAnswer answer = answer(200, body, headers);
        answer.headers().set(HttpHeaders.ETAG, "\"one\"");
        if (!answer.headers().containsHeader(HttpHeaders.CACHE_CONTROL)) {
            answer.headers().set(HttpHeaders.CACHE_CONTROL, "private, max-age=60");
        }
        return answer;
    }

    private static Principal person(String id) {
        return new Principal.OfPerson(new PersonId("github", id));
    }

    private static ApiRequest request(HttpMethod method, Principal principal, String path, String... headers) {
        HttpHeaders all = new HttpHeaders();
        all.set(HttpHeaders.ACCEPT, "application/vnd.github+json");
        for (int i = 0; i < headers.length; i += 2) {
            all.set(headers[i], headers[i + 1]);
        }
        return new ApiRequest(
                principal,
                "app",
                method,
                new Target(Target.Api.REST, path, null),
                all,
                RequestBody.NONE,
                Kind.REST,
                Duration.ofSeconds(10),
                Validators.NONE);
    }

    private ApiAnswer read(Principal principal, String path, String... headers) {
        ApiAnswer answer =
                cache.call(request(HttpMethod.GET, principal, path, headers)).block();
        assertThat(answer).isNotNull();
        return answer;
    }

    private ApiAnswer read(String path, String... headers) {
        return read(person("1"), path, headers);
    }

    private Mono<ApiAnswer> written(HttpMethod method, String path) {
        return cache.call(request(method, person("1"), path));
    }

    private static String outcome(ApiAnswer answer) {
        return String.valueOf(answer.headers().getFirst("X-Latchkey-Cache"));
    }

    private static String status(ApiAnswer answer) {
        return String.valueOf(answer.headers().getFirst("Cache-Status"));
    }

    // What is not there

    @Test
    void asksForAPartOfWhatHasLongNotBeenThereMoreAndMoreSeldom() {
        github = request -> Mono.just(answer(404, "{}"));
        String part = REPO + "/issues";
        List<Long> apart = new ArrayList<>();
        long last = clock.millis();
        for (int minute = 0; minute < 60 * 24; minute++) {
            calls.clear();
            assertThat(read(part).status()).isEqualTo(404);
            changes.within(REPO).block();
            if (calls.contains("GET " + part)) {
                apart.add((clock.millis() - last) / 60_000);
                last = clock.millis();
            }
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(apart).hasSizeBetween(15, 45);
        assertThat(apart.get(1)).isBetween(15L, 20L);
        assertThat(apart.get(apart.size() - 1)).isBetween(100L, 240L);
    }

    @Test
    void looksWhetherTheWholeIsStillThereBeforeItAsksForAPartThatIsNot() {
        github = request -> Mono.just(found("{}"));
        read(REPO);
        github = request -> Mono.just(answer(404, "{}"));
        String part = REPO + "/issues";
        calls.clear();
        for (int minute = 0; minute < 60 * 24; minute++) {
            assertThat(read(part).status()).isEqualTo(404);
            changes.within(REPO).block();
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(calls.stream().filter(("GET " + part)::equals)).hasSizeLessThan(45);
    }

    @Test
    void asksForAPartAgainAsSoonAsTheWholeIsThere() {
        github = request -> Mono.just(answer(404, "{}"));
        for (int minute = 0; minute < 60 * 24; minute++) {
            read(REPO + "/issues");
            clock.advance(Duration.ofMinutes(1));
        }
        github = request -> Mono.just(found("[]"));
        clock.advance(Duration.ofMinutes(15));
        assertThat(read(REPO + "/issues").status()).isEqualTo(200);
    }

    // Own writes

    @Test
    void showsTheWriterWhatTheyMadeUnderItsOtherAddress() {
        github = request -> Mono.just(answer(404, "{}"));
        assertThat(read(REPO + "/git/ref/heads/new").status()).isEqualTo(404);
        github = request -> Mono.just(found("{}", HttpHeaders.LOCATION, REPO + "/git/refs/heads/new"));
        written(HttpMethod.POST, REPO + "/git/refs").block();

        assertThat(read(REPO + "/git/ref/heads/new").status()).isEqualTo(200);
        assertThat(outcome(read(REPO + "/git/ref/heads/new"))).isEqualTo("hit");
    }

    @Test
    void showsTheWriterARepositoryUnderItsNewNameAndWhatTheyWereLetInto() {
        for (String path :
                List.of(REPO, "/user/repository_invitations/5", REPO + "/transfer", "/orgs/a/memberships/b")) {
            github = request -> Mono.just(answer(404, "{}"));
            assertThat(read("/repos/a/new").status()).isEqualTo(404);
            github = request -> Mono.just(found("{}"));
            written(HttpMethod.PATCH, path).block();

            assertThat(read("/repos/a/new").status()).as(path).isEqualTo(200);
            changes.below(Changes.EVERYBODY, "").block();
        }
    }

    @Test
    void showsOthersARepositoryThatItsOwnerHasLetThemSee() {
        for (String path : List.of(REPO, "/repos/A/B/collaborators/bob", REPO + "/transfer")) {
            github = request -> Mono.just(answer(404, "{}"));
            assertThat(read(person("2"), REPO).status()).isEqualTo(404);
            assertThat(read(person("2"), REPO + "/issues").status()).isEqualTo(404);
            github = request -> Mono.just(found("[]"));
            written(HttpMethod.PUT, path).block();

            assertThat(read(person("2"), REPO).status()).as(path).isEqualTo(200);
            assertThat(read(person("2"), REPO + "/issues").status()).as(path).isEqualTo(200);
            changes.below(Changes.EVERYBODY, "").block();
        }
    }

    @Test
    void leavesAloneWhatAWriteElsewhereDoesNotTouch() {
        read("/repos/a/other");
        read(person("2"), REPO);
        written(HttpMethod.PATCH, REPO + "/issues/1").block();

        assertThat(outcome(read("/repos/a/other"))).isEqualTo("hit");
        assertThat(outcome(read(person("2"), REPO))).isEqualTo("hit");
    }

    @Test
    void believesNothingOldAfterAWriteOfWhichNobodyHeardWhatBecameOfIt() {
        for (ProblemCode code : List.of(ProblemCode.GITHUB_TIMEOUT, ProblemCode.GITHUB_BROKEN)) {
            github = request -> Mono.just(found("{}"));
            read(REPO);
            github = request -> Mono.error(Problem.of(code));
            assertThatThrownBy(
                            () -> written(HttpMethod.PATCH, REPO + "/issues/1").block())
                    .isInstanceOf(Problem.class);
            github = request -> Mono.just(found("{\"new\":1}"));

            assertThat(outcome(read(REPO))).as(code.name()).isNotEqualTo("hit");
        }
    }

    @Test
    void believesNothingOldAfterAWriteWhoseClientDidNotWait() {
        read(REPO);
        github = request -> Mono.never();
        Disposable leaving = written(HttpMethod.PATCH, REPO + "/issues/1").subscribe();
        leaving.dispose();
        github = request -> Mono.just(found("{\"new\":1}"));

        assertThat(outcome(read(REPO))).isNotEqualTo("hit");
    }

    // Webhooks

    @Test
    void believesNothingOldOfAnOrganizationsRepositoriesOnceATeamOfItIsNoMore() {
        JsonNode payload =
                JsonMapper.shared().readTree("{\"organization\":{\"login\":\"A\"},\"team\":{\"slug\":\"t\"}}");
        read(REPO);
        read("/repos/other/b");

        new ChangeEvents(changes)
                .heard(new ProviderEvent("team", "deleted", payload))
                .block();
        read(REPO);
        read("/repos/other/b");

        assertThat(calls).containsExactly("GET " + REPO, "GET /repos/other/b", "GET " + REPO);
    }

    // What may be old

    @Test
    void sparesAQuotaThatRunsLowAndNotAClientThatWantsNothingOld() {
        Principal robot = new Principal.OfInstallation(new RepositoryName("a", "b"), 7);
        read(robot, REPO);
        clock.advance(Duration.ofMinutes(2));
        quotaIsLow = true;
        github = request -> Mono.error(Problem.of(ProblemCode.GITHUB_BUSY));
        assertThat(status(read(robot, REPO))).contains("STALE_WHILE_QUOTA_LOW");

        github = request -> Mono.just(found("{\"new\":1}"));
        for (String terms : List.of("max-age=0", "max-age=60", "min-fresh=5", "no-cache")) {
            clock.advance(Duration.ofMinutes(2));
            assertThat(outcome(read(robot, REPO, HttpHeaders.CACHE_CONTROL, terms)))
                    .as(terms)
                    .isNotEqualTo("stale");
        }
    }

    @Test
    void givesNothingOldInAnOutageThatGitHubWantsConfirmedEachTime() {
        for (String terms : List.of("no-cache", "private, max-age=60, must-revalidate")) {
            String path = "/search/issues/" + terms.length();
            github = request -> Mono.just(found("{}", HttpHeaders.CACHE_CONTROL, terms));
            read(path);
            clock.advance(Duration.ofMinutes(2));
            github = request -> Mono.error(Problem.of(ProblemCode.GITHUB_UNREACHABLE));

            assertThatThrownBy(() -> read(path)).as(terms).isInstanceOf(Problem.class);
        }
    }

    @Test
    void keepsNothingThatDependsOnMoreThanTheRequestTells() {
        github = request -> Mono.just(found("{}", HttpHeaders.VARY, "Accept, *"));
        read(REPO);

        assertThat(outcome(read(REPO))).isEqualTo("miss");
    }

    @Test
    void keepsNotWhatWasConfirmedUnderAnotherAddress() {
        read(REPO);
        clock.advance(Duration.ofMinutes(2));
        github = request ->
                Mono.just(answer(304, "", HttpHeaders.ETAG, "\"one\"", HttpHeaders.CACHE_CONTROL, "max-age=60")
                        .afterRedirect());
        assertThat(outcome(read(REPO))).isEqualTo("revalidated");

        assertThat(outcome(read(REPO))).isEqualTo("revalidated");
        assertThat(calls).hasSize(3);
    }

    // Up to how much

    @Test
    void countsWhatClientsChooseAsPartOfWhatIsKept() {
        for (String header : List.of("Time-Zone", "X-GitHub-Api-Version")) {
            int kept = 0;
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 1_000; i++) {
                    String outcome = outcome(read(REPO, header, "x".repeat(8_000) + i));
                    kept += round == 1 && outcome.equals("hit") ? 1 : 0;
                }
            }
            assertThat(kept * 8_000).as(header).isLessThan(SIZE);
        }
    }
}
