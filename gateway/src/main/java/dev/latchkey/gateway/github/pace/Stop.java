package dev.latchkey.gateway.github.pace;

import org.jspecify.annotations.Nullable;

/**
 * A time in which nothing is sent, after a limit was met. Where GitHub does not say how long, it is a minute, and twice as
 * long each time it happens again soon after, up to an hour.
 */
final class Stop {

    private static final long FIRST = 60_000;
    private static final long LONGEST = 3_600_000;
    private static final long REMEMBERED = 600_000;
    private static final int MOST_STRIKES = 10;

    private long until;
    private long strikes;
    private long rememberedUntil;
    private boolean unproven;

    /**
     * A limit was met.
     *
     * @param said how long GitHub says to wait, in milliseconds, or null
     */
    void met(long now, @Nullable Long said) {
        if (now < until) {
            // That call was under way when the limit was first met: no new offence.
            until = said == null ? until : Math.max(until, now + said);
        } else {
            strikes = now < rememberedUntil ? strikes : 0;
            until = now + (said == null ? Math.min(LONGEST, FIRST << strikes) : said);
            strikes = Math.min(MOST_STRIKES, strikes + 1);
        }
        rememberedUntil = until + REMEMBERED;
        unproven = true;
    }

    /** A call that began then was answered as usual. */
    void passed(long began) {
        if (began >= until) {
            unproven = false;
        }
    }

    /** Whether it is yet to be seen, by one call alone, that calls are answered again. */
    boolean isUnproven() {
        return unproven;
    }

    /** The first millisecond at which something may be sent. */
    long until() {
        return until;
    }

    void takeIn(Stop other) {
        until = Math.max(until, other.until);
        strikes = Math.max(strikes, other.strikes);
        rememberedUntil = Math.max(rememberedUntil, other.rememberedUntil);
        unproven |= other.unproven;
    }

    void write(Ink ink) {
        ink.write(until).write(strikes).write(rememberedUntil).write(unproven ? 1 : 0);
    }

    static Stop read(Ink ink) {
        Stop stop = new Stop();
        stop.until = ink.read();
        stop.strikes = Math.max(0, Math.min(MOST_STRIKES, ink.read()));
        stop.rememberedUntil = ink.read();
        stop.unproven = ink.read() == 1;
        return stop;
    }
}
