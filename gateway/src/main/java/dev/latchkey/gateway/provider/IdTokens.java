package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.keys.Sha256;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/**
 * Verifies a provider's ID tokens: its keys, issuer, audience and times by Spring Security (OpenID Connect Core 1.0, section
 * 3.1.3.7), and that the token answers this very attempt, by the nonce.
 */
final class IdTokens {

    private static final int LONGEST = 16 * 1024;
    private static final Set<SignatureAlgorithm> ALGORITHMS = Set.of(
            SignatureAlgorithm.RS256,
            SignatureAlgorithm.RS384,
            SignatureAlgorithm.RS512,
            SignatureAlgorithm.PS256,
            SignatureAlgorithm.PS384,
            SignatureAlgorithm.PS512,
            SignatureAlgorithm.ES256,
            SignatureAlgorithm.ES384,
            SignatureAlgorithm.ES512);

    private final Provider provider;
    private final NimbusReactiveJwtDecoder decoder;

    IdTokens(Provider provider, WebClient web, Clock clock) {
        this.provider = provider;
        this.decoder = NimbusReactiveJwtDecoder.withJwkSetUri(
                        String.valueOf(provider.endpoints().keys()))
                .webClient(web)
                .jwsAlgorithms(algorithms -> algorithms.addAll(ALGORITHMS))
                .build();
        OidcIdTokenValidator validator = new OidcIdTokenValidator(provider.registration());
        validator.setClock(clock);
        decoder.setJwtValidator(validator);
    }

    /**
     * What the token says.
     *
     * @param nonce what the attempt was made with
     * @return fails with {@code sign-in.id-token.refused}
     */
    Mono<Map<String, Object>> claims(@Nullable String idToken, @Nullable String nonce) {
        if (idToken == null || idToken.length() > LONGEST) {
            return Mono.error(refused("there is none"));
        }
        return decoder.decode(idToken)
                .onErrorMap(failure ->
                        refused("it is not signed for this gateway, or not now").causedBy(failure))
                .doOnNext(jwt -> checkNonce(jwt, nonce))
                .map(Jwt::getClaims);
    }

    private void checkNonce(Jwt jwt, @Nullable String nonce) {
        String told = jwt.getClaimAsString("nonce");
        boolean same = nonce != null
                && told != null
                && MessageDigest.isEqual(
                        hash(nonce).getBytes(StandardCharsets.UTF_8), told.getBytes(StandardCharsets.UTF_8));
        if (!same) {
            throw refused("it was made for another sign-in");
        }
    }

    /** Spring Security sends the nonce's hash, so that who sees the address does not know the nonce. */
    private static String hash(String nonce) {
        return Sha256.name(nonce);
    }

    private Problem refused(String why) {
        return Problem.of(ProblemCode.ID_TOKEN_REFUSED, "The ID token of " + provider.label() + " was refused: " + why);
    }
}
