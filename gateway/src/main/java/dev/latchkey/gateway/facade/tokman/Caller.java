package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.SecretSource;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who may have tokens.
 *
 * @param name as it stands in the audit log
 * @param password what proves it, or null for whoever is known by their address
 */
record Caller(String name, @Nullable SecretSource password, RepositoryPatterns repositories) {

    boolean proves(Secret given) {
        return password != null && password.current().equals(given);
    }
}
