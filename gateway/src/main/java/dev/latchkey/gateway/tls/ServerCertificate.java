package dev.latchkey.gateway.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemContent;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.tcp.SslProvider;

/**
 * A certificate with its chain and key, ready to be shown.
 *
 * @param names the DNS names it is made out to, in lower case, perhaps with {@code *} for the first label (RFC 6125,
 *     section 6.4.3); the common name does not count, as it does not for browsers
 * @param from when it begins to be valid
 * @param until when it ends to be valid
 * @param provider what a connection is secured with
 */
record ServerCertificate(Set<String> names, Instant from, Instant until, SslProvider provider) {

    /** RFC 8996 forbids what is older. */
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    /** The newer version is preferred, and a client that knows neither is taken to speak HTTP/1.1 (RFC 7301). */
    private static final ApplicationProtocolConfig EITHER = new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_2,
            ApplicationProtocolNames.HTTP_1_1);

    private static final int DNS_NAME = 2;

    /** @throws UnusableCertificate if either cannot be understood or they do not belong together */
    static ServerCertificate of(CertificateFiles files, CertificateFiles.Content content) {
        List<X509Certificate> chain = chain(files.certificate(), content.certificate());
        PrivateKey key = key(files, content.privateKey());
        X509Certificate own = chain.get(0);
        if (!belongTogether(own.getPublicKey(), key)) {
            throw new UnusableCertificate(
                    files.privateKey() + " is not the key of the first certificate in " + files.certificate());
        }
        List<X509Certificate> authorities = authorities(files, content.clientAuthorities());
        return new ServerCertificate(
                names(own),
                own.getNotBefore().toInstant(),
                own.getNotAfter().toInstant(),
                provider(files, chain, key, authorities));
    }

    boolean isValidAt(Instant now) {
        return !now.isBefore(from) && !now.isAfter(until);
    }

    /** Empty if clients are not asked for certificates. */
    private static List<X509Certificate> authorities(CertificateFiles files, @Nullable String text) {
        return text == null || files.clientAuthorities() == null ? List.of() : chain(files.clientAuthorities(), text);
    }

    private static List<X509Certificate> chain(Path file, String text) {
        try {
            List<X509Certificate> chain =
                    Objects.requireNonNull(PemContent.of(text)).getCertificates();
            if (!chain.isEmpty()) {
                return chain;
            }
        } catch (RuntimeException e) {
            // Said below: the parser's own words quote what it was given.
        }
        throw new UnusableCertificate(file + " holds no certificate in PEM form");
    }

    private static PrivateKey key(CertificateFiles files, String text) {
        if (text.contains("ENCRYPTED")) {
            throw new UnusableCertificate(files.privateKey() + " is encrypted, and nobody is there to open it");
        }
        try {
            @Nullable
            PrivateKey key = Objects.requireNonNull(PemContent.of(text)).getPrivateKey();
            if (key != null) {
                return key;
            }
        } catch (RuntimeException e) {
            // As above.
        }
        throw new UnusableCertificate(files.privateKey() + " holds no private key in PEM form");
    }

    private static boolean belongTogether(PublicKey publicKey, PrivateKey key) {
        byte[] something = "latchkey".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signature = Signature.getInstance(algorithm(key));
            signature.initSign(key);
            signature.update(something);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(something);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static String algorithm(PrivateKey key) {
        String kind = key.getAlgorithm();
        return switch (kind) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> kind;
        };
    }

    private static Set<String> names(X509Certificate certificate) {
        Set<String> names = new LinkedHashSet<>();
        try {
            @Nullable Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.stream()
                        .filter(name -> Integer.valueOf(DNS_NAME).equals(name.get(0)))
                        .forEach(name -> names.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT)));
            }
        } catch (CertificateParsingException e) {
            // It is shown only where no name is asked for, then, and who is shown it may judge it.
        }
        return names;
    }

    /** Clients that are asked need not show a certificate; what they do show has to be good, or the connection ends. */
    private static SslProvider provider(
            CertificateFiles files, List<X509Certificate> chain, PrivateKey key, List<X509Certificate> authorities) {
        try {
            SslProvider.GenericSslContextSpec<SslContextBuilder> spec = Http11SslContextSpec.forServer(key, chain)
                    .configure(builder -> {
                        builder.protocols(PROTOCOLS);
                        if (files.http2()) {
                            builder.applicationProtocolConfig(EITHER);
                        }
                        if (!authorities.isEmpty()) {
                            builder.trustManager(authorities).clientAuth(ClientAuth.OPTIONAL);
                        }
                    });
            return SslProvider.builder().sslContext(spec).build();
        } catch (RuntimeException e) {
            throw new UnusableCertificate(files.certificate() + " and " + files.privateKey()
                    + " cannot be used for TLS (" + e.getClass().getSimpleName() + ")");
        }
    }
}
