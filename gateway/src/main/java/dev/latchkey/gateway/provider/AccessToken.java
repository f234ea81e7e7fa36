package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.keys.Secret;

/** A provider's access token. It prints nothing of itself. */
public record AccessToken(Secret secret) {

    /** The token as it goes over the wire. */
    public String reveal() {
        return secret.reveal();
    }
}
