package dev.latchkey.gateway.ops;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.core.env.Environment;

/**
 * How an event with fields is written: as {@code name=value} in a line for people, or as fields of their own where Spring
 * Boot writes structured logs ({@code logging.structured.format.console} or {@code .file}).
 *
 * @param pairs whether some log takes fields
 * @param line whether some log takes nothing but the line
 */
record LogFields(boolean pairs, boolean line) {

    static LogFields of(Environment environment) {
        boolean console = isStructured(environment, "console");
        boolean hasFile =
                environment.containsProperty("logging.file.name") || environment.containsProperty("logging.file.path");
        boolean file = hasFile && isStructured(environment, "file");
        return new LogFields(console || file, !console || (hasFile && !file));
    }

    private static boolean isStructured(Environment environment, String log) {
        return !environment.getProperty("logging.structured.format." + log, "").isBlank();
    }

    /** An event that begins with these words, where it is structured; a line has them in its fields. */
    Event event(String words) {
        return new Event(words);
    }

    /** One event while it is put together, by one thread. */
    final class Event {

        private final String words;
        private final StringBuilder text = new StringBuilder(256);
        private final List<String> names = new ArrayList<>();
        private final List<Object> values = new ArrayList<>();

        private Event(String words) {
            this.words = words;
        }

        /**
         * A field.
         *
         * @param name in a line
         * @param ecs in structured logs
         * @param value a word of the gateway's own, a number, or what has been through {@link LogText}
         */
        Event with(String name, String ecs, Object value) {
            onlyInLine(name, value);
            return onlyInFields(ecs, value);
        }

        Event onlyInLine(String name, Object value) {
            if (line) {
                text.append(text.isEmpty() ? "" : " ").append(name).append('=').append(value);
            }
            return this;
        }

        Event onlyInFields(String ecs, Object value) {
            if (pairs) {
                names.add(ecs);
                values.add(value);
            }
            return this;
        }

        void write(Logger log, Level level) {
            LoggingEventBuilder event = log.atLevel(level);
            for (int i = 0; i < names.size(); i++) {
                event = event.addKeyValue(names.get(i), values.get(i));
            }
            event.log(line ? text.toString() : words);
        }
    }
}
