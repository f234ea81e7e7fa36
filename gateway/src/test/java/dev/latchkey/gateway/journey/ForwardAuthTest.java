package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Another proxy asks who may pass, and is told what would have happened to the request here. */
class ForwardAuthTest {

    private static final String WIKI = "X-Forwarded-Host: wiki.test";
    private static final String METHOD = "X-Forwarded-Method: GET";

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway trusting;
    private static TestGateway wary;
    private static String cookie;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.person("octocat").orgs("acme").email("octocat@acme.example", true, true);
        app = EchoBackend.start();
        trusting = gateway().property("latchkey.trusted-proxies", "127.0.0.0/8").start();
        wary = gateway().start();
        HttpPerson person = trusting.stranger();
        person.signIn(github, "octocat", "/start");
        cookie = "Cookie: a=b; latchkey=" + person.cookie("latchkey");
    }

    private static TestGateway.Builder gateway() {
        return TestGateway.signingInAt(github)
                .route("start", "host: localhost", "to: " + app.url(), "allow: [signed-in]")
                .route(
                        "wiki",
                        "host: wiki.test",
                        "to: builtin:forward-auth",
                        "allow: ['org:acme']",
                        "public: [GET /open/**, /any/**]")
                .route("vault", "host: vault.test", "to: builtin:forward-auth", "allow: ['user:nobody']")
                .route("www", "host: www.test", "to: builtin:forward-auth", "allow: [anyone]")
                .route(
                        "read",
                        "host: read.test",
                        "to: builtin:forward-auth",
                        "allow: [anyone]",
                        "filters: [Method=GET]")
                .route(
                        "tools",
                        "host: tools.test",
                        "to: builtin:forward-auth",
                        "allow: [signed-in]",
                        "send: { github-token: true, headers: remote-user, jwt: { header: X-Gateway-Jwt } }")
                .route("few", "host: few.test", "to: builtin:forward-auth", "allow: [anyone]", "limits: { rate: 1/m }")
                .route("app", "host: app.test", "to: " + app.url(), "allow: ['org:acme']");
    }

    @AfterAll
    static void stop() {
        trusting.close();
        wary.close();
        app.close();
        github.close();
    }

    private static RawHttp.Response ask(TestGateway gateway, String target, String... lines) {
        return send(gateway, "GET", target, "auth.internal", lines);
    }

    private static RawHttp.Response send(
            TestGateway gateway, String method, String target, String host, String... lines) {
        return RawHttp.to(gateway.port())
                .send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
                        + String.join("\r\n", lines) + (lines.length == 0 ? "" : "\r\n") + "\r\n");
    }

    private static RawHttp.Response ask(String... lines) {
        return ask(trusting, "/oauth2/auth", lines);
    }

    // What is told

    @Test
    void aMemberMayPassAndIsNamedAsOauth2ProxyDoes() {
        RawHttp.Response answer = ask(WIKI, METHOD, "X-Forwarded-Uri: /page?q=1", cookie);
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("X-Auth-Request-User")).isEqualTo("octocat");
        assertThat(answer.header("X-Auth-Request-Preferred-Username")).isEqualTo("octocat");
        assertThat(answer.header("X-Auth-Request-Email")).isEqualTo("octocat@acme.example");
        assertThat(answer.header("X-Auth-Request-Groups")).isEqualTo("acme");
        assertThat(answer.header("X-Auth-Request-Access-Token")).isNull();
        assertThat(answer.header("Authorization")).startsWith("Bearer ey");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void theTokenAndTheHeadersOfThePresetAreToldWhereTheRouteSaysSo() {
        RawHttp.Response answer = ask("X-Forwarded-Host: tools.test", METHOD, "X-Forwarded-Uri: /", cookie);
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("X-Auth-Request-Access-Token")).startsWith("gho_");
        assertThat(answer.header("Remote-User")).isEqualTo("octocat");
        assertThat(answer.header("X-Auth-Request-User")).isEqualTo("octocat");
        assertThat(answer.header("X-Gateway-Jwt")).startsWith("ey");
        assertThat(answer.header("Authorization")).isNull();
    }

    @Test
    void aStrangerGets401WithTheWayToSignInAndNeverARedirect() {
        RawHttp.Response answer = ask(WIKI, METHOD, "X-Forwarded-Uri: /page", "Accept: text/html");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
        assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("sign-in.required");
    }

    @Test
    void whereTheProxyPassesItOnAPageIsSentToTheSignIn() {
        RawHttp.Response page =
                ask(trusting, "/oauth2/auth_or_start", WIKI, METHOD, "X-Forwarded-Uri: /page", "Accept: text/html");
        assertThat(page.status()).isEqualTo(302);
        assertThat(page.header("Location")).startsWith(trusting.url() + "/oauth2/start");
        RawHttp.Response api = ask(trusting, "/oauth2/auth_or_start", WIKI, METHOD, "X-Forwarded-Uri: /page");
        assertThat(api.status()).isEqualTo(401);
        RawHttp.Response posted = ask(
                trusting,
                "/oauth2/auth_or_start",
                WIKI,
                "X-Forwarded-Method: POST",
                "X-Forwarded-Uri: /page",
                "Accept: text/html");
        assertThat(posted.status()).isEqualTo(401);
        assertThat(ask(trusting, "/oauth2/auth_or_start", WIKI, METHOD, "X-Forwarded-Uri: /page", cookie)
                        .status())
                .isEqualTo(202);
    }

    @Test
    void theWayBackLeadsToTheGatewaysOwnHostWhereThatWasAskedFor() {
        RawHttp.Response page = ask(
                trusting,
                "/oauth2/auth_or_start",
                "X-Forwarded-Host: localhost:" + trusting.port(),
                METHOD,
                "X-Forwarded-Uri: /page?a=b",
                "Accept: text/html");
        assertThat(page.header("Location")).isEqualTo(trusting.url() + "/oauth2/start?rd=%2Fpage%3Fa%3Db");
    }

    @Test
    void whoeverIsSignedInAndNotMeantGets403() {
        RawHttp.Response answer = ask("X-Forwarded-Host: vault.test", METHOD, "X-Forwarded-Uri: /", cookie);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("access.denied");
        assertThat(answer.header("X-Auth-Request-User")).isNull();
    }

    /** As oauth2-proxy lets a proxy do for a part of a site. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "allowed_groups=acme 202",
                "allowed_groups=other,Acme 202",
                "allowed_groups=other 403",
                "allowed_groups=acme:eng 403",
                "allowed_groups=acme&allowed_emails=mona@acme.example 403",
                "allowed_groups=acme&allowed_emails=octocat%40acme.example 202",
                "allowed_email_domains=acme.example 202",
                "allowed_email_domains=*.example 202",
                "allowed_email_domains=.acme.example 403",
                "allowed_email_domains=me.example 403",
                "allowed_groups=,& 202",
                "allowed%5Fgroups=other 403",
                "%61llowed_emails=mona%40acme.example 403",
                "allowed_groups=other&allowed_groups=acme 202",
                "x=1;allowed_groups=other 202",
                "allowed_groups=%25zz,a%2Fb 403",
            })
    void aQuestionMayDemandMoreOfThePersonThanTheRouteDoes(String query, int status) {
        String endpoint = "/oauth2/auth?" + query;
        RawHttp.Response answer = ask(trusting, endpoint, WIKI, METHOD, "X-Forwarded-Uri: /page", cookie);
        assertThat(answer.status()).isEqualTo(status);
        if (status != 202) {
            assertThat(answer.header("X-Auth-Request-User")).isNull();
        }
    }

    @Test
    void aDemandOpensNothingAndClosesNoOpenPath() {
        String endpoint = "/oauth2/auth?allowed_groups=acme";
        assertThat(ask(trusting, endpoint, WIKI, METHOD, "X-Forwarded-Uri: /page")
                        .status())
                .isEqualTo(401);
        assertThat(ask(trusting, endpoint, WIKI, METHOD, "X-Forwarded-Uri: /open/x")
                        .status())
                .isEqualTo(202);
        assertThat(ask(trusting, endpoint, "X-Forwarded-Host: vault.test", METHOD, "X-Forwarded-Uri: /", cookie)
                        .status())
                .isEqualTo(403);
        assertThat(ask(trusting, endpoint, "X-Forwarded-Host: www.test", METHOD, "X-Forwarded-Uri: /")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void anOpenPathIsOpenWithoutAnyIdentity() {
        RawHttp.Response answer = ask(WIKI, METHOD, "X-Forwarded-Uri: /open/x", "X-Auth-Request-User: evil");
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.headers("X-Auth-Request-User")).isEmpty();
        assertThat(answer.headers("Authorization")).isEmpty();
    }

    /** nginx asks by GET about everything. */
    @Test
    void aPathThatIsOpenForOneMethodIsNotWhereNoMethodIsTold() {
        assertThat(ask(WIKI, "X-Forwarded-Uri: /open/x").status()).isEqualTo(401);
        assertThat(ask(WIKI, "X-Forwarded-Uri: /open/x", "X-Original-Method: POST")
                        .status())
                .isEqualTo(401);
        assertThat(ask(WIKI, "X-Forwarded-Uri: /any/x").status()).isEqualTo(202);
        assertThat(ask("X-Forwarded-Host: read.test", "X-Forwarded-Uri: /").status())
                .isEqualTo(403);
        assertThat(ask("X-Forwarded-Host: read.test", METHOD, "X-Forwarded-Uri: /")
                        .status())
                .isEqualTo(202);
    }

    @Test
    void aRateCountsTheQuestions() {
        assertThat(ask("X-Forwarded-Host: few.test", METHOD, "X-Forwarded-Uri: /")
                        .status())
                .isEqualTo(202);
        RawHttp.Response second = ask("X-Forwarded-Host: few.test", METHOD, "X-Forwarded-Uri: /");
        assertThat(second.status()).isEqualTo(429);
        assertThat(second.header("Retry-After")).isNotNull();
    }

    @Test
    void aRouteWithAnAppOfItsOwnIsDecidedOnAlike() {
        app.forgetRequests();
        assertThat(ask("X-Forwarded-Host: app.test", METHOD, "X-Forwarded-Uri: /", cookie)
                        .status())
                .isEqualTo(202);
        assertThat(ask("X-Forwarded-Host: app.test", METHOD, "X-Forwarded-Uri: /")
                        .status())
                .isEqualTo(401);
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void whatOnlyAnswersProxiesIsNotThereForAnybodyElse() {
        assertThat(send(trusting, "GET", "/", "www.test", cookie).status()).isEqualTo(404);
        assertThat(send(trusting, "GET", "/", "wiki.test").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"})
    void anyMethodMayAsk(String method) {
        RawHttp.Response answer = send(
                trusting,
                method,
                "/oauth2/auth",
                "auth.internal",
                WIKI,
                METHOD,
                "X-Forwarded-Uri: /page",
                "Content-Length: 0",
                cookie);
        assertThat(answer.status()).isEqualTo(202);
    }

    // How it is asked

    static Stream<List<String>> spellings() {
        return Stream.of(
                List.of("/oauth2/auth", "auth.internal", WIKI, METHOD, "X-Forwarded-Uri: /page?q"),
                List.of("/oauth2/auth", "auth.internal", WIKI, "X-Original-Method: GET", "X-Original-URI: /page?q"),
                List.of("/oauth2/auth", "auth.internal", METHOD, "X-Original-URL: http://wiki.test/page?q"),
                List.of("/oauth2/auth", "auth.internal", METHOD, "X-Original-URL: https://WIKI.test.:443/page"),
                List.of("/oauth2/auth", "auth.internal", METHOD, WIKI, "X-Original-URL: http://wiki.test"),
                List.of("/oauth2/auth", "auth.internal", "Forwarded: host=wiki.test", "X-Forwarded-Uri: /page"),
                List.of("/oauth2/auth", "wiki.test", "X-Forwarded-Uri: /page"),
                List.of("/oauth2/auth/page?q", "wiki.test"),
                List.of("/oauth2/auth/", "wiki.test"),
                List.of("/oauth2/auth_or_start/page?q", "wiki.test"),
                List.of("/oauth2/auth", "auth.internal", WIKI, "X-Forwarded-Uri: /a{b}|c"),
                List.of(
                        "/oauth2/auth",
                        "auth.internal",
                        WIKI,
                        METHOD,
                        "X-Original-Method: GET",
                        "X-Forwarded-Uri: /page",
                        "X-Original-URI: /page",
                        "X-Original-URL: https://wiki.test/page"));
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void everyProxysSpellingIsUnderstood(List<String> question) {
        String[] lines = question.subList(2, question.size()).toArray(String[]::new);
        String[] signedIn =
                Stream.concat(Arrays.stream(lines), Stream.of(cookie)).toArray(String[]::new);
        assertThat(send(trusting, "GET", question.get(0), question.get(1), signedIn)
                        .status())
                .isEqualTo(202);
        assertThat(send(trusting, "GET", question.get(0), question.get(1), lines)
                        .status())
                .isBetween(302, 401);
    }

    // What is never believed

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-Uri: /any/x",
                "X-Original-URI: /any/x",
                "X-Original-URL: http://www.test/",
                "X-Forwarded-Method: GET"
            })
    void aStrangerIsNotAnswered(String claim) {
        RawHttp.Response answer = ask(wary, "/oauth2/auth", "X-Forwarded-Host: www.test", claim);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("forward-auth.untrusted");
        assertThat(ask(wary, "/oauth2/auth/any/x", "X-Forwarded-Host: www.test").status())
                .isEqualTo(403);
    }

    /** No user agent, and nothing else that a client chooses, makes a difference. */
    @ParameterizedTest
    @ValueSource(strings = {"User-Agent: GoogleHC/1.0", "User-Agent: kube-probe/1.30", "X-Auth-Request-User: octocat"})
    void aQuestionAboutNothingIsNeverAnsweredYes(String line) {
        for (TestGateway gateway : List.of(trusting, wary)) {
            assertThat(ask(gateway, "/oauth2/auth", line).status()).isEqualTo(401);
            assertThat(ask(gateway, "/oauth2/auth?allowed_groups=x", line).status())
                    .isEqualTo(401);
        }
        RawHttp.Response signedIn = ask(line, cookie);
        assertThat(signedIn.status()).isEqualTo(403);
        assertThat(signedIn.header("X-Latchkey-Problem")).isEqualTo("forward-auth.target");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/any/../secret",
                "/any/..%2fsecret",
                "/any/%2e%2e/secret",
                "/any/%2E%2E/secret",
                "/any/..;/secret",
                "/any;/x",
                "/any//x",
                "//any/x",
                "/any/.",
                "/any/%2fx",
                "/any/%5cx",
                "/any/\\x",
                "/any/%252e%252e/secret",
                "/any/%00",
                "/any/x#/y",
                "/any/%c0%ae",
                "/any/%zz",
                "any/x",
                "",
                "*",
                "http://",
                "http:///any/x",
                "http://a b/any/x",
                "ftp://wiki.test/any/x",
                "http://wiki.test@evil.test/any/x",
                "http://wiki.test/any/../x"
            })
    void whatCanBeReadInTwoWaysIsNeverAnsweredYes(String target) {
        for (String name : List.of("X-Forwarded-Uri", "X-Original-URI", "X-Original-URL")) {
            for (String[] lines : new String[][] {{}, {cookie}}) {
                String[] all = Stream.concat(
                                Stream.of("X-Forwarded-Host: www.test", METHOD, name + ": " + target),
                                Arrays.stream(lines))
                        .toArray(String[]::new);
                RawHttp.Response answer = ask(all);
                assertThat(answer.status()).as(name).isEqualTo(403);
                assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("forward-auth.target");
            }
        }
        if (target.startsWith("/")) {
            assertThat(send(trusting, "GET", "/oauth2/auth" + target, "www.test")
                            .status())
                    .isBetween(400, 403);
        }
    }

    /** The proxy wrote one of the two; nobody can tell which. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            X-Forwarded-Uri: /secret | X-Forwarded-Uri: /any/x
            X-Forwarded-Uri: /secret | X-Original-URI: /any/x
            X-Forwarded-Uri: /any/x  | X-Original-URI: /secret
            X-Forwarded-Uri: /any/x  | X-Original-URL: http://wiki.test/secret
            X-Forwarded-Uri: /any/x  | X-Original-URL: http://vault.test/any/x
            X-Original-URL: http://wiki.test/any/x | X-Original-URL: http://www.test/any/x
            X-Forwarded-Uri: /any/x  | X-Original-Method: POST
            X-Forwarded-Uri: /any/x  | X-Forwarded-Method: G E T
            X-Forwarded-Uri: /any/x  | X-Forwarded-Host: www.test
            """)
    void whatTwoHeadersSayHasToAgree(String one, String other) {
        RawHttp.Response answer = ask(WIKI, METHOD, one, other, cookie);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("forward-auth.target");
    }

    @Test
    void theTargetBehindTheEndpointHasToAgreeToo() {
        assertThat(send(trusting, "GET", "/oauth2/auth/secret", "wiki.test", "X-Forwarded-Uri: /any/x")
                        .status())
                .isEqualTo(403);
    }

    /** A proxy that keeps Host and writes no X-Forwarded-Host passes on whatever a client wrote there. */
    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-Host: www.test", "Forwarded: host=www.test"})
    void aHostThatIsAnotherAppsIsNotOverruled(String claim) {
        RawHttp.Response answer = send(trusting, "GET", "/oauth2/auth", "vault.test", claim, "X-Forwarded-Uri: /");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("forward-auth.target");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.test, www.test", "a b", "www.test/x"})
    void aHostThatIsNotOneHostIsRefused(String host) {
        assertThat(ask("X-Forwarded-Host: " + host, METHOD, "X-Forwarded-Uri: /")
                        .status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/oauth2/userinfo", "/oauth2", "/ping", "/.well-known/jwks.json"})
    void theGatewaysOwnPagesAreNobodysRoute(String path) {
        RawHttp.Response answer = ask("X-Forwarded-Host: www.test", METHOD, "X-Forwarded-Uri: " + path, cookie);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("forward-auth.route.unknown");
    }

    @Test
    void whatNoRouteKnowsIsRefused() {
        RawHttp.Response answer = ask("X-Forwarded-Host: nobody.test", METHOD, "X-Forwarded-Uri: /", cookie);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("forward-auth.route.unknown");
    }

    @Test
    void whatOnlyLooksLikeTheEndpointIsNone() {
        for (String path : List.of("/oauth2/authx", "/oauth2/auth_or_starts", "/OAUTH2/auth")) {
            RawHttp.Response answer = ask(trusting, path, "X-Forwarded-Host: www.test", "X-Forwarded-Uri: /");
            assertThat(answer.status()).as(path.toLowerCase(Locale.ROOT)).isEqualTo(404);
        }
    }
}
