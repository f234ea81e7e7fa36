package dev.latchkey.gateway.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.Send;
import dev.latchkey.gateway.session.Person;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says who somebody is in the JWT that Trackeep's backend takes: its claim names and types, HS256 with the secret that both
 * hold, and the person's GitHub token inside. It is made anew for each request, lives minutes, and goes to the app alone.
 *
 * <p>{@code expires_at} is the end of the GitHub token. It is left out where the token has none: Trackeep refuses a time that
 * has passed, and takes its absence for no end.
 */
final class TrackeepJwt {

    private final Clock clock;

    TrackeepJwt(Clock clock) {
        this.clock = clock;
    }

    /**
     * The value of the header that carries the JWT.
     *
     * @throws Problem {@code access.denied} for people of other providers, whom Trackeep has no number for
     */
    String headerValue(Caller caller, Person person, Send.Jwt jwt, AccessToken token, @Nullable Instant tokenEnd) {
        Instant now = clock.instant();
        Instant full = now.plus(jwt.ttl());
        long number = numberOf(person);
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .claim("user_id", number)
                .claim("github_id", number)
                .claim("username", person.login())
                // The app finds its users by it, so an address that nobody vouches for is none.
                .claim("email", person.emailVerified() && person.email() != null ? person.email() : "")
                .claim("access_token", token.reveal())
                .claim("token_type", "bearer")
                .issueTime(Date.from(now))
                .expirationTime(Date.from(full.isBefore(caller.end()) ? full : caller.end()));
        if (tokenEnd != null && tokenEnd.isAfter(now)) {
            claims.claim("expires_at", tokenEnd.getEpochSecond());
        }
        String signed = sign(claims.build(), Objects.requireNonNull(jwt.secret()));
        return jwt.isBearer() ? "Bearer " + signed : signed;
    }

    private static long numberOf(Person person) {
        if (!person.id().provider().equals(GitHub.ID) || !person.id().subject().matches("[0-9]{1,18}")) {
            throw Problem.of(ProblemCode.ACCESS_DENIED, "This app knows people of GitHub only");
        }
        return Long.parseLong(person.id().subject());
    }

    private static String sign(JWTClaimsSet claims, SecretSource secret) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256)
                .type(JOSEObjectType.JWT)
                .build();
        try {
            SignedJWT jwt = new SignedJWT(header, claims);
            jwt.sign(new MACSigner(secret.current().reveal().getBytes(UTF_8)));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("the shared secret cannot sign", e);
        }
    }
}
