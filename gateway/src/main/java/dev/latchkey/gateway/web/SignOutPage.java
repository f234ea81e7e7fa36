package dev.latchkey.gateway.web;

import org.jspecify.annotations.Nullable;

/**
 * Asks whether to sign out: a page of another site must not be able to do it by a link.
 *
 * @param login who is signed in
 * @param rd where to go afterwards, posted back untouched; null for the signed-out page
 * @param backUrl where to go when the answer is no
 */
public record SignOutPage(String login, @Nullable String rd, String backUrl) {

    public SignOutPage {
        login = DisplayText.line(login);
        backUrl = DisplayText.link(backUrl);
    }
}
