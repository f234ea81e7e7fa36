package dev.latchkey.gateway.github.pace;

import java.util.Locale;

/** Why a call has to wait. */
enum Reason {
    NONE("it may go"),
    STOPPED("GitHub's rate limit is reached; nothing is sent to GitHub before its time"),
    QUOTA("The quota of GitHub calls is spent"),
    SPACING("The quota of GitHub calls runs low, and what is left is spread over the time"),
    SCOUT("Another call finds out first how much may be sent to GitHub"),
    POINTS("GitHub takes only so many calls a minute"),
    CONCURRENCY("GitHub takes only so many calls at once"),
    CPU("GitHub has spent much time on these calls"),
    WRITES("GitHub takes one change at a time, and a second between"),
    CONTENT("GitHub takes only so much new content a minute and an hour"),
    NOTIFICATIONS("GitHub takes changes that notify people some seconds apart"),
    FAIRNESS("It is another app's turn"),
    CROWD("Too many calls to GitHub are waiting");

    private final String words;

    Reason(String words) {
        this.words = words;
    }

    /** For the client. */
    String words() {
        return words;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
