package dev.latchkey.gateway.tls;

/** Why a certificate cannot be used, in words for the operator that quote nothing of a key. */
final class UnusableCertificate extends RuntimeException {

    static final String REMEDY =
            "Name PEM files that the gateway may read: the certificate before its chain, and its key, unencrypted.";

    private static final long serialVersionUID = 1L;

    UnusableCertificate(String words) {
        super(words);
    }

    String words() {
        return String.valueOf(getMessage());
    }
}
