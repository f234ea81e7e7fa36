package dev.latchkey.gateway.tls;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The certificates in force, by the name a client asks for (RFC 6066, section 3). */
public final class EdgeCertificates {

    private final List<WatchedCertificate> watched;
    private volatile Map<String, ServerCertificate> byName;

    private EdgeCertificates(List<WatchedCertificate> watched) {
        this.watched = watched;
        this.byName = named(watched);
    }

    /**
     * @param http2 whether the handshake offers HTTP/2 besides HTTP/1.1
     * @throws ConfigurationRefused if one of them cannot be used, naming all such
     */
    static EdgeCertificates in(TlsProperties properties, boolean http2, Clock clock) {
        ConfigurationFaults faults = new ConfigurationFaults();
        List<WatchedCertificate> watched = new ArrayList<>();
        for (CertificateFiles files : properties.files(http2, faults)) {
            try {
                watched.add(new WatchedCertificate(files, clock));
            } catch (UnusableCertificate e) {
                faults.add(files.place(), e.words(), UnusableCertificate.REMEDY);
            }
        }
        faults.throwIfAny();
        return new EdgeCertificates(List.copyOf(watched));
    }

    /** True if the edge speaks plain HTTP. */
    public boolean isEmpty() {
        return watched.isEmpty();
    }

    /** That for names which none is made out to, and for clients which ask for none. */
    ServerCertificate usual() {
        return watched.get(0).current();
    }

    /** @param name as the client sent it, in lower case, or null */
    ServerCertificate forName(@Nullable String name) {
        if (name == null) {
            return usual();
        }
        Map<String, ServerCertificate> known = byName;
        ServerCertificate exact = known.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        ServerCertificate wide = dot < 0 ? null : known.get('*' + name.substring(dot));
        return wide == null ? usual() : wide;
    }

    /** Looks at all files. What is new is shown to connections from now on; open ones stay as they are. */
    void look() {
        boolean changed = false;
        for (WatchedCertificate each : watched) {
            changed |= each.look();
        }
        if (changed) {
            byName = named(watched);
        }
    }

    /** Of several for one name, the first counts. */
    private static Map<String, ServerCertificate> named(List<WatchedCertificate> watched) {
        Map<String, ServerCertificate> named = new HashMap<>();
        for (WatchedCertificate each : watched) {
            ServerCertificate certificate = each.current();
            certificate.names().forEach(name -> named.putIfAbsent(name, certificate));
        }
        return Map.copyOf(named);
    }
}
