package dev.latchkey.gateway.provider;

/** What is ended at GitHub with a person's last session. */
enum Revocation {
    /** The token that this gateway holds. */
    TOKEN,
    /** What the person granted the app, with every token of it, wherever it is used; they are asked for consent again. */
    GRANT;

    /** The last part of the API's path. */
    String path() {
        return this == TOKEN ? "token" : "grant";
    }
}
