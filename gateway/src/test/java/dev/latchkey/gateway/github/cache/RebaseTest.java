package dev.latchkey.gateway.github.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RebaseTest {

    private static @Nullable String rebased(String own, String before, String after) {
        byte[] guess = Rebase.of(own.getBytes(UTF_8), before.getBytes(UTF_8), after.getBytes(UTF_8));
        return guess == null ? null : new String(guess, UTF_8);
    }

    @Test
    void takesOverWhatChangedAndLeavesWhatIsOnesOwn() {
        assertThat(
                        rebased(
                                "{\"id\":1,\"name\":\"Zoë\",\"pushed_at\":\"1\",\"permissions\":{\"admin\":true,\"pull\":true}}",
                                "{\"id\":1,\"name\":\"Zoë\",\"pushed_at\":\"1\",\"permissions\":{\"admin\":false,\"pull\":true}}",
                                "{\"id\":1,\"name\":\"Zoë\",\"pushed_at\":\"2\",\"permissions\":{\"admin\":false,\"pull\":true}}"))
                .isEqualTo(
                        "{\"id\":1,\"name\":\"Zoë\",\"pushed_at\":\"2\",\"permissions\":{\"admin\":true,\"pull\":true}}");
    }

    @Test
    void findsTheSameMemberWhereOneSeesMoreThanTheOther() {
        assertThat(rebased(
                        "{\"url\":\"a\",\"owner\":{\"url\":\"b\"},\"secret\":1,\"size\":5}",
                        "{\"url\":\"a\",\"owner\":{\"url\":\"b\"},\"size\":5}",
                        "{\"url\":\"a\",\"owner\":{\"url\":\"b\"},\"size\":6}"))
                .isEqualTo("{\"url\":\"a\",\"owner\":{\"url\":\"b\"},\"secret\":1,\"size\":6}");
    }

    @Test
    void takesOverTheNewestEvenWhereOneIsSeveralChangesBehind() {
        assertThat(rebased("{\"a\":1,\"b\":1}", "{\"a\":7,\"b\":2}", "{\"a\":8,\"b\":2}"))
                .isEqualTo("{\"a\":8,\"b\":1}");
    }

    @Test
    void guessesNothingWhereMembersCameOrWent() {
        assertThat(rebased("{\"a\":1}", "{\"a\":1}", "{\"a\":2,\"b\":2}")).isNull();
        assertThat(rebased("{\"b\":1}", "{\"a\":1}", "{\"a\":2}")).isNull();
        assertThat(rebased("{\"a\":1}", "{\"a\":1}", "{\"b\":1}")).isNull();
    }

    @Test
    void guessesNothingWhereThereIsNothingNew() {
        assertThat(rebased("{\"a\":2,\"mine\":1}", "{\"a\":1,\"mine\":0}", "{\"a\":2,\"mine\":0}"))
                .isNull();
    }
}
