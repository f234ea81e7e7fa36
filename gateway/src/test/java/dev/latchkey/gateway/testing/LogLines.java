package dev.latchkey.gateway.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;

/** What a logger of this JVM is told from now on. Some logs are written beside the requests: those have to be waited for. */
public final class LogLines implements AutoCloseable {

    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(1);

    private final Logger logger;
    private final Level before;
    private final List<ILoggingEvent> heard = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            heard.add(event);
        }
    };

    private LogLines(Logger logger) {
        this.logger = logger;
        this.before = logger.getLevel();
        logger.setLevel(Level.INFO);
        appender.start();
        logger.addAppender(appender);
    }

    public static LogLines of(String logger) {
        return new LogLines((Logger) LoggerFactory.getLogger(logger));
    }

    public List<String> all() {
        return heard.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** Those that contain all these words. */
    public List<String> with(String... words) {
        return all().stream().filter(line -> hasAll(line, words)).toList();
    }

    private static boolean hasAll(String line, String... words) {
        for (String word : words) {
            if (!line.contains(word)) {
                return false;
            }
        }
        return true;
    }

    /** The first line that contains all these words, as soon as there is one. */
    public String await(String... words) {
        await(lines -> !with(words).isEmpty());
        return with(words).get(0);
    }

    /** Waits until what there is fits. */
    public void await(Predicate<List<String>> fits) {
        long end = System.nanoTime() + PATIENCE;
        while (!fits.test(all())) {
            if (System.nanoTime() > end) {
                throw new AssertionError("It was not said: " + String.join("\n", all()));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(before);
    }
}
