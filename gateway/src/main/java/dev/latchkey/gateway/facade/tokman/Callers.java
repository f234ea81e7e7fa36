package dev.latchkey.gateway.facade.tokman;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.ThisMachine;
import java.net.InetSocketAddress;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * Tells who is calling: by credentials, else by a client certificate, else by where from if the operator said so. Where nobody
 * is configured, this machine may ask, which has the App's key anyway; but no web page that a browser on it shows.
 */
final class Callers {

    private final List<Caller> known;
    private final Networks open;
    private final Caller stranger;
    private final Caller local = Caller.byAddress("loopback", RepositoryPatterns.ALL);
    private final Clock clock;

    private Callers(List<Caller> known, Networks open, RepositoryPatterns openRepositories, Clock clock) {
        this.known = known;
        this.open = open;
        this.stranger = Caller.byAddress("open-network", openRepositories);
        this.clock = clock;
    }

    static Callers read(
            TokmanProperties properties, InternalTokenProperties internal, ConfigurationFaults faults, Clock clock) {
        List<Caller> known = new ArrayList<>();
        for (Secret token : internal.token()) {
            password("latchkey.internal.token", token, faults, clock)
                    .ifPresent(source -> known.add(new Caller("internal", source, null, RepositoryPatterns.ALL)));
        }
        for (int i = 0; i < properties.callers().size(); i++) {
            read("latchkey.broker.callers[" + i + "]", properties.callers().get(i), faults, clock)
                    .ifPresent(known::add);
        }
        TokmanProperties.Open open = properties.open();
        return new Callers(
                List.copyOf(known),
                Networks.parse("latchkey.broker.open.networks", open.networks(), faults),
                RepositoryPatterns.parse("latchkey.broker.open.repositories", open.repositories(), faults),
                clock);
    }

    private static Optional<Caller> read(
            String place, TokmanProperties.Caller entry, ConfigurationFaults faults, Clock clock) {
        String name = entry.name() == null ? "" : entry.name();
        if (!name.matches("[A-Za-z0-9._@-]{1,64}")) {
            faults.add(
                    place + ".name",
                    name.isEmpty() ? "it is missing" : "'" + name + "' is no name",
                    "Name the caller by letters, digits, dots, dashes and underscores.");
        }
        RepositoryPatterns patterns = RepositoryPatterns.parse(place + ".repositories", entry.repositories(), faults);
        Optional<CertificatePattern> certificate = certificate(place + ".certificate", entry.certificate(), faults);
        if (entry.certificate() != null && entry.password() == null) {
            return certificate.map(pattern -> new Caller(name, null, pattern, patterns));
        }
        return password(place + ".password", entry.password(), faults, clock)
                .map(password -> new Caller(name, password, certificate.orElse(null), patterns));
    }

    private static Optional<CertificatePattern> certificate(
            String property, @Nullable String configured, ConfigurationFaults faults) {
        if (configured == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(CertificatePattern.parse(configured));
        } catch (IllegalArgumentException e) {
            faults.add(
                    property,
                    "'" + configured + "' describes no certificate",
                    "Write " + CertificatePattern.FORMS + ".");
            return Optional.empty();
        }
    }

    private static Optional<SecretSource> password(
            String property, @Nullable Secret configured, ConfigurationFaults faults, Clock clock) {
        if (configured == null || configured.reveal().isBlank()) {
            faults.add(property, "it is missing", "Make one with 'openssl rand -base64 32'.");
            return Optional.empty();
        }
        try {
            return Optional.of(SecretSource.of(configured, clock));
        } catch (ConfigurationRefused refused) {
            faults.addAll(refused.faults());
            return Optional.empty();
        }
    }

    /** @throws Problem {@code caller.unknown} */
    Caller of(ServerRequest request) {
        List<String> credentials = request.headers().header(HttpHeaders.AUTHORIZATION);
        if (credentials.isEmpty()) {
            return byCertificate(request).orElseGet(() -> byAddress(request));
        }
        return Optional.of(credentials)
                .filter(one -> one.size() == 1)
                .flatMap(one -> byCredentials(one.get(0)))
                .orElseThrow(Callers::unknown);
    }

    private Optional<Caller> byCredentials(String authorization) {
        String[] parts = authorization.trim().split(" +", 2);
        if (parts.length < 2) {
            return Optional.empty();
        }
        return switch (parts[0].toLowerCase(Locale.ROOT)) {
            case "basic" -> byBasic(parts[1]);
            case "bearer" -> byToken(parts[1]);
            default -> Optional.empty();
        };
    }

    /** RFC 7617: the password may hold colons, the name may not. */
    private Optional<Caller> byBasic(String encoded) {
        String decoded;
        try {
            decoded = new String(Base64.getDecoder().decode(encoded), UTF_8);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        int colon = decoded.indexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String name = decoded.substring(0, colon);
        return byToken(decoded.substring(colon + 1))
                .filter(caller -> caller.name().equals(name));
    }

    /** Compares with everybody's, so that the time it takes tells nothing about who there is. */
    private Optional<Caller> byToken(String text) {
        Secret given = Secret.of(text);
        Caller found = null;
        for (Caller caller : known) {
            found = caller.proves(given) ? caller : found;
        }
        return Optional.ofNullable(found);
    }

    /**
     * By the certificate that was shown when the connection was made. Its time is looked at anew: connections are kept, and
     * one that is trusted by itself, and not for an authority's sake, is taken for good by the JDK.
     */
    private Optional<Caller> byCertificate(ServerRequest request) {
        SslInfo secured = request.exchange().getRequest().getSslInfo();
        X509Certificate @Nullable [] chain = secured == null ? null : secured.getPeerCertificates();
        if (chain == null || chain.length == 0 || !isValid(chain[0])) {
            return Optional.empty();
        }
        return known.stream().filter(caller -> caller.shows(chain[0])).findFirst();
    }

    private boolean isValid(X509Certificate shown) {
        try {
            shown.checkValidity(Date.from(clock.instant()));
            return true;
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            return false;
        }
    }

    private Caller byAddress(ServerRequest request) {
        InetSocketAddress peer = request.remoteAddress().orElseThrow(Callers::unknown);
        if (known.isEmpty() && ThisMachine.calls(request)) {
            return local;
        }
        if (open.include(peer)) {
            return stranger;
        }
        throw unknown();
    }

    private static Problem unknown() {
        return Problem.of(ProblemCode.CALLER_UNKNOWN);
    }
}
