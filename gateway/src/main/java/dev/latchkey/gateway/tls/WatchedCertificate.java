package dev.latchkey.gateway.tls;

import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A certificate as its files have it. Once it was good, its last good version stays in force, and what is wrong with a newer
 * one is told once. Only {@link #current} may be called by several threads at once.
 *
 * <p>Two files cannot be replaced at the same moment, so what does not fit is told of only if it still does not at the next
 * look.
 */
final class WatchedCertificate {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedCertificate.class);

    private final CertificateFiles files;
    private final Clock clock;
    private CertificateFiles.Content content;
    private volatile ServerCertificate current;
    private @Nullable String suspected;
    private @Nullable String told;
    private boolean endTold;

    /** @throws UnusableCertificate if there is none to begin with */
    WatchedCertificate(CertificateFiles files, Clock clock) {
        this.files = files;
        this.clock = clock;
        this.content = files.read();
        this.current = ServerCertificate.of(files, content);
        tellWhenOver();
    }

    ServerCertificate current() {
        return current;
    }

    /** Looks at the files, and says whether another certificate is in force now. */
    boolean look() {
        tellWhenOver();
        try {
            CertificateFiles.Content seen = files.read();
            boolean changed = !seen.equals(content);
            if (changed) {
                replace(seen);
            }
            suspected = null;
            told = null;
            return changed;
        } catch (UnusableCertificate e) {
            tellOnce(e.words());
            return false;
        }
    }

    private void replace(CertificateFiles.Content seen) {
        ServerCertificate replacement = ServerCertificate.of(files, seen);
        if (!replacement.isValidAt(clock.instant())) {
            throw new UnusableCertificate(files.certificate() + " is valid only from " + replacement.from() + " until "
                    + replacement.until());
        }
        current = replacement;
        content = seen;
        endTold = false;
        LOG.info(
                "{} has changed and is in force for {} until {}",
                files.certificate(),
                replacement.names(),
                replacement.until());
    }

    private void tellOnce(String words) {
        if (words.equals(suspected) && !words.equals(told)) {
            told = words;
            LOG.warn("{}: {}; the certificate that was read before stays in force", files.place(), words);
        }
        suspected = words;
    }

    private void tellWhenOver() {
        if (!endTold && !current.isValidAt(clock.instant())) {
            endTold = true;
            LOG.warn(
                    "{}: {} is valid only from {} until {}; clients will not accept it",
                    files.place(),
                    files.certificate(),
                    current.from(),
                    current.until());
        }
    }
}
