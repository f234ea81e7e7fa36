package dev.latchkey.gateway.actions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.StubActions;
import dev.latchkey.gateway.testing.TestClock;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

class ActionsTokensTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String AUDIENCE = "https://gateway.example.com";

    private final TestClock clock = TestClock.now();
    private final GitHubStub github = GitHubStub.start(clock);
    private final StubActions actions = github.actions();

    @TempDir
    private Path folder;

    private EmbeddedStore store;
    private ActionsTokens tokens;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(folder, clock);
        tokens = tokens();
    }

    private ActionsTokens tokens() {
        IssuerKeys keys = new IssuerKeys(URI.create(actions.keysUrl()), clock);
        return new ActionsTokens(actions.issuer(), AUDIENCE, keys, store, clock);
    }

    @AfterEach
    void close() {
        store.close();
        github.close();
    }

    private StubActions.Job job() {
        return actions.job("acme/wiki").audience(AUDIENCE);
    }

    private ActionsJob redeemed(StubActions.Job job) {
        return tokens.redeem(job.token()).block(PATIENCE);
    }

    private void refuses(StubActions.Job job, String why) {
        refuses(job.token(), why);
    }

    private void refuses(String token, String why) {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> tokens.redeem(token).block(PATIENCE))
                .satisfies(problem -> assertThat(problem.code()).isEqualTo(ProblemCode.ACTIONS_TOKEN_REFUSED))
                .withMessageContaining(why)
                .satisfies(problem -> assertThat(problem.getMessage()).doesNotContain("eyJ", "xxx"));
    }

    private int keyFetches() {
        return github.calls().to("GET", "/_services/token/.well-known/jwks").count();
    }

    @Test
    void knowsTheJobOfAGoodToken() {
        ActionsJob job = redeemed(job().claim("environment", "prod"));
        assertThat(job.repository()).isEqualTo("acme/wiki");
        assertThat(job.repositoryId()).isNotBlank();
        assertThat(job.ownerId()).isNotBlank();
        assertThat(job.ref()).isEqualTo("refs/heads/main");
        assertThat(job.environment()).isEqualTo("prod");
        assertThat(job.event()).isEqualTo("push");
        assertThat(job.actor()).isEqualTo("octocat");
        assertThat(job.expiresAt()).isEqualTo(clock.instant().plusSeconds(300));
    }

    @Test
    void refusesOtherIssuersAndAudiencesBeforeItLooksForAKey() {
        refuses(job().claim("iss", "https://token.actions.githubusercontent.com"), "another issuer");
        refuses(job().claim("iss", actions.issuer() + "/"), "another issuer");
        refuses(job().claim("iss", null), "another issuer");
        refuses(job().audience("https://github.com/acme"), "another audience");
        refuses(job().audience(AUDIENCE + "/"), "another audience");
        refuses(job().claim("aud", null), "another audience");
        refuses(job().claim("aud", List.of(AUDIENCE, "https://elsewhere.example")), "another audience");
        assertThat(keyFetches()).isZero();
    }

    @Test
    void takesTimesWithAMinuteOfLeeway() {
        long now = clock.instant().getEpochSecond();
        refuses(job().claim("exp", now - 60), "expired");
        redeemed(job().claim("exp", now - 59));
        refuses(job().claim("exp", null), "expired");
        refuses(job().claim("nbf", now + 61), "not valid yet");
        refuses(job().claim("iat", now + 61), "not valid yet");
        redeemed(job().claim("nbf", now + 60).claim("iat", now + 60));
    }

    @Test
    void takesEachTokenOnceOnAllNodes() {
        String token = job().token();
        assertThat(tokens.redeem(token).block(PATIENCE)).isNotNull();
        refuses(token, "used before");
        ActionsTokens otherNode = tokens();
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> otherNode.redeem(token).block(PATIENCE))
                .withMessageContaining("used before");
        clock.advance(Duration.ofSeconds(359));
        refuses(token, "used before");
        clock.advance(Duration.ofSeconds(1));
        refuses(token, "expired");
        refuses(job().claim("jti", null), "no id");
    }

    @Test
    void takesOneOfManyWhoBringTheSameToken() {
        String token = job().token();
        long taken = Flux.fromStream(IntStream.range(0, 30).boxed())
                .flatMap(i -> tokens.redeem(token).map(job -> 1L).onErrorReturn(Problem.class, 0L))
                .reduce(0L, Long::sum)
                .block(PATIENCE);
        assertThat(taken).isEqualTo(1);
        assertThat(keyFetches()).isEqualTo(1);
    }

    @Test
    void doesNotSpendATokenThatIsRefused() {
        StubActions.Job job = job();
        String good = job.token();
        refuses(job.forged(), "signature is wrong");
        assertThat(tokens.redeem(good).block(PATIENCE)).isNotNull();
    }

    @Test
    void refusesForgeriesOfEveryKind() throws JoseException {
        refuses(job().forged(), "signature is wrong");
        refuses(job().keyId(null), "does not name its key");
        refuses("nonsense", "no signed JWT");
        refuses("", "no signed JWT");
        refuses("a.b.c", "no signed JWT");
        refuses("x".repeat(20_000), "too long");

        String token = job().token();
        String[] parts = token.split("\\.");
        String none = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"alg\":\"none\",\"kid\":\"key-1\"}".getBytes(UTF_8));
        refuses(none + "." + parts[1] + ".", "no signed JWT");
        refuses(none + "." + parts[1] + "." + parts[2], "no signed JWT");
        refuses(parts[0] + "." + parts[1] + ".", "");
        String other = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8)
                        .replace("acme/wiki", "evil/wiki")
                        .getBytes(UTF_8));
        refuses(parts[0] + "." + other + "." + parts[2], "signature is wrong");

        JsonWebSignature hmac = new JsonWebSignature();
        hmac.setPayload(new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8));
        hmac.setAlgorithmHeaderValue("HS256");
        hmac.setKeyIdHeaderValue("key-1");
        hmac.setKey(new HmacKey(new byte[64]));
        refuses(hmac.getCompactSerialization(), "not signed with RS256");
    }

    @Test
    void takesUpANewKeyAndKeepsTheOldOneAsLongAsItIsPublished() {
        String before = job().token();
        redeemed(job());
        actions.rotate();
        clock.advance(Duration.ofSeconds(60));
        redeemed(job());
        assertThat(tokens.redeem(before).block(PATIENCE)).isNotNull();
        assertThat(keyFetches()).isEqualTo(2);

        actions.forgetOldKeys();
        clock.advance(Duration.ofHours(1));
        redeemed(job());
        assertThat(keyFetches()).isEqualTo(3);
        refuses(job().keyId("key-1"), "key that the issuer does not have");
    }

    @Test
    void asksForUnknownKeysOnceAMinuteAtMost() {
        redeemed(job());
        for (int i = 0; i < 20; i++) {
            refuses(job().keyId("unknown-" + i), "key that the issuer does not have");
        }
        assertThat(keyFetches()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(60));
        for (int i = 0; i < 20; i++) {
            refuses(job().keyId("unknown-" + i), "key that the issuer does not have");
        }
        assertThat(keyFetches()).isEqualTo(2);
    }

    @Test
    void keepsItsKeysWhileTheIssuerIsDown() {
        redeemed(job());
        clock.advance(Duration.ofHours(2));
        for (Fault fault :
                List.of(Fault.status(500), Fault.reset(), Fault.body(200, "{}"), Fault.body(200, "{\"keys\":[]}"))) {
            github.actionsKeys().next(fault);
            redeemed(job());
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(keyFetches()).isEqualTo(5);
    }

    @Test
    void saysSoWhenItHasNoKeysAtAll() {
        github.actionsKeys().next(Fault.status(503));
        String token = job().token();
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(Problem.class)
                    .isThrownBy(() -> tokens.redeem(token).block(PATIENCE))
                    .satisfies(problem -> assertThat(problem.code()).isEqualTo(ProblemCode.ACTIONS_KEYS_UNAVAILABLE));
        }
        assertThat(keyFetches()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(5));
        assertThat(tokens.redeem(token).block(PATIENCE)).isNotNull();
    }

    @Test
    void readsTheRepositoryFromEitherFormOfTheSubjectWhereNothingElseTells() {
        ActionsJob old = redeemed(
                job().claim("repository", null).claim("repository_id", null).claim("repository_owner_id", null));
        assertThat(old.repository()).isEqualTo("acme/wiki");
        assertThat(old.repositoryId()).isNull();

        StubActions.Job immutable = job().immutableSubject();
        ActionsJob fresh = redeemed(
                immutable.claim("repository", null).claim("repository_id", null).claim("repository_owner_id", null));
        assertThat(fresh.repository()).isEqualTo("acme/wiki");
        assertThat(Set.of(String.valueOf(fresh.repositoryId()), String.valueOf(fresh.ownerId())))
                .allMatch(number -> number.matches("[0-9]+"));

        refuses(job().claim("repository", null).claim("sub", "job:of:nobody"), "names no repository");
    }

    @Test
    void oneRuleByNumbersAdmitsBothFormsOfTheSubject() {
        ActionsJob old = redeemed(job());
        ActionsJob fresh = redeemed(job().immutableSubject());
        ActionsRule rule =
                ActionsRule.parse("acme@" + old.ownerId() + "/wiki@" + old.repositoryId() + "@refs/heads/main");
        assertThat(rule.matches(old)).isTrue();
        assertThat(rule.matches(fresh)).isTrue();
        assertThat(rule.matches(redeemed(job().claim("repository_id", "1")))).isFalse();
        assertThat(rule.matches(redeemed(job().claim("repository_owner_id", "1"))))
                .isFalse();
    }

    @Test
    void tellsItsTokensFromOtherBearerTokens() {
        assertThat(tokens.claimsToBeOne(job().token())).isTrue();
        assertThat(tokens.claimsToBeOne(
                        job().claim("iss", "https://gateway.example.com").token()))
                .isFalse();
        assertThat(tokens.claimsToBeOne("ghs_" + "x".repeat(36))).isFalse();
        assertThat(tokens.claimsToBeOne("")).isFalse();
    }
}
