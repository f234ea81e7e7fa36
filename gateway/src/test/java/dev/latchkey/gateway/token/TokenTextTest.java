package dev.latchkey.gateway.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.keys.Secret;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenTextTest {

    private static final SecureRandom RANDOM = new SecureRandom();

    @Test
    void hasAPrefixAndAChecksumThatAScannerCanVerify() {
        // Worked out by another program.
        assertThat(TokenText.isWhole("lk_" + "0".repeat(30) + "2C8GjS")).isTrue();
        assertThat(TokenText.fresh(RANDOM).reveal()).matches("lk_[0-9A-Za-z]{36}");
        assertThat(TokenText.isWhole(TokenText.fresh(RANDOM).reveal())).isTrue();
    }

    @Test
    void noTypingErrorGoesUnnoticed() {
        String good = TokenText.fresh(RANDOM).reveal();
        for (int i = 3; i < good.length(); i++) {
            char other = good.charAt(i) == 'x' ? 'y' : 'x';
            assertThat(TokenText.isWhole(good.substring(0, i) + other + good.substring(i + 1)))
                    .isFalse();
        }
        assertThat(TokenText.isWhole(good + "0")).isFalse();
        assertThat(TokenText.isWhole(good.substring(1))).isFalse();
        assertThat(TokenText.isWhole("lk_" + "é".repeat(36))).isFalse();
    }

    @Test
    void isNeverTheSameTwiceAndNeitherIsItsId() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            Secret token = TokenText.fresh(RANDOM);
            assertThat(seen.add(token.reveal())).isTrue();
            assertThat(seen.add(TokenText.idOf(token))).isTrue();
            assertThat(TokenText.idOf(token)).hasSize(22);
        }
    }
}
