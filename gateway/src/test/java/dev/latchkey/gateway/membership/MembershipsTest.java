package dev.latchkey.gateway.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.StubPerson;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.testing.Webhook;
import dev.latchkey.gateway.vault.TokenVault;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.json.JsonMapper;

/** What GitHub's word is worth, and when it is asked. Each test has a person of its own. */
class MembershipsTest {

    private static final Claim ACME = new Claim.Organization("acme");
    private static final Claim ENG = new Claim.Team("acme", "eng");

    private static TestClock clock;
    private static GitHubStub github;
    private static TestGateway gateway;
    private static Memberships memberships;
    private static int people;

    private StubPerson person;
    private PersonId id;

    @BeforeAll
    static void start() {
        clock = TestClock.now();
        github = GitHubStub.start(clock);
        gateway = TestGateway.signingInAt(github)
                .clock(clock)
                .app("http://127.0.0.1:1")
                .start();
        memberships = gateway.bean(Memberships.class);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        github.close();
    }

    @BeforeEach
    void somebodyNew() {
        person = github.person("person-" + people++);
        id = new PersonId("github", Long.toString(person.id()));
        giveToken("read:user", "read:org", "repo");
        github.endpoint("/api/v3/").heal();
        github.forgetCalls();
    }

    private void giveToken(String... scopes) {
        String token = github.tokenFor(person.login(), scopes).value();
        ProviderToken kept = new ProviderToken(new AccessToken(Secret.of(token)), null, null, null, Set.of(scopes));
        gateway.bean(TokenVault.class)
                .keep(id, kept, clock.instant().plus(Duration.ofDays(7)))
                .block();
    }

    // What is true

    @Test
    void knowsOrganisationsWithoutCase() {
        person.orgs("Acme");
        assertThat(ask(new Claim.Organization("aCME"))).isEqualTo(new Standing.Holds());
        assertThat(ask(new Claim.Organization("other"))).isEqualTo(new Standing.HoldsNot());
    }

    @Test
    void doesNotTakeAnInvitationForAMembership() {
        person.org("acme", "member", "pending");
        assertThat(ask(ACME)).isEqualTo(new Standing.HoldsNot());
    }

    @Test
    void findsTheOrganisationOnTheThirdPage() {
        person.orgs(
                IntStream.range(0, 250).mapToObj(i -> "org-%03d".formatted(i)).toArray(String[]::new));
        assertThat(ask(new Claim.Organization("org-249"))).isEqualTo(new Standing.Holds());
        assertThat(calls()).isEqualTo(3);
    }

    @Test
    void countsMembersOfATeamForAllTeamsAboveIt() {
        person.teams("acme/eng/core/kernel");
        assertThat(ask(new Claim.Team("ACME", "Kernel"))).isEqualTo(new Standing.Holds());
        assertThat(ask(new Claim.Team("acme", "core"))).isEqualTo(new Standing.Holds());
        assertThat(ask(ENG)).isEqualTo(new Standing.Holds());
        assertThat(ask(new Claim.Team("acme", "ops"))).isEqualTo(new Standing.HoldsNot());
        assertThat(ask(new Claim.Team("other", "eng"))).isEqualTo(new Standing.HoldsNot());
    }

    @ParameterizedTest
    @CsvSource({
        "pull, PULL, true", "pull, TRIAGE, false", "triage, TRIAGE, true", "triage, PUSH, false",
        "push, PUSH, true", "push, MAINTAIN, false", "maintain, PUSH, true", "maintain, ADMIN, false",
        "admin, MAINTAIN, true", "admin, ADMIN, true"
    })
    void ordersPermissions(String has, Permission asked, boolean enough) {
        person.repository("acme/wiki", has);
        assertThat(ask(new Claim.Repository("acme", "wiki", asked)))
                .isEqualTo(enough ? new Standing.Holds() : new Standing.HoldsNot());
    }

    @Test
    void takesAnUnseenRepositoryForNone() {
        assertThat(ask(new Claim.Repository("acme", "secret", Permission.PULL))).isEqualTo(new Standing.HoldsNot());
    }

    // What it costs

    @Test
    void asksOnceForAllWhoWait() {
        person.orgs("acme");
        github.endpoint("/api/v3/user/memberships/orgs").next(Fault.slow(Duration.ofMillis(300)));
        List<Standing> standings = Flux.range(0, 50)
                .flatMap(i -> memberships.ask(id, ACME), 50)
                .collectList()
                .block();
        assertThat(standings).hasSize(50).containsOnly(new Standing.Holds());
        assertThat(calls()).isEqualTo(1);
    }

