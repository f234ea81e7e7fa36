package dev.latchkey.gateway.keys;

/**
 * These bytes were not sealed for this purpose by any key of the ring: wrong key, wrong purpose, or tampered with.
 *
 * <p>It tells no more than that, on purpose.
 */
public final class Unsealable extends RuntimeException {

    Unsealable() {
        super("not sealed by a key of this ring for this purpose", null, false, false);
    }
}
