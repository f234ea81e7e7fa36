package dev.latchkey.gateway.vault;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.vault.SimulatedProvider.Grant;
import dev.latchkey.gateway.vault.SimulatedProvider.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Races between nodes that once went wrong, each told step by step in time that passes only here. */
class VaultRaceTest {

    private static final PersonId PERSON = new PersonId("github", "583231");
    private static final long MINUTE = 60_000;
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("dev.latchkey.gateway.vault");

    private SimulatedTime time;
    private SimulatedSessions sessions;
    private VaultModel model;
    private SimulatedStore store;
    private SimulatedProvider provider;
    private SimulatedNode here;
    private SimulatedNode there;

    @BeforeAll
    static void keepQuiet() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOG.setLevel(null);
    }

    @BeforeEach
    void begin() {
        KeyRing keys =
                KeyRing.of(List.of(Secret.of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")), Clock.systemUTC());
        time = SimulatedTime.steady();
        sessions = new SimulatedSessions(time, person -> {});
        model = new VaultModel(time, keys, sessions, List.of(PERSON));
        store = new SimulatedStore(time, model);
        provider = new SimulatedProvider(time, model::complain);
        model.watch(provider);
        here = node("here", keys);
        there = node("there", keys);
    }

    private SimulatedNode node(String name, KeyRing keys) {
        return new SimulatedNode(name, time, 0, keys, store, provider, sessions, new SimpleMeterRegistry());
    }

    @Test
    void takesNobodysTokenAwayThatDiesOfARefreshWhileItIsChecked() {
        Grant grant = signedIn(Kind.USUAL);
        time.pass(19 * MINUTE + 30_000);
        provider.setSlow(1_000);
        Answer answer = ask(here);
        time.pass(100);
        provider.setSlow(0);
        // The old token is dead by now and the new one on its way to the other node.
        there.recheck().ifDue(PERSON).subscribe();
        time.pass(5);
        there.recheck().ifDue(PERSON).subscribe();
        time.pass(10_000);

        assertThat(answer.text).isEqualTo(grant.access());
        assertThat(sessions.isSignedIn(PERSON)).isTrue();
        assertThat(ask(there).after(100)).isEqualTo(grant.access());
        assertNoComplaint();
    }

    @Test
    void takesNobodysTokenAwayThatExpiresWhileItIsChecked() {
        Grant grant = signedIn(Kind.USUAL);
        time.pass(20 * MINUTE - 1_000);
        there.recheck().ifDue(PERSON).subscribe();
        time.pass(5);
        provider.setSlowToHear(2_000);
        there.recheck().ifDue(PERSON).subscribe();
        time.pass(10_000);

        assertThat(sessions.isSignedIn(PERSON)).isTrue();
        assertThat(ask(here).after(10_000)).isEqualTo(grant.access());
        assertNoComplaint();
    }

    @Test
    void callsTheProviderAgainWithTheTokenThatCameInPlaceOfTheOneRefused() {
        Grant grant = signedIn(Kind.USUAL);
        assertThat(ask(there).after(10)).isEqualTo(grant.access());
        time.pass(18 * MINUTE);
        provider.setSlow(1_000);
        // It goes on with the token it has, which dies of the refresh beside it.
        ask(here);
        time.pass(100);
        Answer answer = new Answer();
        there.asPerson().call(PERSON, token -> provider.call(there, token)).subscribe(answer::is, answer::isFailure);
        time.pass(20_000);

        assertThat(answer.text).isEqualTo(grant.access());
        assertThat(sessions.isSignedIn(PERSON)).isTrue();
        assertNoComplaint();
    }

    @Test
    void leavesNoTokenBehindWhoeverSignsOutInTheMidstOfARefresh() {
        for (int moment = 0; moment < 40; moment++) {
            begin();
            Grant grant = signedIn(Kind.USUAL);
            time.pass(19 * MINUTE + 30_000);
            ask(here);
            time.pass(moment);
            sessions.end(there, PERSON, Reason.SIGNED_OUT).subscribe();
            time.pass(10_000);

            assertThat(store.read(SimulatedNode.keyOf(PERSON)))
                    .as("after a sign-out %s ms after the question", moment)
                    .isNull();
            assertThat(grant.isRevoked()).as("released").isTrue();
            assertNoComplaint();
        }
    }

    @Test
    void answersNobodyByALookUpFromBeforeTheSignIn() {
        store.setSlow(here, 500);
        Answer early = ask(here);
        time.pass(10);
        Grant grant = signedIn(Kind.USUAL);
        time.pass(10);
        Answer late = ask(here);

        assertThat(early.after(2_000)).isEqualTo("sign-in.required");
        assertThat(late.text).isEqualTo(grant.access());
        assertNoComplaint();
    }

    @Test
    void givesBackWhatARefreshBringsAfterTheSignOut() {
        Grant grant = signedIn(Kind.USUAL);
        time.pass(19 * MINUTE + 30_000);
        provider.setSlow(1_000);
        ask(here);
        time.pass(100);
        sessions.end(there, PERSON, Reason.SIGNED_OUT).subscribe();
        time.pass(20);
        Answer late = ask(here);

        assertThat(late.after(50)).isEqualTo("sign-in.required");
        time.pass(10_000);
        assertThat(grant.isRevoked()).as("given back").isTrue();
        assertNoComplaint();
    }

    @Test
    void sendsNothingByAClaimThatASlowStoreHasLetGrowOld() {
        Grant grant = signedIn(Kind.USUAL);
        time.pass(21 * MINUTE);
        store.setSlow(here, 6_000);
        provider.setSlow(3_500);
        byte[] unclaimed = store.read(SimulatedNode.keyOf(PERSON));
        here.vault().fresh(PERSON).subscribe(token -> {}, failure -> {});
        while (Arrays.equals(unclaimed, store.read(SimulatedNode.keyOf(PERSON)))) {
            time.pass(100);
        }
        Answer answer = ask(there);

        assertThat(answer.after(14_000)).isEqualTo(grant.access());
        time.pass(MINUTE);
        assertThat(provider.renewals()).hasSize(1);
        assertNoComplaint();
    }

    @Test
    void claimsNothingWhileTheProviderWantsNoCalls() {
        signedIn(Kind.USUAL);
        time.pass(21 * MINUTE);
        pause(Duration.ofSeconds(30));
        byte[] before = store.read(SimulatedNode.keyOf(PERSON));

        assertThat(ask(here).after(100)).isEqualTo("token.unavailable");
        assertThat(store.read(SimulatedNode.keyOf(PERSON))).isEqualTo(before);
        assertThat(provider.renewals()).isEmpty();
        time.pass(30_000);
        assertThat(ask(here).after(100)).startsWith("access-");
        assertNoComplaint();
    }

    @Test
    void countsNobodysQuestionsDuringAPauseAsFailures() {
        signedIn(Kind.USUAL);
        time.pass(21 * MINUTE);
        pause(Duration.ofSeconds(30));
        for (int second = 0; second < 29; second++) {
            ask(here).after(1_000);
        }
        time.pass(2_000);
        provider.refuseNext();
        assertThat(ask(here).after(100)).isEqualTo("token.unavailable");

        assertThat(ask(here).after(1_100)).isEqualTo("token.unavailable");
        assertThat(ask(here).after(100)).startsWith("access-");
        assertNoComplaint();
    }

    @Test
    void keepsAPairWhileTheStoreIsAwayAndLetsNobodyWaitForIt() {
        Grant grant = signedIn(Kind.USUAL);
        time.pass(21 * MINUTE);
        provider.setSlow(1_000);
        Answer answer = ask(here);
        time.pass(100);
        store.setAway(true);
        time.pass(30_000);
        assertThat(answer.text).isEqualTo("token.unavailable");

        store.setAway(false);
        time.pass(5_000);
        assertThat(ask(there).after(100)).isEqualTo(grant.access());
        assertNoComplaint();
    }

    @Test
    void givesAPairBackThatTheStoreWasAwayTooLongFor() {
        Grant grant = signedIn(Kind.USUAL);
        time.pass(21 * MINUTE);
        provider.setSlow(1_000);
        ask(here);
        time.pass(100);
        store.setAway(true);
        time.pass(31 * MINUTE);

        assertThat(grant.isRevoked()).isTrue();
        store.setAway(false);
        time.pass(MINUTE);
        assertThat(ask(here).after(30_000)).isEqualTo("sign-in.required");
        assertNoComplaint();
    }

    @Test
    void prefersANewSignInToATokenThatOnlyLostItsRefresh() {
        Grant old = signedIn(Kind.USUAL);
        old.forgetRefresh();
        time.pass(19 * MINUTE + 30_000);
        provider.setSlow(1_000);
        Answer answer = ask(here);
        // The refresh has been refused and the token found live, of which this node is just being told.
        time.pass(1_500);
        Grant grant = signedIn(Kind.USUAL);

        assertThat(answer.after(10_000)).isEqualTo(grant.access());
        assertThat(ask(here).after(10)).isEqualTo(grant.access());
        assertNoComplaint();
    }

    // What happens

    private Grant signedIn(Kind kind) {
        Grant grant = provider.grant(kind);
        sessions.begin(PERSON);
        there.vault()
                .keep(PERSON, provider.tokenOf(grant), Instant.parse("2999-01-01T00:00:00Z"))
                .subscribe();
        time.pass(10);
        return grant;
    }

    /** The provider asks another node to be left alone. */
    private void pause(Duration length) {
        new Pause(store.as(there), Clock.fixed(Instant.ofEpochMilli(time.now()), ZoneOffset.UTC))
                .begin(PERSON.provider(), length)
                .subscribe();
        time.pass(10);
    }

    /** What somebody was answered: a token or a problem's code. */
    private final class Answer {

        private String text = "";

        private void is(String token) {
            text = token;
        }

        private void isFailure(Throwable failure) {
            text = failure instanceof Problem problem ? problem.code().code() : failure.toString();
        }

        private String after(long millis) {
            time.pass(millis);
            return text;
        }
    }

    private Answer ask(SimulatedNode node) {
        Answer answer = new Answer();
        VaultModel.Caller caller = model.asks(node, PERSON);
        node.vault()
                .fresh(PERSON)
                .map(token -> token.reveal())
                .doOnNext(caller::receives)
                .doOnError(caller::isRefused)
                .subscribe(answer::is, answer::isFailure);
        return answer;
    }

    private void assertNoComplaint() {
        assertThat(model.complaints()).as(() -> String.join("\n", time.tale())).isEmpty();
    }
}
