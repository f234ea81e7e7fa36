package dev.latchkey.gateway.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HashesTest {

    /** The example of RFC 7636, appendix B. */
    @Test
    void aNameIsWhatAChallengeIs() {
        assertThat(Sha256.name("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
                .isEqualTo("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    @Test
    void aShortNameIsMadeOfTheFirstBytes() {
        assertThat(Sha256.name("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", 3))
                .isEqualTo("E9Me");
    }

    /** The example of GitHub's page about webhook deliveries. */
    @Test
    void aBodyIsSignedAsGitHubSigns() {
        assertThat(HmacSha256.hex(Secret.of("It's a Secret to Everybody"), "Hello, World!".getBytes(UTF_8)))
                .isEqualTo("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    }
}
