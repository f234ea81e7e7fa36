package dev.latchkey.gateway.web;

import java.time.Instant;

/**
 * Shows a new API token, for the one time it can be seen.
 *
 * @param token the token itself
 */
public record NewTokenPage(String name, String token, Instant endsAt) {

    public NewTokenPage {
        name = DisplayText.line(name);
    }

    PageTime ends() {
        return PageTime.of(endsAt);
    }

    /** Never the record's own form, which would print the token. */
    @Override
    public String toString() {
        return "NewTokenPage[name=" + name + ']';
    }
}
