package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DisplayTextTest {

    @Test
    void keepsOrdinaryNamesOfAllScripts() {
        assertThat(DisplayText.line("Zoë Ångström 李小龍 محمد")).isEqualTo("Zoë Ångström 李小龍 محمد");
    }

    @Test
    void keepsJoinedEmojiWhole() {
        String family = "\uD83D\uDC69\u200D\uD83D\uDC67";
        assertThat(DisplayText.line(family)).isEqualTo(family);
    }

    @Test
    void dropsEveryBidirectionalControl() {
        String controls = "\u061C\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069";
        assertThat(DisplayText.line("a" + controls + "b")).isEqualTo("ab");
    }

    @Test
    void putsEverythingOnOneLine() {
        assertThat(DisplayText.line("a\r\nb\u2028c\td")).isEqualTo("a  b c d");
    }

    @Test
    void replacesHalfACharacter() {
        assertThat(DisplayText.line("a\uD83Db")).isEqualTo("a\uFFFDb");
    }

    @Test
    void cutsBetweenCharactersAndNeverInsideOne() {
        String cut = DisplayText.line("\uD83D\uDE80".repeat(500));
        assertThat(cut).isEqualTo("\uD83D\uDE80".repeat(DisplayText.LINE) + "…");
    }

    @Test
    void leavesATextOfExactlyTheLongestLengthAlone() {
        String text = "a".repeat(DisplayText.LINE);
        assertThat(DisplayText.line(text)).isEqualTo(text);
        assertThat(DisplayText.line(text + "b")).isEqualTo(text + "…");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/wiki?a=b", "https://app.example.com/x", "http://localhost:3000"})
    void keepsLinksToPathsAndSites(String link) {
        assertThat(DisplayText.link(link)).isEqualTo(link);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "javascript:alert(1)",
                " javascript:alert(1)",
                "JavaScript:alert(1)",
                "data:text/html,x",
                "//evil.example",
                "/\\evil.example",
                "wiki"
            })
    void leadsHomeInsteadOfAnywhereElse(String link) {
        assertThat(DisplayText.link(link)).isEqualTo("/");
    }
}
