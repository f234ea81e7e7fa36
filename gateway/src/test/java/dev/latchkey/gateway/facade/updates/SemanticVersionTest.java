package dev.latchkey.gateway.facade.updates;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SemanticVersionTest {

    /** Each lower than all that follow, by section 11 of Semantic Versioning 2.0.0. */
    private static final List<String> IN_ORDER = List.of(
            "0.0.4",
            "0.9.9",
            "1.0.0-0",
            "1.0.0-9",
            "1.0.0-10",
            "1.0.0-99999999999999999999",
            "1.0.0--",
            "1.0.0-1a",
            "1.0.0-RC",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-beta.11.0",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1-rc",
            "1.0.1",
            "1.2.9",
            "1.2.10",
            "1.10.0",
            "2.0.0",
            "10.0.0",
            "99999999999999999999.0.0");

    private static SemanticVersion version(String text) {
        return SemanticVersion.parse(text).orElseThrow();
    }

    @Test
    void areOrderedAsTheirSectionElevenSays() {
        for (int i = 0; i < IN_ORDER.size(); i++) {
            for (int j = 0; j < IN_ORDER.size(); j++) {
                assertThat(Integer.signum(version(IN_ORDER.get(i)).compareTo(version("v" + IN_ORDER.get(j)))))
                        .as(IN_ORDER.get(i) + " against " + IN_ORDER.get(j))
                        .isEqualTo(Integer.compare(i, j));
            }
        }
    }

    @Test
    void areNeitherHigherNorLowerForWhatTheyWereBuiltFrom() {
        assertThat(version("1.0.0+20130313144700").compareTo(version("1.0.0+exp.sha.5114f85")))
                .isZero();
        assertThat(version("1.0.0-rc.1+b").isNewerThan(version("1.0.0-rc.1"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2",
                "1.2.3.4",
                "01.2.3",
                "1.02.3",
                "1.2.03",
                "1.2.3-",
                "1.2.3-01",
                "1.2.3-a..b",
                "1.2.3+",
                "1.2.3-a+",
                "vv1.2.3",
                "V1.2.3",
                "-1.2.3",
                "1.2.x",
                "1.2.3 ",
                "nightly",
                "1.2.3-ä",
                "١.٢.٣"
            })
    void areNothingElse(String text) {
        assertThat(SemanticVersion.parse(text)).isEmpty();
    }

    @Test
    void areOfABoundedLength() {
        assertThat(SemanticVersion.parse("1.0.0-" + "a".repeat(251))).isEmpty();
        assertThat(SemanticVersion.parse("1.0.0-" + "a".repeat(200))).isPresent();
    }
}
