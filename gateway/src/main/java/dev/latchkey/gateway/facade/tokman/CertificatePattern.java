package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.keys.Sha256;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Which client certificate a caller shows, by its subject, by one of its alternative names (RFC 5280, section 4.2.1.6) or as
 * that very certificate, by its SHA-256 fingerprint. That it is genuine was found out when the connection was made. Names are
 * compared as a whole: a certificate for {@code *.example.com} is no certificate for every name below.
 */
sealed interface CertificatePattern {

    /** In words for whoever wrote it. */
    String FORMS = "dns:worker.example.com, uri:spiffe://example.com/worker, email:worker@example.com,"
            + " subject:CN=worker,O=Example or sha256: and the fingerprint";

    boolean matches(X509Certificate shown);

    /** @throws IllegalArgumentException if it is written in no form there is */
    static CertificatePattern parse(String text) {
        int colon = text.indexOf(':');
        String value = text.substring(colon + 1).strip();
        if (colon < 0 || value.isEmpty()) {
            throw new IllegalArgumentException(text);
        }
        return switch (text.substring(0, colon).strip().toLowerCase(Locale.ROOT)) {
            case "dns" -> new AlternativeName(2, value.toLowerCase(Locale.ROOT));
            case "uri" -> new AlternativeName(6, value);
            case "email" -> new AlternativeName(1, value);
            case "subject" -> new Subject(new X500Principal(value, Map.of()));
            case "sha256" -> new Fingerprint(HexFormat.of().parseHex(hexadecimal(value)));
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static String hexadecimal(String value) {
        String digits = value.replace(":", "");
        if (digits.length() != 64) {
            throw new IllegalArgumentException(value);
        }
        return digits;
    }

    /** @param kind its number in the standard */
    record AlternativeName(int kind, String value) implements CertificatePattern {

        private static final int DNS = 2;

        @Override
        public boolean matches(X509Certificate shown) {
            try {
                @Nullable Collection<List<?>> names = shown.getSubjectAlternativeNames();
                return names != null
                        && names.stream().anyMatch(name -> Integer.valueOf(kind).equals(name.get(0)) && isValue(name));
            } catch (CertificateParsingException e) {
                return false;
            }
        }

        private boolean isValue(List<?> name) {
            String text = String.valueOf(name.get(1));
            return value.equals(kind == DNS ? text.toLowerCase(Locale.ROOT) : text);
        }
    }

    /** Compared as RFC 5280, section 7.1, says: whatever the case and the spaces. */
    record Subject(X500Principal name) implements CertificatePattern {

        @Override
        public boolean matches(X509Certificate shown) {
            return name.equals(shown.getSubjectX500Principal());
        }
    }

    /** A certificate and no other, not even its successor. */
    final class Fingerprint implements CertificatePattern {

        private final byte[] sha256;

        Fingerprint(byte[] sha256) {
            this.sha256 = sha256.clone();
        }

        @Override
        public boolean matches(X509Certificate shown) {
            try {
                return MessageDigest.isEqual(sha256, Sha256.of(shown.getEncoded()));
            } catch (CertificateEncodingException e) {
                return false;
            }
        }
    }
}