    @Test
    void believesForTenMinutesAndThenAsksBesideTheRequestAtNoCost() {
        person.orgs("acme");
        ask(ACME);
        clock.advance(Duration.ofMinutes(9));
        assertThat(memberships.near(id, ACME)).isEqualTo(new Standing.Holds());
        assertThat(calls()).isEqualTo(1);

        clock.advance(Duration.ofMinutes(2));
        assertThat(memberships.near(id, ACME)).isEqualTo(new Standing.Holds());
        await(() -> calls() == 2);
        assertThat(github.calls().last().header("If-None-Match")).isNotNull();
        assertThat(quotaUsed()).isEqualTo(1);
    }

    @Test
    void seesThatAMembershipHasEndedWithoutBeingTold() {
        person.orgs("acme");
        ask(ACME);
        person.leaves("acme");
        clock.advance(Duration.ofMinutes(11));
        memberships.near(id, ACME);
        await(() -> new Standing.HoldsNot().equals(ask(ACME)));
    }

    @Test
    void waitsForGitHubWhenTheAnswerIsOld() {
        person.orgs("acme");
        ask(ACME);
        person.leaves("acme");
        clock.advance(Duration.ofMinutes(30));
        assertThat(memberships.near(id, ACME)).isNull();
        assertThat(ask(ACME)).isEqualTo(new Standing.HoldsNot());
    }

    @Test
    void looksForTheSuccessorOfALastPageThatWasFull() {
        person.orgs(
                IntStream.range(0, 100).mapToObj(i -> "org-%03d".formatted(i)).toArray(String[]::new));
        ask(new Claim.Organization("org-000"));
        person.orgs("org-100");
        clock.advance(Duration.ofMinutes(30));
        assertThat(ask(new Claim.Organization("org-100"))).isEqualTo(new Standing.Holds());
        assertThat(github.calls().under("/api/v3/user/memberships/orgs/").count())
                .isZero();
    }

    // What is no "no"

    @ParameterizedTest
    @ValueSource(strings = {"limit", "secondary", "outage", "reset", "garbage", "unauthorized", "page"})
    void servesTheLastKnownAnswerForAnHourAndThenNone(String kind) {
        person.orgs("acme");
        ask(ACME);
        github.endpoint("/api/v3/").always(fault(kind));
        clock.advance(Duration.ofMinutes(40));
        assertThat(ask(ACME)).isEqualTo(new Standing.Holds());
        assertThat(memberships.near(id, ACME)).isEqualTo(new Standing.Holds());

        clock.advance(Duration.ofMinutes(21));
        assertUnknown(ACME);
        github.endpoint("/api/v3/").heal();
        clock.advance(Duration.ofHours(1));
        assertThat(ask(ACME)).isEqualTo(new Standing.Holds());
    }

    private static Fault fault(String kind) {
        return switch (kind) {
            case "limit" -> Fault.quotaExhausted(Duration.ofMinutes(30));
            case "secondary" -> Fault.rateLimited(Duration.ofSeconds(90));
            case "outage" -> Fault.html(502);
            case "reset" -> Fault.reset();
            case "garbage" -> Fault.body(200, "{\"oops");
            case "unauthorized" -> Fault.status(401);
            default -> Fault.html(403);
        };
    }

    @Test
    void leavesGitHubInPeaceWhileItsLimitLasts() {
        github.endpoint("/api/v3/").always(Fault.rateLimited(Duration.ofSeconds(90)));
        assertUnknown(ACME);
        int asked = calls();
        assertUnknown(ACME);
        clock.advance(Duration.ofSeconds(89));
        assertUnknown(ENG);
        assertThat(calls()).isEqualTo(asked);

        github.endpoint("/api/v3/").heal();
        clock.advance(Duration.ofSeconds(2));
        assertThat(ask(ACME)).isEqualTo(new Standing.HoldsNot());
    }

