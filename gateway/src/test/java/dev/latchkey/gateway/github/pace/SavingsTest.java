package dev.latchkey.gateway.github.pace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Two nodes that count for themselves, and tell each other now and then. */
class SavingsTest {

    private static final Instant END = Instant.parse("2026-01-01T01:00:00Z");
    private static final String OCTOCAT = World.OCTOCAT;
    private static final Duration TOLD = Duration.ofSeconds(11);

    private final SimulatedTime time = new SimulatedTime(END.minusSeconds(1_800));
    private final SimulatedStore store = new SimulatedStore(time, new Random(1), 3);
    private @Nullable QuotaView core = quota(END);
    private final Savings savings = node();
    private final Savings other = node();

    private static QuotaView quota(Instant end) {
        return new QuotaView(5_000, 4_990, 10, end, "core");
    }

    private Savings node() {
        Pacer pacer = new Pacer() {
            @Override
            public Mono<Slot> enter(Call call) {
                throw new AssertionError("nothing goes to GitHub");
            }

            @Override
            public @Nullable QuotaView quota(String principal, String resource) {
                return resource.equals("core") ? core : null;
            }
        };
        return new Savings(pacer, store, time.scheduler());
    }

    @BeforeEach
    void start() {
        savings.start();
        other.start();
    }

    private long saved(Savings node, String principal) {
        AtomicLong found = new AtomicLong(-1);
        node.of(principal, "core", core.reset()).subscribe(found::set);
        time.pass(Duration.ofMillis(20));
        return found.get();
    }

    @Test
    void countsForEachPrincipalWithinTheWindow() {
        savings.add("github:1", "/user/repos");
        savings.add("github:1", "/repos/acme/wiki");
        savings.add("github:2", "/user");
        savings.add("github:1", "/search/issues");

        assertThat(saved(savings, "github:1")).isEqualTo(2);
        assertThat(saved(savings, "github:2")).isEqualTo(1);
        assertThat(saved(savings, "github:3")).isZero();
    }

    @Test
    void asksTheStoreForNothingWhileItCounts() {
        for (int i = 0; i < 100; i++) {
            savings.add(OCTOCAT, "/user");
        }
        assertThat(store.steps()).isZero();
        time.pass(TOLD);
        assertThat(store.steps()).as("one reading and one writing").isEqualTo(2);
        time.pass(TOLD);
        assertThat(store.steps()).as("nothing new is to be told").isEqualTo(2);
    }

    @Test
    void tellsWhatAllNodesHaveSaved() {
        for (int round = 1; round <= 5; round++) {
            savings.add(OCTOCAT, "/user");
            other.add(OCTOCAT, "/user");
            other.add(OCTOCAT, "/user");
            time.pass(TOLD);
            time.pass(TOLD);
            assertThat(saved(savings, OCTOCAT)).isEqualTo(3L * round);
            assertThat(saved(other, OCTOCAT)).isEqualTo(3L * round);
        }
        other.add(OCTOCAT, "/user");
        assertThat(saved(other, OCTOCAT)).as("its own at once").isEqualTo(16);
    }

    @Test
    void countsOnWhileTheStoreIsAwayAndTellsItLater() {
        savings.add(OCTOCAT, "/user");
        time.pass(TOLD);
        store.setAway(true);
        savings.add(OCTOCAT, "/user");
        time.pass(TOLD);
        assertThat(saved(savings, OCTOCAT)).isEqualTo(2);
        store.setAway(false);
        time.pass(TOLD);

        assertThat(saved(savings, OCTOCAT)).isBetween(2L, 3L);
        assertThat(saved(other, OCTOCAT)).isBetween(2L, 3L);
    }

    @Test
    void beginsAnewWithTheNextWindow() {
        savings.add(OCTOCAT, "/user");
        core = quota(END.plusSeconds(1));
        assertThat(saved(savings, OCTOCAT)).isEqualTo(1);

        core = quota(END.plusSeconds(3_600));
        assertThat(saved(savings, OCTOCAT)).isZero();
        savings.add(OCTOCAT, "/user");
        assertThat(saved(savings, OCTOCAT)).isEqualTo(1);
    }

    @Test
    void aNodeThatIsStillInAnEarlierWindowSpoilsNothing() {
        savings.add(OCTOCAT, "/user");
        core = quota(END.plusSeconds(3_600));
        other.add(OCTOCAT, "/user");
        other.add(OCTOCAT, "/user");
        time.pass(TOLD);
        time.pass(TOLD);

        assertThat(saved(savings, OCTOCAT)).isEqualTo(2);
        assertThat(saved(other, OCTOCAT)).isEqualTo(2);
    }

    @Test
    void knowsNothingBeforeAWindowIsKnown() {
        QuotaView later = core;
        core = null;
        savings.add(OCTOCAT, "/user");
        core = later;
        assertThat(saved(savings, OCTOCAT)).isZero();
    }
}
