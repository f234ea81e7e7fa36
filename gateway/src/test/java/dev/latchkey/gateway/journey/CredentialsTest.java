package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.CredentialReader;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.StubPerson;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who is calling can be said by something else than the cookie, and then it is that which counts. */
class CredentialsTest {

    private static final AtomicInteger READ = new AtomicInteger();

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static StubPerson robot;

    /** Takes {@code known-} and a login for that person, and {@code known-nobody} for somebody who is refused. */
    private static final class TestReader implements CredentialReader {

        @Override
        public Mono<? extends Caller> read(Route route, Secret credential, ServerWebExchange exchange) {
            String text = credential.reveal();
            if (!text.startsWith("known-")) {
                return null;
            }
            READ.incrementAndGet();
            String login = text.substring(6);
            return login.equals("nobody")
                    ? Mono.error(Problem.of(ProblemCode.ACTIONS_TOKEN_REFUSED, "It was refused"))
                    : Mono.just(new Caller.ByCredential(
                            personOf(github.person(login)), "test:" + login, Instant.parse("2999-01-01T00:00:00Z")));
        }

        private static Person personOf(StubPerson person) {
            return new Person(
                    new PersonId("github", String.valueOf(person.id())), person.login(), null, null, false, null);
        }
    }

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        robot = github.person("robot");
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .bean(CredentialReader.class, new TestReader())
                .route("app", "to: " + app.url(), "allow: [signed-in]", "send: { github-token: true }")
                .route(
                        "own",
                        "path: /own/**",
                        "to: " + app.url(),
                        "allow: [anyone]",
                        "send: { headers: pomerium, jwt: true }")
                .route("org", "path: /org/**", "to: " + app.url(), "allow: [org:robots]")
                .route("plain", "path: /plain/**", "to: " + app.url(), "allow: [user:robot]")
                .route(
                        "slow",
                        "path: /slow/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { headers: none }",
                        "limits: { rate: 2/h }")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        app.forgetRequests();
        READ.set(0);
    }

    private static HttpPerson signedIn(String login) {
        HttpPerson browser = gateway.stranger();
        assertThat(browser.signIn(github, login, "/plain/").statusCode()).isIn(200, 403);
        return browser;
    }

    private static HttpResponse<String> call(String path, String authorization) {
        return gateway.stranger().get(path, "Authorization", authorization);
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ':' + password).getBytes(UTF_8));
    }

    static String[] forms() {
        return new String[] {
            "Bearer known-robot",
            "bearer   known-robot",
            "token known-robot",
            basic("anything", "known-robot"),
            basic("known-robot", ""),
            basic("known-robot", "x-oauth-basic")
        };
    }

    @ParameterizedTest
    @MethodSource("forms")
    void saysWhoIsCallingInAnyOfItsForms(String authorization) {
        assertThat(call("/plain/x", authorization).statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("robot");
        JsonNode claims = claims(app.lastRequest().header("Authorization").substring("Bearer ".length()));
        assertThat(claims.path("sub").asString()).isEqualTo("github:" + robot.id());
        assertThat(claims.path("preferred_username").asString()).isEqualTo("robot");
        assertThat(claims.has("sid")).isFalse();
    }

    private static JsonNode claims(String jwt) {
        return JsonMapper.shared().readTree(Base64.getUrlDecoder().decode(jwt.split("\\.")[1]));
    }

    @Test
    void winsOverTheCookie() {
        HttpPerson octocat = signedIn("octocat");
        assertThat(octocat.get("/plain/x").statusCode()).isEqualTo(403);
        assertThat(octocat.get("/plain/x", "Authorization", "Bearer known-robot")
                        .statusCode())
                .isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("robot");
    }

    @Test
    void neverReachesTheAppOnceItWasKnown() {
        for (String form : forms()) {
            assertThat(call("/own/x", form).statusCode()).isEqualTo(200);
            assertThat(app.lastRequest().header("X-Pomerium-Jwt-Assertion")).isNotNull();
            assertThat(app.lastRequest().header("Authorization")).isNull();
        }
    }

    @Test
    void leavesAloneWhatNobodyHereKnows() {
        for (String theirs : new String[] {"Bearer theirs", "Digest x=y", "Bearer", "Basic %%%", basic("a", "b")}) {
            assertThat(call("/own/x", theirs).statusCode()).isEqualTo(200);
            assertThat(app.lastRequest().header("Authorization")).isEqualTo(theirs);
            assertThat(app.lastRequest().header("X-Pomerium-Jwt-Assertion")).isNull();
            assertThat(call("/plain/x", theirs).statusCode()).isEqualTo(401);
        }
        HttpPerson octocat = signedIn("octocat");
        assertThat(octocat.get("/own/x", "Authorization", "Bearer theirs").statusCode())
                .isEqualTo(200);
        assertThat(app.lastRequest().header("Authorization")).isEqualTo("Bearer theirs");
        assertThat(claims(app.lastRequest().header("X-Pomerium-Jwt-Assertion"))
                        .path("preferred_username")
                        .asString())
                .isEqualTo("octocat");
    }

    @Test
    void isRefusedInWordsOfItsOwnAlsoWhereAnybodyMayCome() {
        for (String path : new String[] {"/plain/x", "/own/x"}) {
            HttpResponse<String> answer = call(path, "Bearer known-nobody");
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("actions.token.refused");
        }
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void isNotLookedForBesideAnother() {
        for (String lines : new String[] {
            "Authorization: Bearer known-robot\r\nAuthorization: Bearer theirs\r\n",
            "Authorization: Bearer theirs\r\nauthorization: token known-robot\r\n"
        }) {
            RawHttp.Response answer = RawHttp.to(gateway.port())
                    .send("GET /own/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + lines + "\r\n");
            assertThat(answer.status()).isEqualTo(400);
        }
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void costsNothingWhereThereIsNone() {
        signedIn("octocat").get("/own/x");
        assertThat(READ).hasValue(0);
    }

    @Test
    void leavesTheDecisionToTheRoute() {
        signedIn("robot");
        assertThat(call("/org/x", "Bearer known-robot").statusCode()).isEqualTo(403);
        assertThat(call("/plain/x", "Bearer known-octocat").statusCode()).isEqualTo(403);
        StubPerson member = github.person("member");
        member.orgs("robots");
        assertThat(call("/org/x", "Bearer known-member").statusCode())
                .as("GitHub can be asked only with what a sign-in brought")
                .isEqualTo(401);
        signedIn("member");
        assertThat(call("/org/x", "Bearer known-member").statusCode()).isEqualTo(200);
    }

    @Test
    void bringsThePersonsGitHubTokenFromTheVault() {
        signedIn("robot");
        assertThat(call("/", "Bearer known-robot").statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-Access-Token")).startsWith("gh");
    }

    @Test
    void countsTogetherWithTheSessionsOfTheSamePerson() {
        HttpPerson counted = signedIn("counted");
        assertThat(counted.get("/slow/x").statusCode()).isEqualTo(200);
        assertThat(call("/slow/x", "Bearer known-counted").statusCode()).isEqualTo(200);
        assertThat(call("/slow/x", "Bearer known-counted").statusCode()).isEqualTo(429);
        assertThat(counted.get("/slow/x").statusCode()).isEqualTo(429);
        assertThat(call("/slow/x", "Bearer known-robot").statusCode()).isEqualTo(200);
    }
}