    @Test
    void asksForANewSignInWhenTheTokenHasEnded() {
        PersonId nobody = new PersonId("github", "1");
        assertThatThrownBy(() -> memberships.ask(nobody, ACME).block())
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(ProblemCode.SIGN_IN_REQUIRED));
    }

    @Test
    void explainsSingleSignOn() {
        person.teams("saml/eng").repository("saml/wiki", "push");
        github.org("saml").enforcesSaml(true);
        assertHidden(new Claim.Organization("saml"), ProblemCode.MEMBERSHIP_SSO_REQUIRED, "/orgs/saml/sso");
        assertHidden(new Claim.Team("saml", "eng"), ProblemCode.MEMBERSHIP_SSO_REQUIRED, "/orgs/saml/sso");
        assertHidden(
                new Claim.Repository("saml", "wiki", Permission.PULL),
                ProblemCode.MEMBERSHIP_SSO_REQUIRED,
                "/orgs/saml/sso");
    }

    @Test
    void explainsSingleSignOnWhereGitHubOnlyLeavesOut() {
        person.orgs("silent", "open");
        github.org("silent").enforcesSaml(true).deniesThatItExists();
        assertHidden(
                new Claim.Organization("silent"), ProblemCode.MEMBERSHIP_SSO_REQUIRED, "If silent is one of yours");
        assertThat(ask(new Claim.Organization("open"))).isEqualTo(new Standing.Holds());
    }

    @Test
    void explainsAnOrganisationThatHasNotApprovedTheApp() {
        person.teams("closed/eng").repository("closed/wiki", "push");
        github.org("closed").restrictsOAuthApps(true);
        assertHidden(new Claim.Organization("closed"), ProblemCode.MEMBERSHIP_APP_RESTRICTED, "closed");
        assertHidden(new Claim.Team("closed", "eng"), ProblemCode.MEMBERSHIP_APP_RESTRICTED, "closed");
        assertHidden(
                new Claim.Repository("closed", "wiki", Permission.PULL),
                ProblemCode.MEMBERSHIP_APP_RESTRICTED,
                "closed");
    }

    @Test
    void explainsAMissingScope() {
        person.teams("acme/eng");
        giveToken("read:user");
        assertHidden(ACME, ProblemCode.MEMBERSHIP_NOT_VISIBLE, "acme");
        assertHidden(ENG, ProblemCode.MEMBERSHIP_NOT_VISIBLE, "acme");
        assertHidden(new Claim.Repository("acme", "wiki", Permission.PULL), ProblemCode.MEMBERSHIP_NOT_VISIBLE, "acme");
    }

    // What GitHub reports

    @Test
    void believesNothingMoreOfWhoeverLeftAnOrganisation() {
        person.orgs("acme");
        ask(ACME);
        person.leaves("acme");
        hear("organization", github.organizationMemberRemoved("acme", person.login()));
        assertThat(memberships.near(id, ACME)).isNull();
        assertThat(ask(ACME)).isEqualTo(new Standing.HoldsNot());
    }

    @Test
    void believesNothingMoreOfWhoeverLeftATeam() {
        person.teams("acme/eng");
        ask(ENG);
        person.leavesTeam("acme/eng");
        hear("membership", github.teamMemberRemoved("acme/eng", person.login()));
        assertThat(ask(ENG)).isEqualTo(new Standing.HoldsNot());
    }

    @Test
    void believesNothingMoreOfWhoeverLeftARepository() {
        Claim claim = new Claim.Repository("acme", "wiki", Permission.PUSH);
        person.repository("acme/wiki", "push");
        ask(claim);
        person.repository("acme/wiki", null);
        hear("member", github.repositoryMemberRemoved("acme/wiki", person.login()));
        assertThat(ask(claim)).isEqualTo(new Standing.HoldsNot());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            organization  | {"action":"deleted","organization":{"id":999999,"login":"ACME"}}                           | acme
            organization  | {"action":"renamed","organization":{"login":"new"},"changes":{"login":{"from":"acme"}}}    | acme
            team          | {"action":"deleted","team":{"id":1},"organization":{"login":"acme"}}                       | acme
            installation  | {"action":"suspend","installation":{"id":1,"account":{"login":"acme"}}}                    | acme
            repository    | {"action":"privatized","repository":{"full_name":"acme/wiki","name":"wiki"}}              | wiki
            repository    | {"action":"renamed","repository":{"full_name":"acme/new","name":"new","owner":{"login":"acme"}},"changes":{"repository":{"name":{"from":"wiki"}}}} | wiki
            team          | {"action":"removed_from_repository","team":{"id":1},"repository":{"full_name":"acme/wiki"}} | wiki
            """)
    void believesNothingMoreOfWhatAnEventTouches(String event, String payload, String touched) {
        Claim wiki = new Claim.Repository("acme", "wiki", Permission.PULL);
        Claim free = new Claim.Repository("free", "wiki", Permission.PULL);
        person.orgs("acme").repository("acme/wiki", "push").repository("free/wiki", "push");
        ask(ACME);
        ask(wiki);
        ask(free);
        hear(event, github.webhook(event, payload));
        assertThat(memberships.near(id, touched.equals("wiki") ? wiki : ACME)).isNull();
        if (!event.equals("installation")) {
            assertThat(memberships.near(id, free)).isNotNull();
        }
    }

    @Test
    void keepsBelievingThroughEventsThatChangeNothing() {
        person.orgs("acme");
        ask(ACME);
        hear("push", github.webhook("push", "{\"organization\":{\"login\":\"acme\"}}"));
        hear("organization", github.organizationMemberRemoved("acme", "somebody-else"));
        hear("organization", github.webhook("organization", "[]"));
        assertThat(memberships.near(id, ACME)).isEqualTo(new Standing.Holds());
    }

    @Test
    void doesNotFallBackOnWhatWasWithdrawn() {
        person.orgs("acme");
        ask(ACME);
        hear("organization", github.organizationMemberRemoved("acme", person.login()));
        github.endpoint("/api/v3/").always(Fault.html(502));
        assertUnknown(ACME);
    }

    @Test
    void noticesAnEventThatOvertakesTheQuestion() {
        person.orgs("acme");
        github.endpoint("/api/v3/user/memberships/orgs").next(Fault.slow(Duration.ofSeconds(3)));
        var asked = memberships.ask(id, ACME).toFuture();
        await(() -> calls() == 1);
        person.leaves("acme");
        hear("organization", github.organizationMemberRemoved("acme", person.login()));
        assertThat(asked.join()).isEqualTo(new Standing.HoldsNot());
    }

    // Groups

    @Test
    void tellsGroupsAsFarAsTheyAreKnown() {
        person.orgs("Zoo").teams("acme/eng/core");
        assertThat(memberships.groups(id)).isEqualTo(Groups.NONE);
        await(() -> memberships.groups(id).names().equals(List.of("acme", "zoo", "acme:core", "acme:eng")));
        assertThat(memberships.groups(id)).isSameAs(memberships.groups(id));
        assertThat(memberships.groups(id).joined()).isEqualTo("acme,zoo,acme:core,acme:eng");
    }

    @Test
    void goesOnTellingGroupsWhileItAsksAnew() {
        person.orgs("acme");
        memberships.groups(id);
        await(() -> memberships.groups(id).names().equals(List.of("acme")));
        person.orgs("zoo");
        clock.advance(Duration.ofMinutes(30));
        assertThat(memberships.groups(id).names()).containsExactly("acme");
        await(() -> memberships.groups(id).names().equals(List.of("acme", "zoo")));
        hear("organization", github.organizationMemberRemoved("acme", person.login()));
        assertThat(memberships.groups(id)).isEqualTo(Groups.NONE);
    }

    // Details

    private Standing ask(Claim claim) {
        return memberships.ask(id, claim).block();
    }

    private void assertUnknown(Claim claim) {
        assertThatThrownBy(() -> ask(claim)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.code()).isEqualTo(ProblemCode.MEMBERSHIP_UNKNOWN);
            assertThat(problem.retryAfter()).isPositive();
        });
    }

    private void assertHidden(Claim claim, ProblemCode code, String word) {
        assertThat(ask(claim)).isInstanceOfSatisfying(Standing.Hidden.class, hidden -> {
            assertThat(hidden.why().code()).isEqualTo(code);
            assertThat(hidden.why().detail()).contains(word);
        });
    }

    private int calls() {
        return github.calls().under("/api/v3/").by(person.login()).count();
    }

    /** Counted by the stand-in's own quota, as GitHub would. */
    private int quotaUsed() {
        String limit = HttpPerson.at(github.webUrl())
                .get("/api/v3/rate_limit", "Authorization", "token " + tokenOf())
                .body();
        return JsonMapper.shared()
                .readTree(limit)
                .path("resources")
                .path("core")
                .path("used")
                .asInt();
    }

    private String tokenOf() {
        return github.liveTokensOf(person.login()).get(0).value();
    }

    private void hear(String event, Webhook webhook) {
        memberships
                .heard(event, JsonMapper.shared().readTree(webhook.payload()))
                .block();
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("It did not happen within a minute");
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
