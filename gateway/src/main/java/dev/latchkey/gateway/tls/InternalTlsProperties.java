package dev.latchkey.gateway.tls;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * With what the internal port speaks TLS. Without a certificate it speaks plain HTTP.
 *
 * @param certificate PEM file with the certificate and the chain that vouches for it
 * @param privateKey PEM file with its private key, which may be the same file
 * @param clientCa PEM file with the authorities whose certificates clients may show; without it none is asked for
 */
@ConfigurationProperties("latchkey.internal.tls")
record InternalTlsProperties(
        @Nullable String certificate,
        @Nullable String privateKey,
        @Nullable String clientCa) {

    static final String PREFIX = "latchkey.internal.tls";

    boolean isOn() {
        return TlsProperties.isGiven(certificate)
                || TlsProperties.isGiven(privateKey)
                || TlsProperties.isGiven(clientCa);
    }
}
