package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class TestClockTest {

    @Test
    void movesOnlyWhenMovedAndTakesItsViewsAlong() {
        TestClock clock = TestClock.at(Instant.EPOCH);
        Clock elsewhere = clock.withZone(ZoneId.of("Europe/Vienna"));

        clock.advance(Duration.ofMinutes(1));

        assertThat(clock.instant()).isEqualTo(Instant.ofEpochSecond(60));
        assertThat(elsewhere.instant()).isEqualTo(Instant.ofEpochSecond(60));
        assertThat(elsewhere.getZone()).isEqualTo(ZoneId.of("Europe/Vienna"));
    }
}
