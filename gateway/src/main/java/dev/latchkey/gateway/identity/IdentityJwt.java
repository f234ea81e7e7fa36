package dev.latchkey.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.gateway.keys.SigningKey;
import dev.latchkey.gateway.keys.SigningKeys;
import dev.latchkey.gateway.membership.Groups;
import dev.latchkey.gateway.route.Send;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says who somebody is, in a JWT (RFC 7519) for one audience.
 *
 * <p>A signature costs more than all the rest of a proxied request, so a JWT is used again for the same session, groups
 * and audience until the last fifth of its life, at most a minute, is left. It never outlives its session's absolute end.
 *
 * <p>It stays below 8 KB, which is all that many servers take in one header. Where it would not, claims are left out as a
 * whole and with a warning: first the groups, then the picture, then the name.
 */
final class IdentityJwt {

    private static final Logger LOG = LoggerFactory.getLogger(IdentityJwt.class);

    private static final int KEPT = 100_000;
    /** Bytes of JSON: with a head, a signature and in base64 below 8 KB. */
    private static final int LARGEST_PAYLOAD = 5_800;

    private static final List<String> DISPENSABLE = List.of("groups", "picture", "name");
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);
    /** Clocks of backends may be a little behind. */
    private static final Duration BACKDATED = Duration.ofSeconds(5);

    private final String issuer;
    private final SigningKeys keys;
    private final Clock clock;
    private final Cache<Use, Minted> minted = Caffeine.newBuilder()
            .maximumSize(KEPT)
            .expireAfterWrite(Send.LONGEST_TTL)
            .build();

    IdentityJwt(String issuer, SigningKeys keys, Clock clock) {
        this.issuer = issuer;
        this.keys = keys;
        this.clock = clock;
    }

    private record Use(String session, Send.Jwt jwt, String groups) {}

    private record Minted(String headerValue, long renewAt) {

        boolean serves(long now) {
            return now < renewAt;
        }
    }

    /** The value of the header that carries the JWT. */
    String headerValue(BrowserSession session, Groups groups, Send.Jwt jwt) {
        Use use = new Use(session.id(), jwt, groups.joined());
        Minted kept = minted.getIfPresent(use);
        if (kept != null && kept.serves(clock.millis())) {
            return kept.headerValue();
        }
        return minted.asMap()
                .compute(use, (key, other) -> renewed(other, session, groups, jwt))
                .headerValue();
    }

    private Minted renewed(@Nullable Minted other, BrowserSession session, Groups groups, Send.Jwt jwt) {
        return other != null && other.serves(clock.millis()) ? other : mint(session, groups, jwt);
    }

    private Minted mint(BrowserSession session, Groups groups, Send.Jwt jwt) {
        Instant now = clock.instant();
        Instant full = now.plus(jwt.ttl());
        Instant end = full.isBefore(session.end()) ? full : session.end();
        Duration fifth = jwt.ttl().dividedBy(5);
        Duration rest = fifth.compareTo(LONGEST_REST) < 0 ? fifth : LONGEST_REST;
        JWTClaimsSet claims = claims(session, groups, jwt.audience(), now, end);
        String signed = sign(fitting(claims, session.person().id()));
        String value = jwt.isBearer() ? "Bearer " + signed : signed;
        return new Minted(value, end.minus(rest).toEpochMilli());
    }

    private static JWTClaimsSet fitting(JWTClaimsSet claims, PersonId person) {
        JWTClaimsSet rest = claims;
        for (String claim : DISPENSABLE) {
            if (rest.toString().getBytes(StandardCharsets.UTF_8).length <= LARGEST_PAYLOAD) {
                return rest;
            }
            LOG.warn("The JWT of {} has no room for the claim {}", person, claim);
            rest = new JWTClaimsSet.Builder(rest).claim(claim, null).build();
        }
        return rest;
    }

    private JWTClaimsSet claims(BrowserSession session, Groups groups, String audience, Instant now, Instant end) {
        Person person = session.person();
        return new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience(audience)
                .subject(person.id().toString())
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now.minus(BACKDATED)))
                .expirationTime(Date.from(end))
                .jwtID(UUID.randomUUID().toString())
                .claim("sid", session.id())
                .claim("preferred_username", person.login())
                .claim("name", person.name())
                .claim("email", person.email())
                .claim("email_verified", person.emailVerified())
                .claim("picture", person.picture())
                .claim("groups", groups.names())
                .build();
    }

    private String sign(JWTClaimsSet claims) {
        SigningKey key = keys.current();
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(JOSEObjectType.JWT)
                .keyID(key.kid())
                .build();
        try {
            SignedJWT jwt = new SignedJWT(header, claims);
            jwt.sign(new ECDSASigner(key.key()));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("the signing key cannot sign", e);
        }
    }
}
