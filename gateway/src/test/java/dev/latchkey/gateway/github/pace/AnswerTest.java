package dev.latchkey.gateway.github.pace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;

/** What an answer says about limits. */
class AnswerTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final String PERMISSION =
            "{\"message\":\"Must have push access to view repository collaborators.\"}";
    private static final String SECONDARY =
            "{\"documentation_url\":\"https://docs.github.com/x#secondary-rate-limits\",\"message\":\"Slow down.\"}";

    private static Answer rest(int status, @Nullable String body, String... fields) {
        return answer(Kind.REST, status, () -> body, fields);
    }

    private static Answer graphql(@Nullable String body, String... fields) {
        return answer(Kind.GRAPHQL_QUERY, 200, () -> body, fields);
    }

    private static Answer answer(Kind kind, int status, Supplier<@Nullable String> body, String... fields) {
        HttpHeaders headers = new HttpHeaders();
        for (int i = 0; i < fields.length; i += 2) {
            headers.set(fields[i], fields[i + 1]);
        }
        return Answer.of(kind, status, headers, body, NOW.toEpochMilli());
    }

    private static String httpDate(Instant time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC));
    }

    private static String epoch(long secondsFromNow) {
        return Long.toString(NOW.getEpochSecond() + secondsFromNow);
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 429})
    void aSpentQuotaWaitsForItsResetAndASecond(int status) {
        Answer answer = rest(status, PERMISSION, "x-ratelimit-remaining", "0", "x-ratelimit-reset", epoch(5));
        assertThat(answer.verdict()).isEqualTo(new Verdict.Spent(6_000L));
    }

    @Test
    void aRetryAfterGoesBeforeTheReset() {
        Answer answer =
                rest(403, "{}", "Retry-After", "7", "x-ratelimit-remaining", "4000", "x-ratelimit-reset", epoch(900));
        assertThat(answer.verdict()).isEqualTo(new Verdict.Secondary(7_000L));
    }

    @Test
    void aRetryAfterAsADateIsTakenAgainstGitHubsOwnClock() {
        Instant there = NOW.plusSeconds(300);
        Answer answer = rest(429, "{}", "Date", httpDate(there), "Retry-After", httpDate(there.plusSeconds(40)));
        assertThat(answer.verdict()).isEqualTo(new Verdict.Secondary(40_000L));
        assertThat(answer.offset()).isEqualTo(300_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"message\":\"You have exceeded a secondary rate limit and have been temporarily blocked\"}",
                "{\"message\":\"You have triggered an abuse detection mechanism. Please wait\"}",
                SECONDARY,
                "{\"documentation_url\":\"https://developer.github.com/v3/#abuse-rate-limits\"}",
                "{\"message\":\"You have exceeded a secondary rate limit\",\"documentation_url\":\"https://do"
            })
    void aBareSecondaryLimitIsKnownByItsWordsAndSaysNoTime(String body) {
        assertThat(rest(403, body, "x-ratelimit-remaining", "21").verdict()).isEqualTo(new Verdict.Secondary(null));
    }

    @Test
    void theUndocumentedMarkIsOneToo() {
        assertThat(rest(403, "{}", "gh-limited-by", "search-elapsed-time-shared-grouped")
                        .verdict())
                .isEqualTo(new Verdict.Secondary(null));
    }

    @Test
    void a429IsALimitWhateverItSays() {
        assertThat(rest(429, null).verdict()).isEqualTo(new Verdict.Secondary(null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PERMISSION,
                "{\"message\":\"Resource not accessible by integration\"}",
                "{\"errors\":[{\"note\":\"You have exceeded a secondary rate limit\"}]}",
                "You have exceeded a secondary rate limit",
                "[]",
                ""
            })
    void aMissingPermissionIsNoLimit(String body) {
        assertThat(rest(403, body, "x-ratelimit-remaining", "4000").verdict()).isEqualTo(new Verdict.Within());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 301, 304, 401, 404, 422, 500, 502})
    void otherAnswersAreNeverLimitsAndTheirBodiesAreNotLookedAt(int status) {
        Supplier<@Nullable String> unread = () -> {
            throw new AssertionError("the body was asked for");
        };
        assertThat(answer(Kind.REST, status, unread, "x-ratelimit-remaining", "0")
                        .verdict())
                .isEqualTo(new Verdict.Within());
    }

    @ParameterizedTest
    @CsvSource({
        "1793527210000, 11000",
        "1793527210, 11000",
        "1793527000, ",
        "9999999999, 3600000",
        "99999999999999, 3600000",
        "soon, "
    })
    void aResetInMillisecondsOrInThePastOrNonsenseLeadsToASaneWait(String reset, @Nullable Long wait) {
        Answer answer = rest(403, "{}", "x-ratelimit-remaining", "0", "x-ratelimit-reset", reset);
        assertThat(answer.verdict()).isEqualTo(new Verdict.Spent(wait));
    }

    @ParameterizedTest
    @CsvSource({"0, 1000", "86400, 3600000", "999999999999999, 3600000"})
    void aRetryAfterIsHeldBetweenASecondAndAnHour(String seconds, long wait) {
        assertThat(rest(429, null, "Retry-After", seconds).verdict()).isEqualTo(new Verdict.Secondary(wait));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"errors\":[{\"type\":\"RATE_LIMITED\",\"message\":\"API rate limit exceeded\"}]}",
                "{\"errors\":[{\"path\":[\"a\",{\"b\":1}],\"type\":\"RATE_LIMIT\",\"code\":\"graphql_rate_limit\"}]}",
                "{\"data\":null,\"errors\":[{\"message\":\"x\"},{\"code\":\"graphql_rate_limit\"}]}",
                "{\"errors\":[{\"type\":\"RATE_LIMITED\",\"message\":\"API ra"
            })
    void graphqlSaysItsLimitWith200(String body) {
        assertThat(graphql(body, "x-ratelimit-remaining", "12").verdict()).isEqualTo(new Verdict.Spent(null));
    }

    @Test
    void graphqlsSecondaryLimitIsEverybodys() {
        assertThat(graphql("{\"errors\":[{\"message\":\"You have exceeded a secondary rate limit\"}]}")
                        .verdict())
                .isEqualTo(new Verdict.Secondary(null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"data\":{\"a\":1},\"errors\":[{\"type\":\"NOT_FOUND\",\"message\":\"Could not resolve\"}]}",
                "{\"data\":{\"type\":\"RATE_LIMITED\",\"errors\":[{\"type\":\"RATE_LIMITED\"}]}}",
                "{\"data\":{\"body\":\"\\\"type\\\":\\\"RATE_LIMITED\\\" graphql_rate_limit\"}}"
            })
    void graphqlsOtherErrorsAndWhatPeopleWroteAreNoLimit(String body) {
        assertThat(graphql(body).verdict()).isEqualTo(new Verdict.Within());
    }

    @Test
    void nonsenseInTheFieldsIsNoQuota() {
        assertThat(rest(200, null, "x-ratelimit-limit", "-1", "x-ratelimit-remaining", "x")
                        .quota())
                .isNull();
        assertThat(rest(
                                200,
                                null,
                                "x-ratelimit-limit",
                                "50",
                                "x-ratelimit-remaining",
                                "70",
                                "x-ratelimit-reset",
                                epoch(9),
                                "x-ratelimit-resource",
                                "a b\"c")
                        .quota())
                .isEqualTo(new Answer.Quota(null, 50, 50, 0, NOW.plusSeconds(9).toEpochMilli()));
    }
}
