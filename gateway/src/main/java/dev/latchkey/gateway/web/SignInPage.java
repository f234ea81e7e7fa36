package dev.latchkey.gateway.web;

import java.util.List;

/**
 * Asks how to sign in.
 *
 * @param providers the ways there are, the usual one first
 * @param destination the path the person wanted, shown and not linked; {@code /} says nothing and is not shown
 */
public record SignInPage(List<ProviderChoice> providers, String destination) {

    public SignInPage {
        providers = List.copyOf(providers);
        destination = DisplayText.line(destination);
    }

    boolean hasDestination() {
        return !destination.isEmpty() && !destination.equals("/");
    }
}
