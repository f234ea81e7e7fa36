package dev.latchkey.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTextTest {

    @Test
    void leavesOrdinaryWordsAlone() {
        assertThat(LogText.of("/wiki/a-b_c/%20?x=y")).isEqualTo("/wiki/a-b_c/%20?x=y");
        assertThat(LogText.of("")).isEqualTo("-");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\nstatus=200",
                "x\r\nGET /",
                "x status=200",
                "x\u001b[31m",
                "x\u0085y",
                "x\u2028y",
                "x\"y",
                "x\\y",
                "x\u202ey",
                "\u0000",
                "\ud83d\ude00",
                "\t"
            })
    void letsNoWordBeginALineOrAField(String words) {
        assertThat(LogText.of(words)).matches("[!-~]+").doesNotContain("\"").doesNotContain(" ");
    }

    @Test
    void twoWordsStayTwo() {
        assertThat(LogText.of("a b")).isEqualTo("a\\u0020b").isNotEqualTo(LogText.of("a\\u0020b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "lk_"})
    void showsNoTokenThatSomebodyPutIntoAPath(String prefix) {
        assertThat(LogText.of("/x/" + prefix + "A1b2".repeat(10) + ".part-two_x/y"))
                .isEqualTo("/x/[token]/y");
    }

    @Test
    void hasABound() {
        assertThat(LogText.of("\n".repeat(100_000))).hasSizeLessThan(7 * LogText.LONGEST);
    }
}
