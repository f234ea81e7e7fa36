package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How people's provider tokens are kept.
 *
 * @param renewBefore how long before a token is of no more use it is renewed at the latest; up to ten minutes are added, so
 *     that people who signed in together are not renewed together
 * @param renewUnused whether GitHub's tokens are renewed, too, while nobody uses them. Other providers' always are; GitHub
 *     takes at most 2,000 renewals an hour from an app, and keeps a refresh token for half a year
 */
@ConfigurationProperties("latchkey.tokens")
record VaultProperties(
        @DefaultValue("5m") Duration renewBefore,
        @DefaultValue("false") boolean renewUnused) {

    private static final Duration LONGEST = Duration.ofHours(12);

    void check(ConfigurationFaults faults) {
        if (renewBefore.isNegative() || renewBefore.compareTo(LONGEST) > 0) {
            faults.add(
                    "latchkey.tokens.renew-before",
                    "'" + renewBefore + "' is not between 0 and twelve hours",
                    "Write a duration such as 5m.");
        }
    }
}
