package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.keys.SigningKeys;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.time.Duration;
import java.util.List;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The identity JWT as a backend verifies it, with a library that the gateway does not use. */
class IdentityJwtTest {

    private final GitHubStub github = GitHubStub.start();
    private final EchoBackend app = EchoBackend.start();
    private final TestClock clock = TestClock.now();
    private TestGateway gateway;

    @BeforeEach
    void start() {
        github.person("octocat").name("The Octocat 🐙").email("octocat@github.example", true, true);
        gateway = TestGateway.signingInAt(github)
                .clock(clock)
                .route("wiki", "path: /wiki/**", "to: " + app.url(), "allow: [signed-in]")
                .route(
                        "shop",
                        "path: /shop/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { jwt: { header: X-Gateway-Jwt, audience: till, ttl: 1m }, headers: none }")
                .start();
    }

    @AfterEach
    void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @Test
    void saysWhoItIsForOneAudienceForFiveMinutesAtMost() throws Exception {
        HttpPerson octocat = signedIn("/wiki/x");
        JwtClaims claims = verified(bearer(), "wiki");
        assertThat(claims.getSubject()).isEqualTo("github:583231");
        assertThat(claims.getStringClaimValue("preferred_username")).isEqualTo("octocat");
        assertThat(claims.getStringClaimValue("name")).isEqualTo("The Octocat 🐙");
        assertThat(claims.getStringClaimValue("email")).isEqualTo("octocat@github.example");
        assertThat(claims.getClaimValue("email_verified")).isEqualTo(true);
        assertThat(claims.getStringClaimValue("sid")).isNotBlank().isNotEqualTo(octocat.cookie("latchkey"));
        assertThat(claims.getJwtId()).isNotBlank();
        assertThat(claims.getExpirationTime().getValue() - claims.getIssuedAt().getValue())
                .isLessThanOrEqualTo(300);
    }

    @Test
    void isMintedOnceForManyRequestsAndAnewBeforeItEnds() {
        HttpPerson octocat = signedIn("/wiki/x");
        String jwt = bearer();
        octocat.fetch("/wiki/y");
        assertThat(bearer()).isEqualTo(jwt);

        clock.advance(Duration.ofSeconds(239));
        octocat.fetch("/wiki/y");
        assertThat(bearer()).isEqualTo(jwt);

        clock.advance(Duration.ofSeconds(2));
        octocat.fetch("/wiki/y");
        assertThat(bearer()).isNotEqualTo(jwt);
    }

    @Test
    void goesIntoTheHeaderAndToTheAudienceOfItsRoute() throws Exception {
        HttpPerson octocat = signedIn("/wiki/x");
        octocat.fetch("/shop/x");
        EchoBackend.Received received = app.lastRequest();
        assertThat(received.header("Authorization")).isNull();
        assertThat(received.header("X-Forwarded-User")).isNull();
        JwtClaims claims = verified(received.header("X-Gateway-Jwt"), "till");
        assertThat(claims.getExpirationTime().getValue() - claims.getIssuedAt().getValue())
                .isEqualTo(60);
    }

    @Test
    void isVerifiedBeforeAndAfterARotationByKeysPublishedAhead() throws Exception {
        HttpPerson octocat = signedIn("/wiki/x");
        String before = bearer();
        JsonWebKeySet published = jwks();
        assertThat(published.getJsonWebKeys()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(gateway.stranger().get("/oauth2/jwks.json").body()).doesNotContain("\"d\"");

        gateway.bean(SigningKeys.class).rotate().block(Duration.ofMinutes(1));
        clock.advance(Duration.ofMinutes(4).plusSeconds(30));
        octocat.fetch("/wiki/x");
        String after = bearer();

        assertThat(kid(after)).isNotEqualTo(kid(before));
        // Who fetched the keys before the rotation knows the new one already; who fetches them now still knows the old.
        verified(after, "wiki", published);
        verified(after, "wiki", jwks());
        clock.advance(Duration.ofMinutes(-4).minusSeconds(30));
        verified(before, "wiki", jwks());
    }

    private HttpPerson signedIn(String path) {
        HttpPerson octocat = gateway.stranger();
        assertThat(octocat.signIn(github, "octocat", path).statusCode()).isEqualTo(200);
        return octocat;
    }

    private String bearer() {
        return app.lastRequest().header("Authorization").substring("Bearer ".length());
    }

    private static String kid(String jwt) throws JoseException {
        JsonWebSignature jws = new JsonWebSignature();
        jws.setCompactSerialization(jwt);
        return jws.getKeyIdHeaderValue();
    }

    private JsonWebKeySet jwks() throws JoseException {
        return new JsonWebKeySet(
                gateway.stranger().get("/.well-known/jwks.json").body());
    }

    private JwtClaims verified(String jwt, String audience) throws Exception {
        return verified(jwt, audience, jwks());
    }

    private JwtClaims verified(String jwt, String audience, JsonWebKeySet keys) throws Exception {
        JwtConsumer consumer = new JwtConsumerBuilder()
                .setRequireExpirationTime()
                .setRequireIssuedAt()
                .setRequireNotBefore()
                .setRequireJwtId()
                .setExpectedIssuer(gateway.url())
                .setExpectedAudience(audience)
                .setJwsAlgorithmConstraints(
                        AlgorithmConstraints.ConstraintType.PERMIT,
                        AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256)
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .setVerificationKeyResolver(new JwksVerificationKeyResolver(List.copyOf(keys.getJsonWebKeys())))
                .build();
        return consumer.processToClaims(jwt);
    }
}
