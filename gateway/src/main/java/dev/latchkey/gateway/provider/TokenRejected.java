package dev.latchkey.gateway.provider;

/**
 * The API answered 401 to a token. That may mean that the token is dead, that the API's replicas have not heard of it
 * yet, or that the provider is having a bad day.
 */
public final class TokenRejected extends RuntimeException {

    public TokenRejected() {
        super("the API answered 401", null, false, false);
    }
}
