package dev.latchkey.gateway.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.keys.Sha256;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.testing.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownPeopleTest {

    private static final PersonId MONA = new PersonId("corp", "7");

    private final TestClock clock = TestClock.now();

    @TempDir
    private Path folder;

    private EmbeddedStore store;
    private KnownPeople people;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(folder, clock);
        people = new KnownPeople(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Person named(String login) {
        return new Person(MONA, login, null, null, false, null);
    }

    @Test
    void whoSignedInIsFoundByProviderAndByTheLastLogin() {
        Instant until = clock.instant().plus(Duration.ofDays(7));
        people.signedIn(named("mona"), until).block();
        people.signedIn(named("Lisa"), until).block();
        assertThat(people.of("corp").collectList().block()).containsExactly(MONA);
        assertThat(people.of("other").collectList().block()).isEmpty();
        assertThat(people.named("corp", "lISA").collectList().block()).containsExactly(MONA);
        assertThat(people.named("corp", "mona").collectList().block()).isEmpty();
    }

    /** Made on the last day, an API token lives for a year and a day more at most. */
    @Test
    void theyAreRememberedLongerThanWhateverTheyMadeLasts() {
        people.signedIn(named("mona"), clock.instant().plus(Duration.ofDays(90)))
                .block();
        clock.advance(Duration.ofDays(90 + 366));
        assertThat(people.of("corp").collectList().block()).containsExactly(MONA);
        assertThat(people.named("corp", "mona").collectList().block()).containsExactly(MONA);
    }

    /** The entries as they have been since the first release; changing one here means that nobody is found any more. */
    @Test
    void whoWasNotedByEarlierReleasesIsFound() {
        Instant end = clock.instant().plus(Duration.ofDays(1));
        store.addMember("people-of:corp", "7", end).block();
        store.addMember("people-named:corp:" + Sha256.name("mona", 16), "7", end)
                .block();
        store.put("login-of:corp:7", "Mona".getBytes(UTF_8), end).block();
        assertThat(people.of("corp").collectList().block()).containsExactly(MONA);
        assertThat(people.named("corp", "mona").collectList().block()).containsExactly(MONA);
    }

    @Test
    void aLoginMayBeWhateverTheProviderCallsLogin() {
        String odd = "mona\u0000" + "x".repeat(5_000);
        people.signedIn(named(odd), clock.instant().plus(Duration.ofDays(1))).block();
        assertThat(people.named("corp", odd).collectList().block()).containsExactly(MONA);
    }
}
