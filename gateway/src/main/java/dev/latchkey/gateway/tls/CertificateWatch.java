package dev.latchkey.gateway.tls;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Looks at the files of the certificates once a second. It looks rather than waits to be told, so that network mounts and
 * files swapped by a symbolic link some folders up need no thought.
 */
final class CertificateWatch implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final EdgeCertificates certificates;
    private final InternalTls internal;
    private @Nullable ScheduledExecutorService watcher;

    CertificateWatch(EdgeCertificates certificates, InternalTls internal) {
        this.certificates = certificates;
        this.internal = internal;
    }

    @Override
    public synchronized void start() {
        if (certificates.isEmpty() && !internal.isOn()) {
            return;
        }
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread daemon = new Thread(task, "certificate-watch");
            daemon.setDaemon(true);
            return daemon;
        });
        thread.scheduleWithFixedDelay(this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        watcher = thread;
    }

    private void look() {
        try {
            certificates.look();
            internal.look();
        } catch (RuntimeException e) {
            LOG.error("The certificates could not be looked at; what is in force stays in force", e);
        }
    }

    @Override
    public synchronized void stop() {
        if (watcher != null) {
            watcher.shutdownNow();
            watcher = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return watcher != null;
    }
}
