package dev.latchkey.gateway.github.pace;

/** Calls of different lanes do not wait behind one another. */
enum Lane {
    READ,
    WRITE,
    QUERY
}
