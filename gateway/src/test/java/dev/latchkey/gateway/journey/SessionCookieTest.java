package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The cookie that somebody is known by: what it looks like, and that nothing which only resembles it is one. */
class SessionCookieTest {

    private static final String HTTPS = "https://gw.test";

    private static GitHubStub github;
    private static RawBackend app;
    private static final Map<Kind, Edge> EDGES = new HashMap<>();

    /** How browsers reach the gateway. Behind a proxy that ends TLS, it speaks plain HTTP itself. */
    enum Kind {
        PLAIN("latchkey", "__Host-latchkey"),
        SECURE("__Host-latchkey", "latchkey");

        private final String cookie;
        private final String cookieOfTheOther;

        Kind(String cookie, String cookieOfTheOther) {
            this.cookie = cookie;
            this.cookieOfTheOther = cookieOfTheOther;
        }
    }

    /** A gateway with two people signed in; {@code sid} is what backends call octocat's session. */
    private record Edge(TestGateway gateway, String octocat, String hubot, String sid) {}

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.app().withoutTokenLimits().redirectUris(HTTPS + "/oauth2/callback");
        github.person("octocat");
        github.person("hubot");
        app = RawBackend.start();
        EDGES.put(Kind.PLAIN, edge(Kind.PLAIN, gateway()));
        EDGES.put(Kind.SECURE, edge(Kind.SECURE, gateway().property("latchkey.external-url", HTTPS)));
    }

    private static TestGateway.Builder gateway() {
        return TestGateway.signingInAt(github)
                .route("app", "to: " + app.url(), "allow: [signed-in]")
                .route("open", "path: /open/**", "to: " + app.url(), "allow: [anyone]");
    }

    private static Edge edge(Kind kind, TestGateway.Builder builder) {
        TestGateway gateway = builder.start();
        String octocat = signedIn(gateway, gateway.stranger(), "octocat").cookie(kind.cookie);
        String hubot = signedIn(gateway, gateway.stranger(), "hubot").cookie(kind.cookie);
        RawHttp.to(gateway.port()).get("/", "Cookie: " + kind.cookie + "=" + octocat);
        return new Edge(gateway, octocat, hubot, sid());
    }

    @AfterAll
    static void stop() {
        EDGES.values().forEach(edge -> edge.gateway().close());
        app.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        app.forgetHeads();
    }

    // What it looks like

    @ParameterizedTest
    @EnumSource
    void isBoundToThisHostAndHiddenFromScripts(Kind kind) {
        TestGateway gateway = EDGES.get(kind).gateway();
        HttpPerson person = gateway.stranger();

        String attempt = setCookie(start(person));
        assertThat(attempt).startsWith(kind.cookie + "-attempt-");
        assertThat(attributes(attempt)).isEqualTo(expected(kind, "max-age=600"));

        String session = setCookie(finish(person, start(person), "octocat"));
        assertThat(session).startsWith(kind.cookie + "=");
        assertThat(session.split(";")[0].getBytes(UTF_8)).hasSizeLessThan(100);
        assertThat(attributes(session)).isEqualTo(expected(kind));

        String cleared = setCookie(person.post("/oauth2/sign_out", Map.of()));
        assertThat(cleared).startsWith(kind.cookie + "=;");
        assertThat(attributes(cleared)).isEqualTo(expected(kind, "max-age=0"));
        assertThat(person.cookie(kind.cookie)).isNull();
    }

    private static Set<String> expected(Kind kind, String... more) {
        return Stream.of(Stream.of("path=/", "httponly", "samesite=lax"), Stream.of(more), securely(kind))
                .flatMap(attributes -> attributes)
                .collect(Collectors.toSet());
    }

    private static Stream<String> securely(Kind kind) {
        return kind == Kind.SECURE ? Stream.of("secure") : Stream.of();
    }

    /** All attributes, but for the date by which the oldest browsers learn what {@code Max-Age} says. */
    private static Set<String> attributes(String setCookie) {
        return Arrays.stream(setCookie.split(";"))
                .skip(1)
                .map(attribute -> attribute.trim().toLowerCase(Locale.ROOT))
                .filter(attribute -> !attribute.startsWith("expires="))
                .collect(Collectors.toSet());
    }

    /** As many tabs as it takes leave room in the headers of a request. */
    @ParameterizedTest
    @EnumSource
    void attemptsNeverOutgrowARequest(Kind kind) {
        HttpPerson person = EDGES.get(kind).gateway().stranger();
        String longLink = "/oauth2/start?rd=%2F" + "x".repeat(2_000);
        for (int i = 0; i < 12; i++) {
            assertThat(person.navigate(longLink).statusCode()).isEqualTo(302);
        }
        assertThat(person.cookieNames()).hasSizeBetween(5, 8);
        int size = person.cookieNames().stream()
                .mapToInt(name -> name.length() + person.cookie(name).length())
                .sum();
        assertThat(size).isLessThanOrEqualTo(16 * 1024);
        HttpResponse<String> newest = finish(person, start(person), "octocat");
        assertThat(newest.statusCode()).isEqualTo(302);
        assertThat(person.cookie(kind.cookie)).isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void attemptsThatNobodyMadeAreNoTrouble(Kind kind) {
        String name = kind.cookie + "-attempt-";
        String many = Stream.of("a", "a b", "\"", "(", "<>", "@", ",", "\u00e9", "", "a", "b", "c", "d", "e")
                .map(end -> name + end + "=x")
                .collect(Collectors.joining("; "));
        RawHttp.Response answer = send(kind, "/oauth2/start", "Cookie: " + many);
        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.headers("Set-Cookie")).allMatch(line -> line.startsWith(name));
    }

    // What is one, and what is not

    private static Stream<Arguments> good(String cookies) {
        return both(cookies, 200);
    }

    private static Stream<Arguments> none(String cookies) {
        return both(cookies, 401);
    }

    private static Stream<Arguments> both(String cookies, int status) {
        return Arrays.stream(Kind.values()).map(kind -> Arguments.of(kind, cookies, status));
    }

    /**
     * {N} stands for the cookie's name, {U} for the same in upper case, {O} for its name under the other kind of address,
     * {G} for a good value, {H} for another person's, {S} for the session's id.
     */
    static Stream<Arguments> cookies() {
        String garbage = "AAAAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAA";
        String large = "x".repeat(4_000) + "." + "y".repeat(4_000);
        return Stream.of(
                        good("{N}={G}"),
                        good("{N}={G}; {N}={G}"),
                        good("{N}=garbage; {N}={G}"),
                        good("{N}={G}; {N}=garbage"),
                        good("{N}=" + garbage + "; {N}={G}"),
                        good("{N}={G}; {N}=" + garbage),
                        good("{N}=a.b; {N}=c.d; {N}={G}; {N}=e.f"),
                        good("{N}=" + garbage + "\r\nCookie: {N}={G}"),
                        good("{N}={G}\r\nCookie: {N}=" + garbage),
                        good("{N}=" + large + "; {N}={G}"),
                        good("{N}={G}; {N}=" + large),
                        good("{N}=\u00ff\u00fe.\u00c3\u0028; {N}={G}"),
                        good("{N}={G}; {N}=\u00ff\u00fe.\u00c3\u0028"),
                        good("$Version=1; {N}={G}; $Path=/"),
                        good(";; ;{N}={G};"),
                        good("a=1;{N}={G}"),
                        good("{O}={H}; {N}={G}"),
                        good("{N}={G}; {O}={H}"),
                        both("{N}={G}; {N}={H}", 400),
                        both("{N}={H}; {N}={G}", 400),
                        both("{N}=" + garbage + "; {N}={H}; {N}={G}", 400),
                        both("{N}={G}\r\nCookie: {N}={H}", 400),
                        none(""),
                        none("{N}"),
                        none("{N}="),
                        none("{N}=."),
                        none("{N}=garbage"),
                        none("{N}=" + garbage),
                        none("{N}=" + large),
                        none("{N}=\u00ff\u00fe.\u00c3\u0028"),
                        none("{N}=\u00e2\u0082\u00ac.\u00f0\u009f\u0094\u0091"),
                        none("{N}={S}"),
                        none("{N}={S}."),
                        none("{N}={S}.{S}"),
                        none("{N}={S}." + "A".repeat(26)),
                        none("{N}={G}."),
                        none("{N}=.{G}"),
                        none("{N}={G}x"),
                        none("{N}=x{G}"),
                        none("{N}=\"{G}\""),
                        none("{N}={G}%00"),
                        none("{N} ={G}"),
                        none("\"{N}\"={G}"),
                        none("x{N}={G}"),
                        none("-{N}={G}"),
                        none("{N}x={G}"),
                        none("a={N}={G}"),
                        none("a=1, {N}={G}"),
                        none("={N}={G}"),
                        none("{U}={G}"),
                        none("{O}={G}"),
                        none("{O}={G}; {U}={G}"),
                        none("__Secure-latchkey={G}"),
                        none("{N}-attempt-x={G}"))
                .flatMap(arguments -> arguments);
    }

    @ParameterizedTest
    @MethodSource("cookies")
    void isOneOrNoneAndNeverAnothers(Kind kind, String spelled, int status) {
        String cookies = "Cookie: " + spelledOut(kind, spelled);

        RawHttp.Response guarded = send(kind, "/guarded", cookies);
        assertThat(guarded.status()).isEqualTo(status);
        RawHttp.Response own = send(kind, "/oauth2/userinfo", cookies);
        assertThat(own.status()).isEqualTo(status);
        if (status == 200) {
            assertThat(identity()).containsExactly("octocat");
            reachesNobody(kind);
            assertThat(own.body()).contains("\"user\":\"octocat\"");
        } else {
            assertThat(app.heads()).isEmpty();
            String code = status == 400 ? "session.cookie.ambiguous" : "sign-in.required";
            assertThat(guarded.header("X-Latchkey-Problem")).isEqualTo(code);
            assertThat(own.header("X-Latchkey-Problem")).isEqualTo(code);
        }

        RawHttp.Response open = send(kind, "/open/x", cookies);
        assertThat(open.status()).isEqualTo(status == 401 ? 200 : status);
        if (status == 401) {
            assertThat(identity()).isEmpty();
        }
        for (RawHttp.Response answer : List.of(guarded, own, open)) {
            assertThat(answer.headers("Set-Cookie")).isEmpty();
        }
        isStillGood(kind);
    }

    @ParameterizedTest
    @MethodSource("cookies")
    void neverMakesOneOfTheGatewaysPagesFail(Kind kind, String spelled, int status) {
        String cookies = "Cookie: " + spelledOut(kind, spelled);
        for (String page : List.of("account", "sign_in", "sign_out", "start", "callback?code=c&state=s", "jwks.json")) {
            assertThat(send(kind, "/oauth2/" + page, cookies, "Accept: text/html")
                            .status())
                    .as(page)
                    .isIn(200, 302, 400);
        }
        isStillGood(kind);
    }

    private static void isStillGood(Kind kind) {
        RawHttp.Response answer =
                send(kind, "/", "Cookie: " + kind.cookie + "=" + EDGES.get(kind).octocat());
        assertThat(answer.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void whatWasPlantedBeforeASignInIsWorthlessAfterIt(Kind kind) {
        Edge edge = EDGES.get(kind);
        HttpPerson mallory = signedIn(edge.gateway(), edge.gateway().stranger(), "hubot");
        String planted = mallory.cookie(kind.cookie);
        HttpPerson victim = edge.gateway().stranger().setCookie(kind.cookie, planted);

        signedIn(edge.gateway(), victim, "octocat");

        assertThat(victim.cookie(kind.cookie)).isNotEqualTo(planted);
        assertThat(victim.fetch("/oauth2/userinfo").body()).contains("\"user\":\"octocat\"");
        assertThat(mallory.fetch("/oauth2/userinfo").statusCode()).isEqualTo(401);
    }

    // Who else sees or sets it

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{N}={G}",
                "{N} ={G}",
                " {N}={G}",
                "\t{N}={G}",
                "{U}={G}",
                "{O}={G}",
                "\"{N}\"={G}",
                "'{N}'={G}",
                "={N}={G}",
                "=={N}={G}",
                "= {N}={G}",
                "__Secure-latchkey={G}",
                "__HOST-LATCHKEY={G}",
                "{N}-attempt-x={G}",
                "{O}-attempt-x={G}",
                "__Secure-latchkey-attempt-x={G}",
                "{U}-attempt-x={G}"
            })
    void isSentToNoBackendInAnySpelling(String spelled) {
        for (Kind kind : Kind.values()) {
            send(kind, "/open/x", "Cookie: a=1; " + spelledOut(kind, spelled) + ";b=2");
            assertThat(cookieLines()).containsExactly("Cookie: a=1; b=2");
            send(kind, "/open/x", "cookie: " + spelledOut(kind, spelled));
            assertThat(cookieLines()).isEmpty();
            reachesNobody(kind);
        }
    }

    @Test
    void cookiesOfAppsAreTheirOwn() {
        String cookies =
                "app=1; latchkeys=2; my-latchkey=3; a=latchkey; b=\"latchkey\"; latchkey_attempt=4; __Host-app=5";
        for (Kind kind : Kind.values()) {
            send(kind, "/open/x", "Cookie: " + cookies);
            assertThat(cookieLines()).containsExactly("Cookie: " + cookies);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "latchkey=evil",
                "latchkey=evil; Path=/; HttpOnly",
                "latchkey=evil; Domain=.test",
                "latchkey=; Max-Age=0",
                " latchkey=evil",
                "\tlatchkey=evil",
                "latchkey =evil",
                "latchkey\t=evil",
                "latchkey",
                "latchkey;Path=/",
                "=latchkey=evil",
                "==latchkey=evil",
                "= latchkey=evil",
                "=__Host-latchkey=evil",
                "\"latchkey\"=evil",
                "'latchkey'=evil",
                "LATCHKEY=evil",
                "LatchKey=evil",
                "__Host-latchkey=evil; Secure; Path=/",
                "__host-latchkey=evil",
                "__HOST-LATCHKEY=evil",
                "__Secure-latchkey=evil; Secure",
                "latchkey-attempt-x=evil; Path=/oauth2",
                "__Host-latchkey-attempt-x=evil",
                "__Secure-latchkey-attempt-x=evil",
                "Latchkey-Attempt-=evil"
            })
    void isSetByNoBackendInAnySpelling(String setCookie) {
        for (Kind kind : Kind.values()) {
            for (String name : List.of("Set-Cookie", "set-cookie", "SET-COOKIE")) {
                app.answersOnce("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: before=1\r\n" + name + ": "
                        + setCookie + "\r\nSet-Cookie: after=2\r\n\r\nok");
                assertThat(send(kind, "/open/x").headers("Set-Cookie")).containsExactly("before=1", "after=2");
            }
        }
    }

    @Test
    void appsSetCookiesOfTheirOwn() {
        List<String> theirs = List.of(
                "app=1; Path=/; HttpOnly", "latchkeys=2", "my-latchkey=3", "a=latchkey=4", "a=b; Path=/latchkey", "=x");
        app.answersOnce("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                + theirs.stream().map(line -> "Set-Cookie: " + line + "\r\n").collect(Collectors.joining()) + "\r\nok");
        assertThat(send(Kind.SECURE, "/open/x").headers("Set-Cookie")).containsExactlyElementsOf(theirs);
    }

    // Details

    private static String spelledOut(Kind kind, String spelled) {
        Edge edge = EDGES.get(kind);
        return spelled.replace("{N}", kind.cookie)
                .replace("{O}", kind.cookieOfTheOther)
                .replace("{U}", kind.cookie.toUpperCase(Locale.ROOT))
                .replace("{G}", edge.octocat())
                .replace("{H}", edge.hubot())
                .replace("{S}", edge.sid());
    }

    private static void reachesNobody(Kind kind) {
        Edge edge = EDGES.get(kind);
        assertThat(app.heads())
                .allSatisfy(head -> assertThat(head).doesNotContain(edge.octocat(), edge.hubot(), "atchkey="));
    }

    private static RawHttp.Response send(Kind kind, String target, String... lines) {
        return RawHttp.to(EDGES.get(kind).gateway().port()).get(target, lines);
    }

    private static List<String> identity() {
        return valuesOf("X-Forwarded-User");
    }

    private static List<String> cookieLines() {
        return app.lastHeaderLines().stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("cookie:"))
                .toList();
    }

    private static List<String> valuesOf(String name) {
        return app.lastHeaderLines().stream()
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2))
                .toList();
    }

    private static String sid() {
        String payload = valuesOf("Authorization").get(0).split("\\.")[1];
        return JsonMapper.shared()
                .readTree(Base64.getUrlDecoder().decode(payload))
                .get("sid")
                .asString();
    }

    private static HttpPerson signedIn(TestGateway gateway, HttpPerson person, String login) {
        HttpResponse<String> end = finish(person, start(person), login);
        assertThat(end.statusCode()).isEqualTo(302);
        return person;
    }

    private static HttpResponse<String> start(HttpPerson person) {
        return person.navigate("/oauth2/start");
    }

    /** Comes back to this gateway, wherever browsers are told that it is. */
    private static HttpResponse<String> finish(HttpPerson person, HttpResponse<String> started, String login) {
        URI consent = URI.create(started.headers().firstValue("Location").orElseThrow());
        return person.navigate(
                "/oauth2/callback?" + github.authorize(consent, login).getRawQuery());
    }

    /** The last one: a finished attempt is cleared before the session is set. */
    private static String setCookie(HttpResponse<String> answer) {
        List<String> all = answer.headers().allValues("Set-Cookie");
        return all.get(all.size() - 1);
    }
}
