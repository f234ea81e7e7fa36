package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.keys.Secret;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;

/**
 * A provider that was added while the gateway runs.
 *
 * @param id what it is called in account ids and callbacks, for ever: a new name does not change who people are
 * @param name what it is called in addresses today
 * @param label what people read on the sign-in page
 * @param clientSecret never told again
 * @param basic whether the secret goes by Basic rather than in the form
 * @param emailDomains whose addresses it may vouch for, with {@code *.} for all below a domain; none for all
 * @param revision grows with each change
 */
public record Provider(
        String id,
        String name,
        String label,
        ProviderKind kind,
        String clientId,
        Secret clientSecret,
        boolean basic,
        List<String> scopes,
        Endpoints endpoints,
        ClaimNames claims,
        List<String> emailDomains,
        long revision) {

    public Provider {
        scopes = List.copyOf(scopes);
        emailDomains = List.copyOf(emailDomains);
    }

    /** The issuer, if it is known (RFC 9207). */
    public @Nullable String issuer() {
        return endpoints.issuer();
    }

    /** Whether an answer without an issuer cannot be this provider's. */
    public boolean namesIssuer() {
        return endpoints.namesIssuer();
    }

    /** What it is asked for besides what OAuth asks for. */
    public Map<String, String> extraParameters() {
        return kind.extraParameters();
    }

    /** Whether it proves who somebody is by a signed ID token. */
    boolean isOpenId() {
        return scopes.contains("openid") && endpoints.issuer() != null && endpoints.keys() != null;
    }

    /** Whether its word that an address is somebody's counts. */
    boolean vouchesFor(String address) {
        String domain = address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
        return emailDomains.isEmpty()
                || emailDomains.stream()
                        .anyMatch(known ->
                                known.startsWith("*.") ? domain.endsWith(known.substring(1)) : domain.equals(known));
    }

    /**
     * Who vouches for people, and whom the gateway trusts with the client's secret and people's tokens. Where that changes,
     * the same subject may be somebody else, and what was kept for the one must not be sent to the other.
     */
    String source() {
        String where = isOpenId() ? endpoints.issuer() : endpoints.userInfo();
        return where + " by " + claims.subject() + " at " + String.join(" ", endpoints.trustedOrigins());
    }

    /** Whether the same people are behind both. */
    public boolean hasPeopleOf(Provider other) {
        return source().equals(other.source());
    }

    /** For Spring Security's clients, with answers to that address. */
    public ClientRegistration registration(URI callback) {
        ClientRegistration.Builder builder = ClientRegistration.withRegistrationId(id)
                .clientName(label)
                .clientId(clientId)
                .clientSecret(clientSecret.reveal())
                .clientAuthenticationMethod(
                        basic
                                ? ClientAuthenticationMethod.CLIENT_SECRET_BASIC
                                : ClientAuthenticationMethod.CLIENT_SECRET_POST)
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .redirectUri(callback.toString())
                .scope(scopes)
                .authorizationUri(String.valueOf(endpoints.authorization()))
                .tokenUri(String.valueOf(endpoints.token()))
                .userNameAttributeName(claims.subject());
        if (isOpenId()) {
            builder.issuerUri(String.valueOf(endpoints.issuer())).jwkSetUri(String.valueOf(endpoints.keys()));
        }
        return builder.build();
    }

    /** For a registration that is used where no browser comes back. */
    ClientRegistration registration() {
        return registration(URI.create("https://localhost/"));
    }
}
