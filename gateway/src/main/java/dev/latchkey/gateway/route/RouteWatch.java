package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.ConfigurationFault;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Looks at the folder of route files about twice a second, and puts what has changed in force in one step.
 *
 * <p>It looks rather than waits to be told: notifications of file systems miss network mounts and say little of the
 * symbolic links by which Kubernetes swaps a ConfigMap, and they would have to be checked by looking anyway.
 */
final class RouteWatch implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(RouteWatch.class);
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration LONGEST_INTERVAL = Duration.ofMillis(900);
    private static final Duration SECOND_LOOK = Duration.ofMillis(150);
    /** Of ten thousand files each look takes a while; no more than a twentieth of a core is spent on it. */
    private static final int REST = 20;

    private final RouteFolder folder;
    private final Routes routes;
    private @Nullable ScheduledExecutorService watcher;
    private Set<ConfigurationFault> told = Set.of();

    RouteWatch(RouteFolder folder, Routes routes) {
        this.folder = folder;
        this.routes = routes;
    }

    @Override
    public synchronized void start() {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread daemon = new Thread(task, "route-watch");
            daemon.setDaemon(true);
            return daemon;
        });
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        watcher = thread;
        schedule(thread, INTERVAL);
    }

    private void schedule(ScheduledExecutorService thread, Duration delay) {
        if (!thread.isShutdown()) {
            thread.schedule(() -> lookAndGoOn(thread), delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void lookAndGoOn(ScheduledExecutorService thread) {
        long begun = System.nanoTime();
        try {
            look();
        } catch (RuntimeException e) {
            LOG.error("The route files could not be looked at; what is in force stays in force", e);
        } finally {
            schedule(thread, folder.isWaiting() ? SECOND_LOOK : rest(System.nanoTime() - begun));
        }
    }

    private static Duration rest(long looked) {
        Duration rest = Duration.ofNanos(looked).multipliedBy(REST);
        if (rest.compareTo(INTERVAL) < 0) {
            return INTERVAL;
        }
        return rest.compareTo(LONGEST_INTERVAL) > 0 ? LONGEST_INTERVAL : rest;
    }

    /** One look. Everything of it is in force when this returns. */
    void look() {
        RouteFolder.Contents contents = folder.look();
        if (contents == null) {
            return;
        }
        routes.replace(contents.routes(), contents.faults());
        LOG.info("Route files changed: serving {} routes", contents.routes().size());
        tell(contents.faults());
    }

    private void tell(List<ConfigurationFault> faults) {
        faults.stream()
                .filter(fault -> !told.contains(fault))
                .forEach(fault -> LOG.warn("A route file is wrong, its last good version goes on serving. {}", fault));
        told = new HashSet<>(faults);
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
