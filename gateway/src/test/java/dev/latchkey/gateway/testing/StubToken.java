package dev.latchkey.gateway.testing;

import java.time.Instant;
import java.util.Set;

/**
 * An access token, with the refresh token it was born with.
 *
 * @param number its id in the authorization object
 * @param scopes empty for a GitHub App
 * @param expiresAt null when it does not expire
 * @param refreshToken null when it came without one
 * @param viaDevice whether it came from the device flow, whose refreshes need no client secret
 */
public record StubToken(
        long number,
        String value,
        String clientId,
        long personId,
        Set<String> scopes,
        Instant issuedAt,
        Instant expiresAt,
        String refreshToken,
        Instant refreshExpiresAt,
        boolean viaDevice) {

    boolean expiredAt(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }

    boolean refreshExpiredAt(Instant now) {
        return refreshExpiresAt != null && !now.isBefore(refreshExpiresAt);
    }

    boolean isOf(String client, long person) {
        return clientId.equals(client) && personId == person;
    }

    StubToken expiring(Instant at) {
        return new StubToken(
                number, value, clientId, personId, scopes, issuedAt, at, refreshToken, refreshExpiresAt, viaDevice);
    }

    /** Tells which token this is without showing it. */
    @Override
    public String toString() {
        return "StubToken[" + number + " of " + personId + " for " + clientId + "]";
    }
}
