package dev.latchkey.gateway.web;

/**
 * Says that the session is over.
 *
 * @param signInUrl where to sign in again
 */
public record SignedOutPage(String signInUrl) {

    public SignedOutPage {
        signInUrl = DisplayText.link(signInUrl);
    }
}
