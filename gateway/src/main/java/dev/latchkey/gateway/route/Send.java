package dev.latchkey.gateway.route;

import dev.latchkey.gateway.keys.SecretSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the backend is told of the person.
 *
 * @param jwt the identity JWT, or null if the route wants none
 * @param headers the names of the plain identity headers
 * @param githubToken whether the person's GitHub token is sent in {@code X-Forwarded-Access-Token}
 * @param repository of which repository the installation's token is sent there instead, or null
 * @param gitHubApi whether the app is trusted to call GitHub's API through the gateway as the person whose JWT it was sent
 */
public record Send(
        @Nullable Jwt jwt,
        HeaderPreset headers,
        boolean githubToken,
        @Nullable RepositoryTemplate repository,
        boolean gitHubApi) {

    /** What a route without {@code send} sends. */
    static Send standard(String routeId) {
        return new Send(
                Jwt.standard(HeaderPreset.OAUTH2_PROXY, routeId), HeaderPreset.OAUTH2_PROXY, false, null, false);
    }

    /** Whether the person's GitHub token goes to the app, be it in a header of its own or within the JWT. */
    public boolean needsGitHubToken() {
        return githubToken || (jwt != null && jwt.secret() != null);
    }

    /** The longest life of an identity JWT: nothing can call one back. */
    public static final Duration LONGEST_TTL = Duration.ofMinutes(5);

    /**
     * The identity JWT of a route.
     *
     * @param header the header that carries it; in {@code Authorization} it follows {@code Bearer}
     * @param audience its {@code aud}
     * @param ttl its life, at most {@link #LONGEST_TTL}
     * @param secret shared with the app, where the JWT is of the form that Trackeep knows: signed with HS256, with the person's
     *     GitHub token in it; else null
     */
    public record Jwt(
            String header,
            String audience,
            Duration ttl,
            @Nullable SecretSource secret) {

        Jwt(String header, String audience, Duration ttl) {
            this(header, audience, ttl, null);
        }

        static Jwt standard(HeaderPreset headers, String routeId) {
            return new Jwt(headers.jwt(), routeId, LONGEST_TTL);
        }

        /** True if the header's value is a credential of the Bearer scheme (RFC 6750) rather than the bare JWT. */
        public boolean isBearer() {
            return header.equalsIgnoreCase("Authorization");
        }
    }
}
