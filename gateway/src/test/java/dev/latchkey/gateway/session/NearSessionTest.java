package dev.latchkey.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NearSessionTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
    private static final BrowserSession SESSION = new BrowserSession(
            "id",
            new Person(new PersonId("github", "1"), "mona", null, null, false, null),
            NOW,
            NOW,
            NOW.plusSeconds(3600),
            new BrowserSession.Origin("127.0.0.1", ""));

    private static NearSession near() {
        return new NearSession(SESSION, NOW.toEpochMilli());
    }

    @Test
    void aCookieIsProvenForItsHostAlone() {
        NearSession near = near().prove("id.a", "other.org");
        assertThat(near.isProven("id.a", "other.org")).isTrue();
        assertThat(near.isProven("id.a", "")).isFalse();
        assertThat(near.isProven("id.b", "other.org")).isFalse();
    }

    @Test
    void onlyTheLatestProofsAreKept() {
        NearSession near = near();
        IntStream.range(0, 100).forEach(i -> near.prove("id.a", "host-" + i));
        assertThat(IntStream.range(0, 100).filter(i -> near.isProven("id.a", "host-" + i)))
                .hasSize(32)
                .contains(99);
    }

    /** Else a key that is taken out of the ring would be good for as long as somebody is busy with its cookie. */
    @Test
    void whatWasLookedUpAgainHasToBeProvenAgain() {
        NearSession older = near().prove("id.a", "");
        older.use(NOW.toEpochMilli() + 5);
        NearSession newer = near().after(older);
        assertThat(newer.isProven("id.a", "")).isFalse();
        assertThat(newer.lastUsed()).isEqualTo(NOW.toEpochMilli() + 5);
    }
}
