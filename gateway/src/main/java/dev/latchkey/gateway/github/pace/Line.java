package dev.latchkey.gateway.github.pace;

/** Calls of one line go in the order in which they came. */
record Line(Lane lane, String resource, String app) {

    boolean competesWith(Line other) {
        return lane == other.lane && resource.equals(other.resource) && !app.equals(other.app);
    }
}
