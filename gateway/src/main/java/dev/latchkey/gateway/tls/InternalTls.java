package dev.latchkey.gateway.tls;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServer;

/**
 * TLS at the internal port. A client may show a certificate of its own (mutual TLS, RFC 8446, section 4.3.2): one that no
 * configured authority vouches for ends the connection, and none at all leaves the client to say otherwise who it is.
 */
public final class InternalTls {

    private final @Nullable WatchedCertificate certificate;

    private InternalTls(@Nullable WatchedCertificate certificate) {
        this.certificate = certificate;
    }

    /** @throws ConfigurationRefused if it cannot be used */
    static InternalTls in(InternalTlsProperties properties, Clock clock) {
        if (!properties.isOn()) {
            return new InternalTls(null);
        }
        ConfigurationFaults faults = new ConfigurationFaults();
        CertificateFiles files = files(properties, faults);
        faults.throwIfAny();
        try {
            return new InternalTls(files == null ? null : new WatchedCertificate(files, clock));
        } catch (UnusableCertificate e) {
            faults.add(InternalTlsProperties.PREFIX, e.words(), UnusableCertificate.REMEDY);
            faults.throwIfAny();
            throw e;
        }
    }

    /** Null, with faults, if something is missing. */
    private static @Nullable CertificateFiles files(InternalTlsProperties properties, ConfigurationFaults faults) {
        String place = InternalTlsProperties.PREFIX;
        Path chain = TlsProperties.path(place + ".certificate", properties.certificate(), faults);
        Path key = TlsProperties.path(place + ".private-key", properties.privateKey(), faults);
        Path authorities = TlsProperties.isGiven(properties.clientCa())
                ? TlsProperties.path(place + ".client-ca", properties.clientCa(), faults)
                : null;
        return chain == null || key == null ? null : new CertificateFiles(place, chain, key, false, authorities);
    }

    /** Whether the internal port speaks TLS, and nothing else. */
    public boolean isOn() {
        return certificate != null;
    }

    /** That server, speaking TLS if it shall; what was reloaded counts from the next connection on. */
    public HttpServer on(HttpServer server) {
        WatchedCertificate watched = certificate;
        if (watched == null) {
            return server;
        }
        return server.secure(
                spec -> spec.sslContext(watched.current().provider().getSslContext())
                        .setSniAsyncMappings((name, promise) ->
                                promise.setSuccess(watched.current().provider())));
    }

    void look() {
        if (certificate != null) {
            certificate.look();
        }
    }
}
