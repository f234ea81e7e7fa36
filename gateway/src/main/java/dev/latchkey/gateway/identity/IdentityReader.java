package dev.latchkey.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.Sha256;
import dev.latchkey.gateway.keys.SigningKeys;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.CredentialReader;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.route.Send;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Reads back the identity JWT that {@link IdentityJwt} made: an app that was handed one calls the gateway's own services as
 * that person with it, and never has to hold a token of GitHub's.
 *
 * <p>Believed is only what this gateway has signed, for one of its own routes, as long as it lives. Every app is sent such a
 * JWT, and few are to be trusted with what a person may do at GitHub; so the route that it was made for has to say that its
 * app is, and where several routes share an audience, each of them. A route takes it only if what it leads to says so; any
 * other app gets the header as it came, as it would without this.
 */
final class IdentityReader implements CredentialReader {

    private static final int LONGEST = 8 * 1024;
    private static final int KEPT = 20_000;
    private static final Duration SKEW = Duration.ofSeconds(5);

    private final String issuer;
    private final SigningKeys keys;
    private final Routes routes;
    private final Clock clock;
    /** A signature costs more to verify than all the rest of a request. */
    private final Cache<String, Verified> known = Caffeine.newBuilder()
            .maximumSize(KEPT)
            .expireAfterWrite(Send.LONGEST_TTL)
            .build();

    IdentityReader(String issuer, SigningKeys keys, Routes routes, Clock clock) {
        this.issuer = issuer;
        this.keys = keys;
        this.routes = routes;
        this.clock = clock;
    }

    private volatile Trusted trusted = new Trusted(List.of(), Map.of());

    /** Audiences of routes, and whether their apps may call as people; of these very routes. */
    private record Trusted(List<Route> routes, Map<String, Boolean> audiences) {

        static Trusted in(List<Route> routes) {
            Map<String, Boolean> audiences = new HashMap<>();
            for (Route route : routes) {
                Send.Jwt jwt = route.send().jwt();
                if (jwt != null && route.tellsAnApp()) {
                    audiences.merge(jwt.audience(), route.send().gitHubApi(), Boolean::logicalAnd);
                }
            }
            return new Trusted(routes, Map.copyOf(audiences));
        }
    }

    private record Verified(Caller.ByCredential caller, List<String> audiences) {}

    @Override
    public @Nullable Mono<? extends Caller> read(Route route, Secret credential, ServerWebExchange exchange) {
        String text = credential.reveal();
        if (!route.takesIdentity() || text.length() > LONGEST || !text.startsWith("eyJ")) {
            return null;
        }
        String digest = Sha256.name(text);
        Verified verified = known.getIfPresent(digest);
        if (verified != null && clock.instant().isBefore(verified.caller().end())) {
            return Mono.fromSupplier(() -> entrusted(verified));
        }
        SignedJWT jwt = parsed(text);
        return jwt == null ? null : Mono.fromSupplier(() -> entrusted(verified(jwt, digest)));
    }

    /** By the routes of this moment, however long ago the JWT was verified. */
    private Caller entrusted(Verified verified) {
        Map<String, Boolean> audiences = audiences();
        List<Boolean> answers = verified.audiences().stream()
                .map(audiences::get)
                .filter(Objects::nonNull)
                .toList();
        if (answers.isEmpty()) {
            throw refused("it is for none of this gateway's apps");
        }
        if (answers.contains(false)) {
            throw Problem.of(
                    ProblemCode.IDENTITY_UNTRUSTED,
                    "A route file with the audience " + String.join(", ", verified.audiences())
                            + " does not say 'send: { github-api: true }', so its app may not call GitHub's API as"
                            + " the people it serves");
        }
        return verified.caller();
    }

    private Map<String, Boolean> audiences() {
        List<Route> routesNow = routes.all();
        Trusted current = trusted;
        if (current.routes() != routesNow) {
            current = Trusted.in(routesNow);
            trusted = current;
        }
        return current.audiences();
    }

    /** Null for what is no JWT of this gateway's, by its own account. */
    private @Nullable SignedJWT parsed(String text) {
        try {
            SignedJWT jwt = SignedJWT.parse(text);
            return issuer.equals(jwt.getJWTClaimsSet().getIssuer()) ? jwt : null;
        } catch (ParseException e) {
            return null;
        }
    }

    private Verified verified(SignedJWT jwt, String digest) {
        try {
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            if (!isSigned(jwt)) {
                throw refused("it is not signed by a key of this gateway's");
            }
            Instant end = end(claims);
            Verified verified = new Verified(
                    new Caller.ByCredential(person(claims), "identity:" + claims.getJWTID(), end),
                    List.copyOf(claims.getAudience()));
            known.put(digest, verified);
            return verified;
        } catch (ParseException | JOSEException e) {
            throw refused("it is malformed");
        }
    }

    private boolean isSigned(SignedJWT jwt) throws ParseException, JOSEException {
        String id = jwt.getHeader().getKeyID();
        JWK key = id == null ? null : JWKSet.parse(keys.jwks()).getKeyByKeyId(id);
        return key != null
                && JWSAlgorithm.ES256.equals(jwt.getHeader().getAlgorithm())
                && jwt.verify(new ECDSAVerifier(key.toECKey()));
    }

    private Instant end(JWTClaimsSet claims) {
        Date expires = claims.getExpirationTime();
        Date begins = claims.getNotBeforeTime();
        Instant now = clock.instant();
        if (expires == null || !now.isBefore(expires.toInstant())) {
            throw refused("it has expired");
        }
        if (begins != null && now.plus(SKEW).isBefore(begins.toInstant())) {
            throw refused("it is not valid yet");
        }
        return expires.toInstant();
    }

    private static Person person(JWTClaimsSet claims) throws ParseException {
        String subject = String.valueOf(claims.getSubject());
        String login = claims.getStringClaim("preferred_username");
        int colon = subject.indexOf(':');
        if (colon < 1 || subject.startsWith("actions:") || login == null) {
            throw refused("no person stands behind it");
        }
        return new Person(
                new PersonId(subject.substring(0, colon), subject.substring(colon + 1)),
                login,
                claims.getStringClaim("name"),
                claims.getStringClaim("email"),
                Boolean.TRUE.equals(claims.getBooleanClaim("email_verified")),
                claims.getStringClaim("picture"));
    }

    private static Problem refused(String why) {
        return Problem.of(ProblemCode.IDENTITY_REFUSED, "The identity JWT was refused: " + why);
    }
}
