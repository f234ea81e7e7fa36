package dev.latchkey.gateway.web;

/**
 * One way to sign in.
 *
 * @param label the provider's name: {@code GitHub}
 * @param startUrl where the sign-in starts, with the way back in it
 */
public record ProviderChoice(String label, String startUrl) {

    public ProviderChoice {
        label = DisplayText.line(label);
        startUrl = DisplayText.link(startUrl);
    }
}
