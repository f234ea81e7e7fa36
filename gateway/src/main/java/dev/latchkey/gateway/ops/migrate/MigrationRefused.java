package dev.latchkey.gateway.ops.migrate;

/** What was given cannot be turned into anything. The message says why and what to do, and shows no secret. */
public final class MigrationRefused extends RuntimeException {

    MigrationRefused(String message) {
        super(message, null, false, false);
    }
}
