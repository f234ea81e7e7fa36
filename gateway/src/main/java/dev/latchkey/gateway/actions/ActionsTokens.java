package dev.latchkey.gateway.actions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Verifies the OIDC tokens of GitHub Actions jobs (GitHub: "OpenID Connect reference"; OpenID Connect Core, section 3.1.3.7):
 * RS256 by a key of the issuer, exactly our issuer, exactly our audience, a time that has begun and not ended by more than a
 * minute, and each token once.
 *
 * <p>What can be told from the text alone is refused before a key is looked for, so that a stranger's token costs the issuer
 * nothing.
 */
public final class ActionsTokens {

    private static final int LONGEST = 16 * 1024;
    private static final int LONGEST_ID = 256;
    private static final Duration LEEWAY = ActionsJob.LEEWAY;
    private static final byte[] USED = {1};

    private final String issuer;
    private final String audience;
    private final IssuerKeys keys;
    private final Store store;
    private final Clock clock;

    ActionsTokens(String issuer, String audience, IssuerKeys keys, Store store, Clock clock) {
        this.issuer = issuer;
        this.audience = audience;
        this.keys = keys;
        this.store = store;
        this.clock = clock;
    }

    /** Whether it says that it comes from there; it may still be a forgery. */
    public boolean claimsToBeOne(String token) {
        JWTClaimsSet claims = claimed(token);
        return claims != null && issuer.equals(claims.getIssuer());
    }

    /** Whether it says that it comes from there and is for this gateway; it may still be a forgery. */
    public boolean isMadeOutToUs(String token) {
        JWTClaimsSet claims = claimed(token);
        return claims != null
                && issuer.equals(claims.getIssuer())
                && claims.getAudience().contains(audience);
    }

    private static @Nullable JWTClaimsSet claimed(String token) {
        try {
            return token.length() > LONGEST ? null : SignedJWT.parse(token).getJWTClaimsSet();
        } catch (ParseException e) {
            return null;
        }
    }

    /**
     * The job that this token is of. It cannot be used again.
     *
     * @return fails with {@code actions.token.refused} and the reason, {@code actions.keys.unavailable}, or
     *     {@code store.unavailable}
     */
    public Mono<ActionsJob> redeem(String token) {
        return Mono.defer(() -> {
            SignedJWT jwt = parsed(token);
            JWTClaimsSet claims = claims(jwt);
            checkHeader(jwt.getHeader());
            checkClaims(claims);
            ActionsJob job = job(claims);
            return keys.key(jwt.getHeader().getKeyID())
                    .switchIfEmpty(Mono.error(() -> refused("it is signed by a key that the issuer does not have")))
                    .doOnNext(key -> checkSignature(jwt, key))
                    .then(Mono.defer(() -> useOnce(claims)))
                    .thenReturn(job);
        });
    }

    private static SignedJWT parsed(String token) {
        if (token.length() > LONGEST) {
            throw refused("it is too long");
        }
        try {
            return SignedJWT.parse(token);
        } catch (ParseException e) {
            throw refused("it is no signed JWT");
        }
    }

    private static JWTClaimsSet claims(SignedJWT jwt) {
        try {
            return jwt.getJWTClaimsSet();
        } catch (ParseException e) {
            throw refused("its claims cannot be read");
        }
    }

    private static void checkHeader(JWSHeader header) {
        if (!JWSAlgorithm.RS256.equals(header.getAlgorithm())) {
            throw refused("it is not signed with RS256");
        }
        if (header.getCriticalParams() != null && !header.getCriticalParams().isEmpty()) {
            throw refused("it demands to understand more than is understood");
        }
        String id = header.getKeyID();
        if (id == null || id.isEmpty() || id.length() > LONGEST_ID) {
            throw refused("it does not name its key");
        }
    }

    private void checkClaims(JWTClaimsSet claims) {
        if (!issuer.equals(claims.getIssuer())) {
            throw refused("it comes from another issuer");
        }
        if (!List.of(audience).equals(claims.getAudience())) {
            throw refused("it is for another audience");
        }
        Instant now = clock.instant();
        Instant end = instant(claims.getExpirationTime());
        if (end == null || !now.isBefore(end.plus(LEEWAY))) {
            throw refused("it has expired");
        }
        if (isAhead(claims.getNotBeforeTime(), now) || isAhead(claims.getIssueTime(), now)) {
            throw refused("it is not valid yet");
        }
        String id = claims.getJWTID();
        if (id == null || id.isEmpty() || id.length() > LONGEST_ID) {
            throw refused("it has no id by which it could be used only once");
        }
    }

    private static boolean isAhead(@Nullable Date date, Instant now) {
        Instant instant = instant(date);
        return instant != null && instant.isAfter(now.plus(LEEWAY));
    }

    private static @Nullable Instant instant(@Nullable Date date) {
        return date == null ? null : date.toInstant();
    }

    private static ActionsJob job(JWTClaimsSet claims) {
        String sub = claims.getSubject() == null ? "" : claims.getSubject();
        Subject subject = Subject.parse(sub);
        String repository = text(claims, "repository");
        if (repository == null) {
            repository = subject == null ? null : subject.repository();
        }
        if (repository == null) {
            throw refused("it names no repository");
        }
        String repositoryId = text(claims, "repository_id");
        String ownerId = text(claims, "repository_owner_id");
        return new ActionsJob(
                sub,
                repository,
                repositoryId == null && subject != null ? subject.repositoryId() : repositoryId,
                ownerId == null && subject != null ? subject.ownerId() : ownerId,
                text(claims, "ref"),
                text(claims, "environment"),
                text(claims, "event_name"),
                text(claims, "workflow_ref"),
                text(claims, "job_workflow_ref"),
                text(claims, "sha"),
                text(claims, "actor"),
                text(claims, "actor_id"),
                text(claims, "run_id"),
                claims.getExpirationTime().toInstant());
    }

    private static @Nullable String text(JWTClaimsSet claims, String name) {
        return claims.getClaim(name) instanceof String text && !text.isEmpty() ? text : null;
    }

    private static void checkSignature(SignedJWT jwt, RSAPublicKey key) {
        try {
            if (!jwt.verify(new RSASSAVerifier(key))) {
                throw refused("its signature is wrong");
            }
        } catch (JOSEException e) {
            throw refused("its signature cannot be verified");
        }
    }

    /** Remembered for as long as it would be accepted. */
    private Mono<Void> useOnce(JWTClaimsSet claims) {
        Instant end = claims.getExpirationTime().toInstant().plus(LEEWAY);
        return store.putIfAbsent("actions-token:" + hash(String.valueOf(claims.getJWTID())), USED, end)
                .flatMap(first -> first ? Mono.empty() : Mono.error(refused("it was used before")));
    }

    private String hash(String id) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(issuer.getBytes(UTF_8));
            sha256.update((byte) 0);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256.digest(id.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Problem refused(String why) {
        return Problem.of(ProblemCode.ACTIONS_TOKEN_REFUSED, "The token of the GitHub Actions job was refused: " + why);
    }
}
