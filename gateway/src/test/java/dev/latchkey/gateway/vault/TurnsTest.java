package dev.latchkey.gateway.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TurnsTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private final Turns turns = new Turns(Duration.ofSeconds(1), Duration.ofSeconds(2));

    @Test
    void areGivenOneAfterTheOther() {
        assertThat(turns.next(NOW)).isEqualTo(Duration.ZERO);
        assertThat(turns.next(NOW)).isEqualTo(Duration.ofSeconds(1));
        assertThat(turns.next(NOW.plusMillis(500))).isEqualTo(Duration.ofMillis(1_500));
    }

    @Test
    void areAtOnceAfterAQuietTime() {
        turns.next(NOW);
        assertThat(turns.next(NOW.plusSeconds(10))).isEqualTo(Duration.ZERO);
    }

    @Test
    void areNotGivenTooFarAheadAndAgainWhenTheLineIsShorter() {
        turns.next(NOW);
        turns.next(NOW);
        turns.next(NOW);
        assertThat(turns.next(NOW)).isNull();
        assertThat(turns.next(NOW.plusSeconds(1))).isEqualTo(Duration.ofSeconds(2));
    }
}
