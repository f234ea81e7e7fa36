package dev.latchkey.gateway.facade.loginbroker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.token.ApiToken;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tokens in the form of the JWT that Trackeep's service made: HS256 and no other algorithm, whatever a token's head says.
 *
 * <p>Instances hold the secret too, where they verify these JWTs themselves, so a signature proves little here. What counts is
 * the token of the gateway's own whose text a JWT has for its id, which nobody can know who has not been given it, and the
 * person whom that one was made for.
 */
final class SignedTokens {

    private static final int LONGEST = 8 * 1024;

    private final List<SecretSource> secrets;
    private final String issuer;
    private final Clock clock;

    SignedTokens(List<SecretSource> secrets, String gateway, Clock clock) {
        this.secrets = List.copyOf(secrets);
        // Not the issuer of identity JWTs, which are of another kind and signed with other keys.
        this.issuer = gateway + "/login-broker";
        this.clock = clock;
    }

    boolean areOn() {
        return !secrets.isEmpty();
    }

    static long numberOf(Person person) {
        String subject = person.id().subject();
        return subject.matches("[0-9]{1,18}") ? Long.parseLong(subject) : 0;
    }

    /**
     * The JWT that stands for that token.
     *
     * @param text the token's text
     * @param gitHub the person's GitHub token, to be put inside; null for a JWT without
     * @param gitHubEnd when that dies, or null if it does not
     */
    String sign(ApiToken token, Secret text, @Nullable AccessToken gitHub, @Nullable Instant gitHubEnd) {
        Person person = token.person();
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(issuer)
                .jwtID(text.reveal())
                .claim("user_id", numberOf(person))
                .claim("github_id", numberOf(person))
                .claim("username", person.login())
                .claim("email", person.emailVerified() && person.email() != null ? person.email() : "")
                .claim("token_type", "bearer")
                .issueTime(Date.from(token.madeAt()))
                .expirationTime(Date.from(token.end()));
        if (gitHub != null) {
            claims.claim("access_token", gitHub.reveal());
        }
        if (gitHub == null || gitHubEnd != null) {
            Instant end = gitHubEnd == null ? token.end() : gitHubEnd;
            claims.claim("expires_at", end.getEpochSecond());
        }
        return signed(claims.build());
    }

    private String signed(JWTClaimsSet claims) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256)
                .type(JOSEObjectType.JWT)
                .build();
        try {
            SignedJWT jwt = new SignedJWT(header, claims);
            jwt.sign(new MACSigner(bytes(secrets.get(0))));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("the secret cannot sign", e);
        }
    }

    private static byte[] bytes(SecretSource secret) {
        return secret.current().reveal().getBytes(UTF_8);
    }

    /**
     * The text of the token that this JWT stands for.
     *
     * @throws Problem {@code service-token.refused}; {@code person.unknown} for a good one of another service
     */
    Secret tokenIn(String text) {
        JWTClaimsSet claims = verified(text);
        if (!(claims.getClaim("user_id") instanceof Number)) {
            throw Problem.of(ProblemCode.SERVICE_TOKEN_REFUSED, "Invalid token claims");
        }
        boolean ours = claims.getIssuer() == null || claims.getIssuer().equals(issuer);
        if (!ours || !claims.getAudience().isEmpty()) {
            throw BrokerTokens.refused();
        }
        if (claims.getJWTID() == null || claims.getIssuer() == null) {
            // As Trackeep's own service made them: whoever stands in it has never signed in here.
            throw Problem.of(ProblemCode.PERSON_UNKNOWN, "User not found");
        }
        return Secret.of(claims.getJWTID());
    }

    private JWTClaimsSet verified(String text) {
        try {
            SignedJWT jwt = text.length() > LONGEST ? null : SignedJWT.parse(text);
            if (jwt == null || !JWSAlgorithm.HS256.equals(jwt.getHeader().getAlgorithm()) || !isSigned(jwt)) {
                throw BrokerTokens.refused();
            }
            Date end = jwt.getJWTClaimsSet().getExpirationTime();
            if (end == null || !clock.instant().isBefore(end.toInstant())) {
                throw BrokerTokens.refused();
            }
            return jwt.getJWTClaimsSet();
        } catch (ParseException | JOSEException e) {
            throw BrokerTokens.refused();
        }
    }

    private boolean isSigned(SignedJWT jwt) throws JOSEException {
        for (SecretSource secret : secrets) {
            if (jwt.verify(new MACVerifier(bytes(secret)))) {
                return true;
            }
        }
        return false;
    }
}
