package dev.latchkey.gateway.vault;

/** The person has no token any more and cannot get one but by signing in again. */
final class TokenOver extends RuntimeException {

    TokenOver() {
        super("there is no token any more", null, false, false);
    }
}
