package dev.latchkey.gateway.web;

import java.time.Instant;

/**
 * A session as its owner sees it in a list.
 *
 * @param handle names the session in the form that ends it; not the session's secret id
 * @param current whether it is the session of this very browser
 * @param browser words such as {@link BrowserWords} makes
 * @param address where it was last used from
 */
public record AccountSession(
        String handle, boolean current, String browser, String address, Instant signedInAt, Instant lastUsedAt) {

    public AccountSession {
        browser = DisplayText.line(browser);
        address = DisplayText.line(address);
    }

    PageTime signedIn() {
        return PageTime.of(signedInAt);
    }

    PageTime lastUsed() {
        return PageTime.of(lastUsedAt);
    }
}
