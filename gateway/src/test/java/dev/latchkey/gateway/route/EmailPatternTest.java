package dev.latchkey.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmailPatternTest {

    @ParameterizedTest
    @CsvSource({
        "*@acme.example, a@acme.example, true",
        "*@acme.example, A.B+c@ACME.Example, true",
        "*@acme.example, a@evil-acme.example, false",
        "*@acme.example, a@acme.example.evil, false",
        "*@acme.example, a@x.acme.example, false",
        "*@acme.example, evil@evil.example@acme.example, false",
        "*@acme.example, @acme.example, false",
        "*@acme.example, acme.example, false",
        "*@*.acme.example, a@x.acme.example, true",
        "*@*.acme.example, a@x.y.acme.example, true",
        "*@*.acme.example, a@acme.example, false",
        "*@*.acme.example, a@xacme.example, false",
        "ops-*@acme.example, ops-1@acme.example, true",
        "ops-*@acme.example, dev-ops-1@acme.example, false",
        "*.ext@acme.example, a.ext@acme.example, true",
        "*.ext@acme.example, a.ext2@acme.example, false",
        "a*b*c@acme.example, axxbyybzc@acme.example, true",
        "a.b@acme.example, axb@acme.example, false",
    })
    void coversWholeAddressesOnly(String pattern, String address, boolean covered) {
        assertThat(EmailPattern.of(pattern).orElseThrow().covers(address)).isEqualTo(covered);
    }

    @Test
    void doesNotDependOnTheLanguageOfTheMachine() {
        assertThat(EmailPattern.of("*@ACMEI.example").orElseThrow().covers("a@acmei.example"))
                .isTrue();
    }

    @Test
    void isNotSlowedDownByManyStars() {
        EmailPattern pattern =
                EmailPattern.of("*a".repeat(30) + "@acme.example").orElseThrow();
        long start = System.nanoTime();
        assertThat(pattern.covers("a".repeat(250) + "b@acme.example")).isFalse();
        assertThat(System.nanoTime() - start).isLessThan(30_000_000_000L);
    }

    @Test
    void hasNobodyWithoutAnAddress() {
        assertThat(EmailPattern.of("*@acme.example").orElseThrow().covers(null)).isFalse();
    }
}
