package dev.latchkey.gateway.testing;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A token of an installation.
 *
 * @param repositories the names it was narrowed to, empty for all of the installation
 */
public record StubInstallationToken(
        String value,
        long installation,
        List<String> repositories,
        Map<String, String> permissions,
        Instant expiresAt) {

    /** Tells which token this is without showing it. */
    @Override
    public String toString() {
        return "StubInstallationToken[of " + installation + " for " + repositories + "]";
    }
}
