package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.SecretSource;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who may have tokens.
 *
 * @param name as it stands in the audit log
 * @param password what proves it, or null
 * @param certificate the client certificate that proves it, or null
 */
record Caller(
        String name,
        @Nullable SecretSource password,
        @Nullable CertificatePattern certificate,
        RepositoryPatterns repositories) {

    /** Somebody who is known by where they call from. */
    static Caller byAddress(String name, RepositoryPatterns repositories) {
        return new Caller(name, null, null, repositories);
    }

    boolean shows(X509Certificate shown) {
        return certificate != null && certificate.matches(shown);
    }

    boolean proves(Secret given) {
        return password != null && password.current().equals(given);
    }
}
