package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.keys.Secret;
import java.time.Instant;
import java.util.List;

/**
 * A token of an installation. It prints nothing of itself, and it may be of any length.
 *
 * @param expiresAt when it dies, by this node's clock
 * @param repositories the full names of the repositories it reaches, as GitHub said; empty if it did not say
 */
public record InstallationToken(Secret secret, Instant expiresAt, List<String> repositories) {

    public InstallationToken {
        repositories = List.copyOf(repositories);
    }

    /** The token as it goes over the wire. */
    public String reveal() {
        return secret.reveal();
    }
}
