package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request says about where it came from and was meant for counts only where a trusted proxy says it. */
class ForwardedHeadersTest {

    private static final String FOREIGN = "203.0.113.9";

    private static GitHubStub github;
    private static RawBackend app;
    private static TestGateway direct;
    private static TestGateway onKubernetes;
    private static TestGateway behindProxy;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.app().withoutTokenLimits();
        app = RawBackend.start();
        direct = gateway().start();
        // There, Spring Boot is used to let the server believe the headers before anything else sees the request.
        onKubernetes =
                gateway().property("spring.main.cloud-platform", "kubernetes").start();
        behindProxy =
                gateway().property("latchkey.trusted-proxies", "127.0.0.0/8").start();
    }

    private static TestGateway.Builder gateway() {
        return TestGateway.signingInAt(github)
                .route("app", "to: " + app.url(), "allow: [signed-in]", "public: [GET /public/**]")
                .route("wiki", "host: wiki.test", "to: " + app.url(), "allow: [anyone]")
                .route("vault", "host: vault.test", "to: " + app.url(), "allow: ['user:nobody']");
    }

    @AfterAll
    static void stop() {
        Stream.of(direct, onKubernetes, behindProxy).forEach(TestGateway::close);
        app.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        app.forgetHeads();
    }

    // From anybody

    /** Whatever proxies, caches and frameworks are known to believe. */
    static Stream<String> claims() {
        Stream<String> paths = Stream.of(
                        "X-Forwarded-Uri",
                        "X-Forwarded-Url",
                        "X-Forwarded-Path",
                        "X-Forwarded-Prefix",
                        "X-Original-URL",
                        "X-Original-Uri",
                        "X-Original-Path",
                        "X-Rewrite-URL",
                        "X-Rewrite-Uri",
                        "X-Envoy-Original-Path",
                        "X-Auth-Request-Redirect",
                        "X-Waws-Unencoded-Url",
                        "Destination",
                        "Content-Location")
                .flatMap(name -> Stream.of("/public/x", "/secret", "/oauth2/sign_out", "http://wiki.test/public/x")
                        .map(path -> name + ": " + path));
        Stream<String> hosts = Stream.of(
                        "X-Forwarded-Host",
                        "X-Forwarded-Server",
                        "X-Host",
                        "X-Original-Host",
                        "X-HTTP-Host-Override",
                        "X-Backend-Host",
                        "Forwarded-Host")
                .flatMap(name ->
                        Stream.of("wiki.test", "vault.test", "evil.test:443").map(host -> name + ": " + host));
        Stream<String> schemes = Stream.of(
                "X-Forwarded-Proto: https",
                "X-Forwarded-Protocol: https",
                "X-Forwarded-Scheme: https",
                "X-Forwarded-Ssl: on",
                "X-Forwarded-Port: 443",
                "X-Scheme: https",
                "X-Url-Scheme: https",
                "Front-End-Https: on");
        Stream<String> clients = Stream.of(
                "X-Forwarded-For: " + FOREIGN,
                "X-Forwarded-For: 127.0.0.1, 10.0.0.1, " + FOREIGN,
                "X-Forwarded-By: " + FOREIGN,
                "X-Real-IP: " + FOREIGN,
                "X-Envoy-External-Address: " + FOREIGN);
        Stream<String> methods = Stream.of(
                "X-Forwarded-Method: GET",
                "X-Original-Method: GET",
                "X-HTTP-Method-Override: GET",
                "X-HTTP-Method: GET",
                "X-Method-Override: GET");
        Stream<String> standard = Stream.of(
                "Forwarded: for=" + FOREIGN + ";host=wiki.test;proto=https",
                "Forwarded: for=127.0.0.1;host=evil.test",
                "Forwarded: host=vault.test",
                "Forwarded: path=/public/x;proto=https");
        return Stream.of(paths, hosts, schemes, clients, methods, standard).flatMap(claims -> claims);
    }

    @ParameterizedTest
    @MethodSource("claims")
    void aStrangersClaimChangesNothing(String claim) {
        changesNothing(direct, claim);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For: " + FOREIGN,
                "X-Forwarded-Host: wiki.test",
                "X-Forwarded-Host: vault.test",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Prefix: /public",
                "X-Forwarded-Port: 443",
                "Forwarded: for=" + FOREIGN + ";host=wiki.test;proto=https",
            })
    void notEvenWhereAPlatformWouldBelieveIt(String claim) {
        changesNothing(onKubernetes, claim);
    }

    private static void changesNothing(TestGateway gateway, String claim) {
        RawHttp.Response guarded = send(gateway, "GET", "/secret", claim);
        assertThat(guarded.status()).isEqualTo(401);
        assertThat(guarded.body()).contains("\"login_url\":\"" + gateway.url() + "/oauth2/start");
        // The rule opens GET; what is sent is a POST.
        assertThat(send(gateway, "POST", "/public/x", claim).status()).isEqualTo(401);
        RawHttp.Response page = send(gateway, "GET", "/secret?a=1", claim, "Accept: text/html");
        assertThat(page.header("Location")).isEqualTo(gateway.url() + "/oauth2/start?rd=%2Fsecret%3Fa%3D1");
        RawHttp.Response start = send(gateway, "GET", "/oauth2/start", claim);
        assertThat(start.header("Location"))
                .startsWith(github.webUrl())
                .contains("redirect_uri=http://localhost:" + gateway.port() + "/oauth2/callback&");
        assertThat(app.heads()).isEmpty();

        assertThat(send(gateway, "GET", "/public/x?a=1", claim).status()).isEqualTo(200);
        assertThat(app.lastHead()).startsWith("GET /public/x?a=1 HTTP/1.1\r\n");
        isToldOf(gateway, "127.0.0.1", "http", "localhost:" + gateway.port(), Integer.toString(gateway.port()));
        app.forgetHeads();
    }

    /** All that backends are told about the way a request came: these four lines, once each, and no other. */
    private static void isToldOf(TestGateway gateway, String addresses, String scheme, String host, String port) {
        List<String> told = app.lastHeaderLines().stream()
                .filter(line ->
                        line.toLowerCase(Locale.ROOT).matches("(x-forwarded|forwarded:|x-real|x-orig|x-rewr).*"))
                .toList();
        assertThat(told)
                .containsExactlyInAnyOrder(
                        "X-Forwarded-For: " + addresses,
                        "X-Forwarded-Proto: " + scheme,
                        "X-Forwarded-Host: " + host,
                        "X-Forwarded-Port: " + port);
    }

    @Test
    void aStrangersHostHeaderLeadsNobodyAway() {
        RawHttp.Response page = RawHttp.to(direct.port())
                .send("GET /secret HTTP/1.1\r\nHost: evil.test\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
        assertThat(page.header("Location")).startsWith(direct.url() + "/oauth2/start");
        RawHttp.Response start = RawHttp.to(direct.port())
                .send("GET /oauth2/start HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n");
        assertThat(start.header("Location")).doesNotContain("evil");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theAddressOfASignInIsThePeersOwn(boolean kubernetes) {
        assertThat(addressOfSignIn(kubernetes ? onKubernetes : direct, "X-Forwarded-For", FOREIGN))
                .isEqualTo("127.0.0.1");
    }

    // From a trusted proxy

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # what the proxy says                                       | for                         | proto | host       | port
            X-Forwarded-Proto: https                                    | 127.0.0.1                   | https | SELF       | PORT
            X-Forwarded-Proto: HTTPS                                    | 127.0.0.1                   | https | SELF       | PORT
            X-Forwarded-Proto: http, https                              | 127.0.0.1                   | https | SELF       | PORT
            X-Forwarded-Proto: https, http                              | 127.0.0.1                   | http  | SELF       | PORT
            X-Forwarded-Proto: javascript                               | 127.0.0.1                   | http  | SELF       | PORT
            X-Forwarded-Host: apps.test                                 | 127.0.0.1                   | http  | apps.test  | 80
            X-Forwarded-Host: Apps.Test.                                | 127.0.0.1                   | http  | apps.test  | 80
            X-Forwarded-Host: evil.test, apps.test:8443                 | 127.0.0.1                   | http  | apps.test:8443 | 8443
            X-Forwarded-Host: evil.test/apps                            | 127.0.0.1                   | http  | SELF       | PORT
            X-Forwarded-Host: a b                                       | 127.0.0.1                   | http  | SELF       | PORT
            X-Forwarded-For: 203.0.113.9                                | 203.0.113.9, 127.0.0.1      | http  | SELF       | PORT
            X-Forwarded-For: 1.2.3.4, 203.0.113.9, 127.0.0.7            | 1.2.3.4, 203.0.113.9, 127.0.0.7, 127.0.0.1 | http | SELF | PORT
            X-Forwarded-For: 203.0.113.9:5555                           | 203.0.113.9, 127.0.0.1      | http  | SELF       | PORT
            X-Forwarded-For: [2001:db8::1]:99                           | 2001:db8::1, 127.0.0.1      | http  | SELF       | PORT
            X-Forwarded-For: <script>                                   | unknown, 127.0.0.1          | http  | SELF       | PORT
            Forwarded: for=203.0.113.9;proto=https;host=apps.test       | 203.0.113.9, 127.0.0.1      | https | apps.test  | 443
            Forwarded: for="[2001:db8::1]:99";host="apps.test:81"       | 2001:db8::1, 127.0.0.1      | http  | apps.test:81 | 81
            Forwarded: host=evil.test, for=203.0.113.9;host=apps.test   | unknown, 203.0.113.9, 127.0.0.1 | http | apps.test | 80
            """)
    void aTrustedProxyIsBelieved(String claim, String addresses, String scheme, String host, String port) {
        assertThat(send(behindProxy, "GET", "/public/x", claim).status()).isEqualTo(200);
        String own = Integer.toString(behindProxy.port());
        isToldOf(behindProxy, addresses, scheme, host.replace("SELF", "localhost:" + own), port.replace("PORT", own));
    }

    @Test
    void aTrustedProxysOlderHeadersCountBeforeAForwardedThatMayBeAnybodys() {
        send(behindProxy, "GET", "/public/x", "X-Forwarded-Proto: https", "Forwarded: host=vault.test;for=1.2.3.4");
        String own = Integer.toString(behindProxy.port());
        isToldOf(behindProxy, "127.0.0.1", "https", "localhost:" + own, own);
    }

    @Test
    void aTrustedProxysHostFindsTheRoute() {
        assertThat(send(behindProxy, "GET", "/x", "X-Forwarded-Host: wiki.test").status())
                .isEqualTo(200);
        assertThat(send(behindProxy, "GET", "/public/x", "X-Forwarded-Host: vault.test")
                        .status())
                .isEqualTo(401);
        assertThat(send(behindProxy, "GET", "/x", "Forwarded: host=wiki.test").status())
                .isEqualTo(200);
    }

    /** Which path is meant is never a matter of headers, whoever sends them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-Uri",
                "X-Forwarded-Path",
                "X-Forwarded-Prefix",
                "X-Original-URL",
                "X-Original-Uri",
                "X-Rewrite-URL",
                "X-Envoy-Original-Path"
            })
    void notEvenATrustedProxyMovesThePath(String name) {
        assertThat(send(behindProxy, "GET", "/secret", name + ": /public/x").status())
                .isEqualTo(401);
        send(behindProxy, "GET", "/public/x", name + ": /secret");
        assertThat(app.lastHead()).startsWith("GET /public/x HTTP/1.1\r\n").doesNotContain("/secret");
    }

    @Test
    void redirectsLeadToTheExternalUrlWhateverATrustedProxySays() {
        RawHttp.Response page = send(
                behindProxy,
                "GET",
                "/secret",
                "X-Forwarded-Host: evil.test",
                "X-Forwarded-Proto: https",
                "Accept: text/html");
        assertThat(page.header("Location")).startsWith(behindProxy.url() + "/oauth2/start?rd=%2Fsecret");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            203.0.113.9                        | 203.0.113.9
            1.2.3.4, 203.0.113.9               | 203.0.113.9
            1.2.3.4, 203.0.113.9, 127.0.0.7    | 203.0.113.9
            127.0.0.8, 127.0.0.7               | 127.0.0.8
            """)
    void theAddressOfASignInIsTheFarthestThatIsVouchedFor(String chain, String address) {
        assertThat(addressOfSignIn(behindProxy, "X-Forwarded-For", chain)).isEqualTo(address);
    }

    @Test
    void aTrustedProxysTraceGoesOn() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        String claim = "traceparent: 00-" + trace + "-00f067aa0ba902b7-01";
        send(behindProxy, "GET", "/public/x", claim);
        assertThat(app.lastHead()).contains("traceparent: 00-" + trace + "-", "X-Request-Id: " + trace);
        send(direct, "GET", "/public/x", claim, "X-Request-Id: " + trace);
        assertThat(app.lastHead()).doesNotContain(trace);
    }

    // Details

    private static RawHttp.Response send(TestGateway gateway, String method, String target, String... lines) {
        return RawHttp.to(gateway.port())
                .send(method + " " + target + " HTTP/1.1\r\nHost: localhost:" + gateway.port() + "\r\n"
                        + String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n");
    }

    /** What the account page says about the only session of somebody who signed in with that header. */
    private static String addressOfSignIn(TestGateway gateway, String name, String value) {
        String login = "p" + Integer.toHexString((gateway.port() + value).hashCode());
        github.person(login);
        HttpPerson person = gateway.stranger();
        String callback =
                github.authorize(person.beginSignIn("/oauth2/start"), login).toString();
        person.navigate(callback, name, value);
        String account = person.navigate("/oauth2/account").body();
        return account.replaceFirst("(?s).*<bdi class=\"address\">([^<]*)<.*", "$1");
    }
}
