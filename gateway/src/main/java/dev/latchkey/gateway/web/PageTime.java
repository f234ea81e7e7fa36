package dev.latchkey.gateway.web;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** An instant as a {@code <time>} element: once for machines, once for people, who read UTC. */
record PageTime(String machine, String words) {

    private static final DateTimeFormatter WORDS = DateTimeFormatter.ofPattern(
                    "d MMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    static PageTime of(Instant instant) {
        return new PageTime(instant.truncatedTo(ChronoUnit.SECONDS).toString(), WORDS.format(instant));
    }
}
