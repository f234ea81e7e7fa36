package dev.latchkey.gateway.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpHeaders;

class WaitsTest {

    private static final Instant OURS = Instant.parse("2026-11-21T08:00:00Z");

    /** The clock of who answers is five minutes ahead of ours. */
    private static final String DATE = "Sat, 21 Nov 2026 08:05:00 GMT";

    private static final long THEIRS = OURS.plusSeconds(300).getEpochSecond();

    @ParameterizedTest
    @CsvSource({
        "7, 7",
        "0, 1",
        "'Sat, 21 Nov 2026 08:06:30 GMT', 90",
        "'Sat, 21 Nov 2026 08:00:00 GMT', 1",
        "99999999, 3600",
    })
    void areInSecondsOrADateOnTheOthersClock(String retryAfter, long seconds) {
        assertThat(Waits.said(answer("Date", DATE, "Retry-After", retryAfter), OURS))
                .isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void areUntilTheResetInSecondsOrMilliseconds() {
        assertThat(untilReset(String.valueOf(THEIRS + 30))).isEqualTo(Duration.ofSeconds(31));
        assertThat(untilReset((THEIRS + 30) + "000")).isEqualTo(Duration.ofSeconds(31));
        assertThat(untilReset(String.valueOf(THEIRS - 1))).isEqualTo(Duration.ofSeconds(1));
        assertThat(untilReset(String.valueOf(THEIRS + 999_999))).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest
    @CsvSource({"soon", "-1", "1", "999999999999999999999"})
    void areUnknownByAResetThatIsLongPastOrNoTime(String reset) {
        assertThat(untilReset(reset)).isNull();
    }

    @Test
    void areUnknownWhereNothingIsSaidOrSomethingIsLeft() {
        assertThat(Waits.said(answer("Date", DATE), OURS)).isNull();
        assertThat(Waits.said(answer("Retry-After", "when it suits you"), OURS)).isNull();
        String reset = String.valueOf(THEIRS + 30);
        assertThat(Waits.said(answer("x-ratelimit-remaining", "4000", "x-ratelimit-reset", reset), OURS))
                .isNull();
    }

    @Test
    void areTakenAgainstOurClockWhereTheAnswerHasNone() {
        assertThat(Waits.said(answer("Retry-After", DATE), OURS)).isEqualTo(Duration.ofMinutes(5));
    }

    private static Duration untilReset(String value) {
        return Waits.said(answer("Date", DATE, "x-ratelimit-remaining", "0", "x-ratelimit-reset", value), OURS);
    }

    private static HttpHeaders answer(String... namesAndValues) {
        HttpHeaders headers = new HttpHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.set(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }
}
