package dev.latchkey.gateway.web;

import org.jspecify.annotations.Nullable;

/**
 * Asks for the code that a terminal shows.
 *
 * @param userCode already filled in, if the terminal's link had it
 * @param message what was wrong with the last one, or null
 */
public record DevicePage(String userCode, @Nullable String message) {

    public DevicePage {
        userCode = DisplayText.line(userCode);
    }
}
