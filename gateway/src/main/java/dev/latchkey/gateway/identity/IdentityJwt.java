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
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.Send;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.watch.AuditEvent;
import dev.latchkey.gateway.watch.AuditEvent.Action;
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
 * <p>A signature costs more than all the rest of a proxied request, so a JWT is used again for the same session or credential,
 * groups and audience until the last fifth of its life, at most a minute, is left. It never outlives the absolute end of
 * the session or credential.
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
    private final Audit audit;
    private final Cache<Use, Minted> minted = Caffeine.newBuilder()
            .maximumSize(KEPT)
            .expireAfterWrite(Send.LONGEST_TTL)
            .build();

    IdentityJwt(String issuer, SigningKeys keys, Clock clock, Audit audit) {
        this.issuer = issuer;
        this.keys = keys;
        this.clock = clock;
        this.audit = audit;
    }

    private record Use(String handle, Send.Jwt jwt, String groups) {}

    private record Minted(String headerValue, long renewAt) {

        boolean serves(long now) {
            return now < renewAt;
        }
    }

    /** The value of the header that carries the JWT. */
    String headerValue(Caller caller, Groups groups, Send.Jwt jwt) {
        if (caller instanceof Caller.Job) {
            // Each brings a token of its own, and two of one run need not be the same.
            return mint(caller, groups, jwt).headerValue();
        }
        Use use = new Use(caller.handle(), jwt, groups.joined());
        Minted kept = minted.getIfPresent(use);
        if (kept != null && kept.serves(clock.millis())) {
            return kept.headerValue();
        }
        return minted.asMap()
                .compute(use, (key, other) -> renewed(other, caller, groups, jwt))
                .headerValue();
    }

    private Minted renewed(@Nullable Minted other, Caller caller, Groups groups, Send.Jwt jwt) {
        return other != null && other.serves(clock.millis()) ? other : mint(caller, groups, jwt);
    }

    private Minted mint(Caller caller, Groups groups, Send.Jwt jwt) {
        Instant now = clock.instant();
        Instant full = now.plus(jwt.ttl());
        Instant end = full.isBefore(caller.end()) ? full : caller.end();
        Duration fifth = jwt.ttl().dividedBy(5);
        Duration rest = fifth.compareTo(LONGEST_REST) < 0 ? fifth : LONGEST_REST;
        JWTClaimsSet claims = claims(caller, groups, jwt.audience(), now, end);
        String signed = sign(fitting(claims, caller.principal()));
        audit.tell(minted(caller, claims));
        String value = jwt.isBearer() ? "Bearer " + signed : signed;
        return new Minted(value, end.minus(rest).toEpochMilli());
    }

    private static AuditEvent minted(Caller caller, JWTClaimsSet claims) {
        AuditEvent event = AuditEvent.success(Action.IDENTITY_TOKEN_MINTED)
                .of(caller.principal())
                .with("audience", claims.getAudience().get(0))
                .with("jti", claims.getJWTID());
        return caller instanceof Caller.InSession inSession
                ? event.withSession(inSession.session().id())
                : event;
    }

    private static JWTClaimsSet fitting(JWTClaimsSet claims, String principal) {
        JWTClaimsSet rest = claims;
        for (String claim : DISPENSABLE) {
            if (rest.toString().getBytes(StandardCharsets.UTF_8).length <= LARGEST_PAYLOAD) {
                return rest;
            }
            LOG.warn("The JWT of {} has no room for the claim {}", principal, claim);
            rest = new JWTClaimsSet.Builder(rest).claim(claim, null).build();
        }
        return rest;
    }

    private JWTClaimsSet claims(Caller caller, Groups groups, String audience, Instant now, Instant end) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience(audience)
                .subject(caller.principal())
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now.minus(BACKDATED)))
                .expirationTime(Date.from(end))
                .jwtID(UUID.randomUUID().toString());
        if (caller instanceof Caller.InSession inSession) {
            claims.claim("sid", inSession.session().id());
        }
        if (caller instanceof Caller.Job job) {
            JobClaims.of(job.job()).forEach(claims::claim);
        }
        if (caller.person() != null) {
            describe(caller.person(), groups, claims);
        }
        return claims.build();
    }

    private static void describe(Person person, Groups groups, JWTClaimsSet.Builder claims) {
        claims.claim("preferred_username", person.login())
                .claim("name", person.name())
                .claim("email", person.email())
                .claim("email_verified", person.emailVerified())
                .claim("picture", person.picture())
                .claim("groups", groups.names());
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
