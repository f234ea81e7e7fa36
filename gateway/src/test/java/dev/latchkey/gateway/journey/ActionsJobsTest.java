package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.StubActions;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Jobs of GitHub Actions at two gateways that are one. */
class ActionsJobsTest {

    private static final String ADDRESS = "http://localhost:8080";

    private static GitHubStub github;
    private static EchoBackend app;
    private static RedisServer redis;
    private static TestGateway first;
    private static TestGateway second;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        app = EchoBackend.start();
        redis = RedisServer.embedded();
        first = node();
        second = node();
    }

    private static TestGateway node() {
        String wiki = job("acme/wiki").claims().get("repository_id").toString();
        String acme = job("acme/wiki").claims().get("repository_owner_id").toString();
        return TestGateway.signingInAt(github)
                .on(redis)
                .property("latchkey.external-url", ADDRESS)
                .property("latchkey.actions.issuer", github.actions().issuer())
                .route(
                        "main",
                        "path: /main/**",
                        "to: " + app.url(),
                        "allow: ['actions:acme/wiki@refs/heads/main', user:octocat]",
                        "send: { github-token: true }")
                .route("prod", "path: /prod/**", "to: " + app.url(), "allow: ['actions:acme/wiki:environment:prod']")
                .route(
                        "numbers",
                        "path: /numbers/**",
                        "to: " + app.url(),
                        "allow: ['actions:acme@" + acme + "/wiki@" + wiki + "']")
                .route("people", "path: /people/**", "to: " + app.url(), "allow: [signed-in, org:acme]")
                .route("open", "path: /open/**", "to: " + app.url(), "allow: [anyone]", "send: { headers: pomerium }")
                .start();
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        redis.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        app.forgetRequests();
    }

    private static StubActions.Job job(String repository) {
        return github.actions().job(repository).audience(ADDRESS);
    }

    private static HttpResponse<String> call(TestGateway node, String path, String token) {
        return node.stranger().get(path, "Authorization", "Bearer " + token);
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code, String detail) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains(code);
        assertThat(answer.body()).contains(detail);
        assertThat(app.requests()).isEmpty();
    }

    private static JsonNode claims(String jwt) {
        return JsonMapper.shared().readTree(Base64.getUrlDecoder().decode(jwt.split("\\.")[1]));
    }

    /** As if a balancer stood at the address that both nodes say they have. */
    private static HttpPerson signedIn(String login) {
        HttpPerson person = first.stranger();
        URI start = URI.create(person.navigate("/oauth2/start")
                .headers()
                .firstValue("Location")
                .orElseThrow());
        URI callback = github.authorize(start, login);
        assertThat(person.navigate("/oauth2/callback?" + callback.getRawQuery()).statusCode())
                .isEqualTo(302);
        return person;
    }

    @Test
    void aJobArrivesAsWhatItIsAndAsNobody() {
        String token = job("acme/wiki").claim("environment", "prod").token();
        HttpResponse<String> answer = first.stranger()
                .get(
                        "/main/x",
                        "Authorization",
                        "Bearer " + token,
                        "X-Latchkey-Actions-Ref",
                        "refs/heads/forged",
                        "X-Latchkey-Actions-Actor-Id",
                        "1");
        assertThat(answer.statusCode()).isEqualTo(200);
        EchoBackend.Received received = app.lastRequest();
        assertThat(received.header("X-Forwarded-User")).isEqualTo("actions:acme/wiki");
        assertThat(received.header("X-Forwarded-Email")).isNull();
        assertThat(received.header("X-Forwarded-Access-Token")).isNull();
        assertThat(received.headers("X-Latchkey-Actions-Ref")).containsExactly("refs/heads/main");
        assertThat(received.headers("X-Latchkey-Actions-Actor-Id")).containsExactly("583231");
        assertThat(received.header("X-Latchkey-Actions-Environment")).isEqualTo("prod");
        assertThat(received.toString()).doesNotContain(token);
        JsonNode claims = claims(received.header("Authorization").substring("Bearer ".length()));
        assertThat(claims.path("sub").asString())
                .isEqualTo("actions:" + job("acme/wiki").claims().get("repository_id"));
        assertThat(claims.path("repository").asString()).isEqualTo("acme/wiki");
        assertThat(claims.path("environment").asString()).isEqualTo("prod");
        assertThat(claims.path("aud").toString()).contains("main");
        assertThat(Stream.of("sid", "email", "groups", "name")).noneMatch(claims::has);
    }

    @Test
    void twoJobsOfOneRunAreNotTakenForEachOther() {
        for (String environment : List.of("prod", "test")) {
            call(
                    first,
                    "/main/x",
                    job("acme/wiki").claim("environment", environment).token());
            String jwt = app.lastRequest().header("Authorization").substring("Bearer ".length());
            assertThat(claims(jwt).path("environment").asString()).isEqualTo(environment);
        }
    }

    @Test
    void aTokenOpensOneRequestOverAllNodes() {
        String token = job("acme/wiki").token();
        assertThat(call(first, "/main/x", token).statusCode()).isEqualTo(200);
        app.forgetRequests();
        assertProblem(call(second, "/main/x", token), 401, "actions.token.refused", "it was used before");
        assertProblem(call(first, "/main/x", token), 401, "actions.token.refused", "it was used before");
    }

    @Test
    void whatIsWrongWithATokenIsToldAndNotTheToken() {
        refused(job("acme/wiki").audience("https://elsewhere.example"), "another audience");
        refused(job("acme/wiki").claim("exp", 1), "it has expired");
        refused(job("acme/wiki").forged(), "its signature is wrong");
        refused(job("acme/wiki").keyId("unknown"), "a key that the issuer does not have");
        refused(job("acme/wiki").claim("jti", null), "it has no id");
        String[] parts = job("acme/wiki").token().split("\\.");
        String unsigned = "eyJhbGciOiJub25lIn0." + parts[1] + ".";
        HttpResponse<String> answer = call(first, "/main/x", unsigned);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(app.requests()).isEmpty();
    }

    private static void refused(StubActions.Job job, String why) {
        String token = job.token();
        HttpResponse<String> answer = call(first, "/main/x", token);
        assertProblem(answer, 401, "actions.token.refused", why);
        assertThat(answer.body()).doesNotContain(token.substring(0, 20));
    }

    /** Whatever stands in a token's place, it is refused or left alone, and never the gateway's fault. */
    @Test
    void textsThatOnlyLookLikeTokensDoNoHarm() {
        String issuer = github.actions().issuer();
        for (String claims : List.of(
                "",
                "null",
                "[]",
                "{\"iss\":7}",
                "[".repeat(8_000),
                "{\"a\":".repeat(1_500),
                "{\"iss\":\"" + issuer + "\"}",
                "{\"iss\":\"" + issuer + "\",\"aud\":7}",
                "{\"iss\":\"" + issuer + "\",\"aud\":[null,{}]}",
                "{\"iss\":\"" + issuer + "\",\"aud\":\"" + ADDRESS + "\",\"exp\":\"soon\"}",
                "{\"iss\":\"" + issuer + "\",\"aud\":\"" + ADDRESS + "\",\"exp\":1e400}")) {
            String token = text("{\"alg\":\"RS256\",\"kid\":\"x\"}") + '.' + text(claims) + ".AAAA";
            assertThat(call(first, "/main/x", token).statusCode()).as(claims).isEqualTo(401);
            assertThat(call(first, "/open/x", token).statusCode()).as(claims).isIn(200, 401);
        }
        assertThat(call(first, "/main/x", "eyJ..").statusCode()).isEqualTo(401);
        assertThat(call(first, "/main/x", "eyJ" + "a".repeat(20_000) + "..").statusCode())
                .isEqualTo(401);
    }

    private static String text(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(UTF_8));
    }

    @Test
    void aJobThatNoLineMeansIsDenied() {
        denied("/main/x", job("evil/wiki"));
        denied("/main/x", job("acme/wiki").claim("ref", "refs/heads/main2"));
        denied("/main/x", job("acme/wiki").claim("event_name", "pull_request_target"));
        denied("/main/x", job("acme/wiki").claim("event_name", "pull_request"));
        denied("/prod/x", job("acme/wiki"));
        denied("/prod/x", job("acme/wiki").claim("environment", "production"));
        denied("/numbers/x", job("acme/wiki").claim("repository_id", "1"));
        denied("/people/x", job("acme/wiki"));
    }

    private static void denied(String path, StubActions.Job job) {
        assertProblem(call(first, path, job.token()), 403, "access.denied", "This app is for");
    }

    @Test
    void oneLineByNumberAdmitsBothFormsOfTheSubjectAndARenamedRepository() {
        assertThat(call(first, "/numbers/x", job("acme/wiki").token()).statusCode())
                .isEqualTo(200);
        assertThat(call(first, "/numbers/x", job("acme/wiki").immutableSubject().token())
                        .statusCode())
                .isEqualTo(200);
        assertThat(call(
                                first,
                                "/numbers/x",
                                job("acme/wiki")
                                        .claim("repository", "acme/handbook")
                                        .token())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void nobodyIsLedToASignInThatCannotHelp() {
        String code = "actions.token.required";
        assertProblem(first.stranger().get("/prod/x"), 401, code, "certain jobs of GitHub Actions");
        HttpResponse<String> page = first.stranger().navigate("/prod/x");
        assertProblem(page, 401, code, "certain jobs of GitHub Actions");
        assertThat(page.body()).doesNotContain("/oauth2/start", "/oauth2/sign_in");
        assertThat(page.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"" + ADDRESS + '"');
        // Where one line is for people, signing in may help.
        assertThat(first.stranger().navigate("/main/x").statusCode()).isEqualTo(302);
    }

    @Test
    void peopleStillComeByCookieAndTheLineForJobsIsNotForThem() {
        HttpPerson octocat = signedIn("octocat");
        assertThat(octocat.get("/main/x").statusCode()).isEqualTo(200);
        assertThat(signedIn("other").get("/main/x").statusCode()).isEqualTo(403);
        assertThat(octocat.get("/prod/x").statusCode()).isEqualTo(403);
        // What a job may is not what whoever holds its token may besides.
        HttpResponse<String> both = octocat.get(
                "/prod/x",
                "Authorization",
                "Bearer " + job("acme/wiki").claim("environment", "prod").token());
        assertThat(both.statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("actions:acme/wiki");
    }

    @Test
    void whereNoLineIsForJobsOnlyTokensForTheGatewayAreTakenAndNoneGoesFurther() {
        assertThat(call(first, "/open/x", job("acme/wiki").token()).statusCode())
                .isEqualTo(200);
        assertThat(app.lastRequest().header("Authorization")).isNull();
        assertThat(claims(app.lastRequest().header("X-Pomerium-Jwt-Assertion"))
                        .path("preferred_username")
                        .asString())
                .isEqualTo("actions:acme/wiki");
        String theirs = github.actions()
                .job("acme/wiki")
                .audience("https://app.example.com")
                .token();
        assertThat(call(first, "/open/x", theirs).statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("Authorization")).isEqualTo("Bearer " + theirs);
        assertThat(app.lastRequest().header("X-Pomerium-Jwt-Assertion")).isNull();
    }
}
