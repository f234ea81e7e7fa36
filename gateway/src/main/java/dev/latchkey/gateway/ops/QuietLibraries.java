package dev.latchkey.gateway.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Keeps libraries from writing down whole messages. Below INFO these print queries with codes in them, paths with the ids of
 * sessions, token answers, pages and what goes to the store, which no configured level may bring into a log; every other logger obeys its level.
 *
 * <p>A filter of the logging system itself, so that neither {@code logging.level} nor a changed level at run time opens
 * what it closes.
 */
public final class QuietLibraries implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final List<String> TALKATIVE = List.of(
            "io.lettuce.core",
            "io.netty.handler.logging",
            "org.springframework.core.codec",
            "org.springframework.data.redis",
            "org.springframework.http.codec",
            "org.springframework.web.HttpLogging",
            "org.springframework.web.reactive.function.server",
            "org.springframework.web.server.adapter");

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logging
                && logging.getTurboFilterList().stream().noneMatch(BelowInfo.class::isInstance)) {
            BelowInfo filter = new BelowInfo();
            filter.setContext(logging);
            filter.start();
            logging.addTurboFilter(filter);
        }
    }

    private static final class BelowInfo extends TurboFilter {

        @Override
        public FilterReply decide(
                @Nullable Marker marker,
                Logger logger,
                Level level,
                @Nullable String format,
                Object @Nullable [] arguments,
                @Nullable Throwable failure) {
            boolean wanted =
                    level.toInt() < Level.INFO_INT && logger.getEffectiveLevel().toInt() <= level.toInt();
            return wanted && isTalkative(logger.getName()) ? FilterReply.DENY : FilterReply.NEUTRAL;
        }

        private static boolean isTalkative(String name) {
            return TALKATIVE.stream().anyMatch(name::startsWith);
        }
    }
}
