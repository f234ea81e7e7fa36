package dev.latchkey.gateway.github.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The busiest part of a day of an organization; {@code gateway/src/test/load/day-replay} replays all of it. */
class DayReplayTest {

    private static final Duration NINE = Duration.ofHours(9);

    @Test
    void sparesTheQuotaMeetsNoLimitAndGivesNobodyAWrongByte() {
        Replay day = Day.replayed(1, NINE, Duration.ofMinutes(12));

        System.out.print(day.table());
        assertThat(day.tally().reads()).isGreaterThan(20_000);
        assertThat(day.tally().writes()).isPositive();
        assertThat(day.free()).as("free, with nothing kept at the beginning").isGreaterThan(0.93);
        assertThat(day.tally().wrong() + day.tally().foreign())
                .as(day.tally().firstFault())
                .isZero();
        assertThat(day.tally().refused()).as(day.tally().firstFault()).isZero();
        assertThat(day.secondary()).as("secondary limits met").isZero();
        assertThat(day.primary()).as("quotas used up").isZero();
    }

    /** What becomes of a read can differ by moments: nodes that compete for a ledger wait for random times. */
    @Test
    void asksTheSameEachTime() {
        Duration length = Duration.ofMinutes(2);

        assertThat(Day.replayed(7, NINE, length).trace())
                .isEqualTo(Day.replayed(7, NINE, length).trace())
                .isNotEqualTo(Day.replayed(8, NINE, length).trace());
    }
}
