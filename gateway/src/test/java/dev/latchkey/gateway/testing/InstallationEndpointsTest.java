package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.time.Duration;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The stand-in as a GitHub App meets it. */
class InstallationEndpointsTest {

    private final TestClock clock = TestClock.now();
    private final GitHubStub github = GitHubStub.start(clock);
    private final StubGitHubApp app = github.gitHubApp(4711);
    private final StubInstallation acme = app.installedAt("acme", "Wiki", "shop");

    @AfterEach
    void stop() {
        github.close();
    }

    @Test
    void findsInstallationsWhateverTheCaseOfTheName() throws JoseException {
        HttpResponse<String> answer = get("/repos/ACME/wiki/installation", jwt());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Json.read(answer.body()).path("id").asLong()).isEqualTo(acme.id());
        assertThat(Json.read(answer.body()).path("suspended_at").isNull()).isTrue();

        assertThat(get("/repos/acme/other/installation", jwt()).statusCode()).isEqualTo(404);
        assertThat(get("/orgs/acme/installation", jwt()).statusCode()).isEqualTo(200);
    }

    @Test
    void refusesWhoeverIsNotTheAppInTheWordsOfGitHub() throws JoseException {
        KeyPair other = AppKeys.rsa(2048);
        assertThat(get("/app", jwt(other.getPrivate(), "4711", 0, 300)).body()).contains("could not be decoded");
        assertThat(get("/app", jwt(app.key().getPrivate(), "4712", 0, 300)).statusCode())
                .isEqualTo(404);
        assertThat(get("/app", "nonsense").statusCode()).isEqualTo(401);
        assertThat(get("/app", jwt(app.key().getPrivate(), "4711", 0, -1)).body())
                .contains("'Expiration time' claim ('exp') must be");
        assertThat(get("/app", jwt(app.key().getPrivate(), "4711", 0, 601)).body())
                .contains("too far in the future");
        assertThat(get("/app", jwt(app.key().getPrivate(), "4711", 5, 300)).body())
                .contains("'Issued at' claim");
        assertThat(get("/app", jwt(app.key().getPrivate(), app.clientId(), 0, 600))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void mintsWhatIsAskedForAndNoMore() throws JoseException {
        JsonNode narrowed = minted("{\"repositories\":[\"wiki\"],\"permissions\":{\"contents\":\"read\"}}");
        assertThat(narrowed.path("repositories").get(0).path("full_name").asString())
                .isEqualTo("acme/Wiki");
        StubInstallationToken token =
                github.installationToken(narrowed.path("token").asString()).orElseThrow();
        assertThat(token.repositories()).containsExactly("Wiki");
        assertThat(token.permissions()).containsOnlyKeys("contents");
        assertThat(token.value()).startsWith("ghs_").hasSize(40);

        assertThat(mint("{\"repositories\":[\"other\"]}").statusCode()).isEqualTo(422);
        assertThat(mint("{\"permissions\":{\"contents\":\"admin\"}}").statusCode())
                .isEqualTo(422);
        assertThat(minted("{}").path("repositories").isMissingNode()).isTrue();

        app.longTokens();
        assertThat(minted("").path("token").asString()).hasSize(560);
    }

    @Test
    void endsTokensByTimeByRevocationAndWithTheirInstallation() throws JoseException {
        String first = minted("{}").path("token").asString();
        clock.advance(Duration.ofHours(1));
        assertThat(github.installationToken(first)).isEmpty();

        String second = minted("{}").path("token").asString();
        assertThat(get("/installation/repositories", second).body()).contains("acme/Wiki", "acme/shop");
        send(request("/installation/token", second).DELETE());
        assertThat(get("/installation/repositories", second).statusCode()).isEqualTo(401);

        String third = minted("{}").path("token").asString();
        acme.suspend();
        assertThat(github.installationToken(third)).isEmpty();
        assertThat(mint("{}").body()).contains("This installation has been suspended");
        acme.uninstall();
        assertThat(mint("{}").statusCode()).isEqualTo(404);
    }

    @Test
    void leadsFromAnOldNameToTheNumber() throws JoseException {
        github.moveRepository("acme/shop", "acme/store");
        acme.add("store");
        HttpResponse<String> moved = get("/repos/acme/shop/installation", jwt());
        assertThat(moved.statusCode()).isEqualTo(301);
        String location = moved.headers().firstValue("Location").orElseThrow();
        assertThat(get(location.substring(github.apiUrl().length()), jwt()).statusCode())
                .isEqualTo(200);
    }

    private String jwt() throws JoseException {
        return jwt(app.key().getPrivate(), "4711", -30, 300);
    }

    private String jwt(PrivateKey key, String issuer, long iat, long exp) throws JoseException {
        JwtClaims claims = new JwtClaims();
        long now = clock.instant().getEpochSecond();
        claims.setIssuer(issuer);
        claims.setIssuedAt(NumericDate.fromSeconds(now + iat));
        claims.setExpirationTime(NumericDate.fromSeconds(now + exp));
        JsonWebSignature jws = new JsonWebSignature();
        jws.setPayload(claims.toJson());
        jws.setAlgorithmHeaderValue("RS256");
        jws.setKey(key);
        return jws.getCompactSerialization();
    }

    private JsonNode minted(String body) throws JoseException {
        HttpResponse<String> answer = mint(body);
        assertThat(answer.statusCode()).isEqualTo(201);
        return Json.read(answer.body());
    }

    private HttpResponse<String> mint(String body) throws JoseException {
        return send(request("/app/installations/" + acme.id() + "/access_tokens", jwt())
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> get(String path, String token) {
        return send(request(path, token).GET());
    }

    private HttpRequest.Builder request(String path, String token) {
        return HttpRequest.newBuilder(URI.create(github.apiUrl() + path))
                .header("User-Agent", "test")
                .header("Authorization", "Bearer " + token);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        return PlainHttp.send(request);
    }
}
