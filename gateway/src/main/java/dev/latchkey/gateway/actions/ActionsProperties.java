package dev.latchkey.gateway.actions;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who vouches for jobs of GitHub Actions.
 *
 * @param issuer exactly as tokens name it; a GitHub Enterprise Server has its own, and an enterprise may have one with its
 *     name behind it
 * @param audience for whom tokens must be; by default the external URL
 * @param jwksUri where the issuer's keys are, if not at its {@code /.well-known/jwks}
 */
@ConfigurationProperties("latchkey.actions")
record ActionsProperties(
        @DefaultValue("https://token.actions.githubusercontent.com")
        String issuer,

        @Nullable String audience,
        @Nullable URI jwksUri) {

    URI keys() {
        return jwksUri == null ? URI.create(issuer + "/.well-known/jwks") : jwksUri;
    }

    String audienceOr(String externalUrl) {
        return audience == null || audience.isBlank() ? externalUrl : audience;
    }

    void check(ConfigurationFaults faults) {
        if (!isWebAddress(issuer) || issuer.endsWith("/")) {
            faults.add(
                    "latchkey.actions.issuer",
                    "'" + issuer + "' is no issuer",
                    "Write it as the tokens have it, such as https://token.actions.githubusercontent.com.");
        }
        if (jwksUri != null && !isWebAddress(jwksUri.toString())) {
            faults.add(
                    "latchkey.actions.jwks-uri",
                    "'" + jwksUri + "' is no web address",
                    "Write the address of the issuer's key set, or leave it out.");
        }
    }

    private static boolean isWebAddress(String text) {
        try {
            URI uri = URI.create(text);
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            return web && uri.getHost() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
