package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** One gateway for several domains: who has signed in is so at each, with a cookie of its own that no other takes. */
class DomainsTest {

    private static final String SIGN_IN_HOST = "sign.example.com";
    private static final String HERE = "https://" + SIGN_IN_HOST;
    private static final String COOKIE = "__Host-latchkey";
    private static final TestClock CLOCK = TestClock.now();

    private static GitHubStub github;
    private static EchoBackend app;
    private static RedisServer redis;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        github = GitHubStub.start(CLOCK);
        github.app().withoutTokenLimits().redirectUris(HERE + "/oauth2/callback");
        app = EchoBackend.start();
        redis = RedisServer.embedded();
        gateway = TestGateway.signingInAt(github)
                .on(redis)
                .clock(CLOCK)
                .property("latchkey.external-url", HERE)
                .property("latchkey.domains", "*.example.com, other.org, *.other.org")
                .property("latchkey.trusted-proxies", "127.0.0.1")
                .route("wiki", "host: wiki.example.com", "to: " + app.url(), "allow: [signed-in]")
                .route("other", "host: other.org", "to: " + app.url(), "allow: [signed-in]")
                // What a hostile neighbour has, by agreement or by chance: a host of their own, and a name below a
                // star.
                .route("evil", "host: evil.other.org", "path: /app/**", "to: " + app.url(), "allow: [signed-in]")
                .route("previews", "host: '*.previews.other.org'", "to: " + app.url(), "allow: [signed-in]")
                .route("everywhere", "path: /everywhere/**", "to: " + app.url(), "allow: [signed-in]")
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        redis.close();
        app.close();
        github.close();
    }

    /** A browser at hosts that no name server knows: a jar of cookies for each, and a person who agrees at GitHub. */
    private static final class Visitor {

        private final String login;
        private final Map<String, Map<String, String>> jars = new HashMap<>();
        private final List<String> opened = new ArrayList<>();

        Visitor(String login) {
            this.login = login;
        }

        RawHttp.Response send(String method, String url, String... lines) {
            URI uri = URI.create(url);
            Map<String, String> jar = jar(uri.getHost());
            List<String> head = new ArrayList<>(List.of(lines));
            if (!jar.isEmpty()) {
                head.add("Cookie: "
                        + String.join(
                                "; ",
                                jar.entrySet().stream().map(Object::toString).toList()));
            }
            RawHttp.Response answer = request(method, uri.getHost(), targetOf(uri), head.toArray(String[]::new));
            answer.headers("Set-Cookie").forEach(cookie -> keep(cookie, jar));
            return answer;
        }

        /** As browsers take what bears the prefix: for this host alone. */
        private static void keep(String cookie, Map<String, String> jar) {
            assertThat(cookie)
                    .startsWith("__Host-latchkey")
                    .contains("Secure", "HTTPOnly", "SameSite=Lax", "Path=/")
                    .doesNotContain("Domain=");
            String[] pair = cookie.substring(0, cookie.indexOf(';')).split("=", 2);
            if (cookie.contains("Max-Age=0")) {
                jar.remove(pair[0]);
            } else {
                jar.put(pair[0], pair[1]);
            }
        }

        Map<String, String> jar(String host) {
            return jars.computeIfAbsent(host, h -> new LinkedHashMap<>());
        }

        String session(String host) {
            return jar(host).get(COOKIE);
        }

        RawHttp.Response open(String url) {
            opened.add(url);
            return send("GET", url, "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "Accept: text/html");
        }

        /** Opens the page and follows wherever that leads, up to an address that begins so. */
        String followUpTo(String beginning, String url) {
            String next = url;
            for (int step = 0; step < 12 && !next.startsWith(beginning); step++) {
                next = next.startsWith(github.webUrl())
                        ? github.authorize(URI.create(next), login).toString()
                        : location(open(next), next);
            }
            assertThat(next).startsWith(beginning);
            return next;
        }

        RawHttp.Response follow(String url) {
            String next = url;
            RawHttp.Response answer = open(next);
            for (int step = 0; step < 12 && answer.status() == 302; step++) {
                next = location(answer, next);
                if (next.startsWith(github.webUrl())) {
                    next = github.authorize(URI.create(next), login).toString();
                }
                answer = open(next);
            }
            return answer;
        }

        void signOut() {
            assertThat(send("POST", HERE + "/oauth2/sign_out", "Content-Length: 0")
                            .status())
                    .isEqualTo(302);
        }
    }

    private static String location(RawHttp.Response answer, String from) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(302);
        return URI.create(from).resolve(answer.header("Location")).toString();
    }

    private static RawHttp.Response request(String method, String host, String target, String... lines) {
        String more = lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n";
        return RawHttp.to(gateway.port())
                .send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + more
                        + "\r\n");
    }

    private static String targetOf(URI uri) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static Visitor at(String host) {
        Visitor visitor = new Visitor("octocat");
        assertThat(visitor.follow("https://" + host + "/app/page").status()).isEqualTo(200);
        return visitor;
    }

    /** With a browser that is under way to that host, the address that has its ticket. */
    private static String ticketFor(Visitor visitor, String host) {
        return visitor.followUpTo("https://" + host + "/oauth2/arrive?", "https://" + host + "/app/page");
    }

    private static void assertRefused(RawHttp.Response answer, String problem) {
        assertThat(answer.header("X-Latchkey-Problem")).isEqualTo(problem);
        assertThat(answer.status()).isBetween(400, 499);
        assertThat(answer.headers("Set-Cookie")).noneMatch(cookie -> cookie.startsWith(COOKIE + "="));
    }

    private static boolean isLetIn(String host, String path, String cookie) {
        return request("GET", host, path, "Cookie: " + COOKIE + "=" + cookie).status() == 200;
    }

    // What it is for

    @ParameterizedTest
    @ValueSource(strings = {"wiki.example.com", "other.org", "evil.other.org"})
    void whoOpensAPageAtAFurtherHostIsSignedInThereAndLandsOnIt(String host) {
        Visitor visitor = new Visitor("octocat");
        RawHttp.Response page = visitor.follow("https://" + host + "/app/page?a=b%20c&d=%2F");

        assertThat(page.status()).isEqualTo(200);
        assertThat(app.lastRequest().target()).isEqualTo("/app/page?a=b%20c&d=%2F");
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("octocat");
        assertThat(app.lastRequest().header("Cookie")).isNull();
        assertThat(visitor.jar(host)).containsOnlyKeys(COOKIE);
        assertThat(visitor.session(host)).hasSizeLessThan(100);
    }

    @Test
    void whoIsSignedInGoesToTheNextHostWithoutGitHub() {
        Visitor visitor = at("wiki.example.com");
        visitor.opened.clear();
        assertThat(visitor.follow("https://other.org/app/page").status()).isEqualTo(200);
        assertThat(visitor.opened).hasSize(5).noneMatch(url -> url.contains("callback"));
    }

    @Test
    void everyHostHasTheSameSessionByAnotherCookie() {
        Visitor visitor = at("wiki.example.com");
        visitor.follow("https://other.org/app/page");

        String sid = visitor.session(SIGN_IN_HOST).split("\\.")[0];
        assertThat(visitor.session("wiki.example.com")).startsWith(sid + ".");
        assertThat(visitor.session("other.org")).startsWith(sid + ".");
        assertThat(List.of(
                        visitor.session(SIGN_IN_HOST),
                        visitor.session("wiki.example.com"),
                        visitor.session("other.org")))
                .doesNotHaveDuplicates();
    }

    @Test
    void whoeverIsBusyAtSeveralHostsCostsTheStoreNothing() {
        Visitor visitor = at("wiki.example.com");
        visitor.follow("https://other.org/app/page");
        redis.pause();
        try {
            for (String host : List.of("wiki.example.com", "other.org", "wiki.example.com", "other.org")) {
                assertThat(isLetIn(host, "/", visitor.session(host))).as(host).isTrue();
            }
        } finally {
            redis.resume();
        }
    }

    @Test
    void signingOutEndsItAtEveryHost() {
        Visitor visitor = at("wiki.example.com");
        visitor.follow("https://other.org/app/page");

        RawHttp.Response out = visitor.open("https://other.org/oauth2/sign_out?rd=%2Fbye%3Fx%3D1");
        assertThat(out.status()).isEqualTo(303);
        assertThat(out.header("Location"))
                .isEqualTo(HERE + "/oauth2/sign_out?rd=" + encoded("https://other.org/bye?x=1"));
        assertThat(visitor.open(out.header("Location")).body()).contains("https://other.org/bye?x=1");
        assertThat(isLetIn("other.org", "/", visitor.session("other.org"))).isTrue();

        visitor.signOut();
        assertThat(isLetIn("other.org", "/", visitor.session("other.org"))).isFalse();
        assertThat(isLetIn("wiki.example.com", "/", visitor.session("wiki.example.com")))
                .isFalse();
    }

    @Test
    void aFormThatSignsOutAtAFurtherHostIsAskedForAgainAtTheSignInHost() {
        Visitor visitor = at("other.org");
        RawHttp.Response out = visitor.send("POST", "https://other.org/oauth2/sign_out", "Content-Length: 0");
        assertThat(out.status()).isEqualTo(303);
        assertThat(out.header("Location")).isEqualTo(HERE + "/oauth2/sign_out");
        assertThat(isLetIn("other.org", "/", visitor.session("other.org"))).isTrue();
    }

    @Test
    void useAtAnyHostIsUseOfTheOneSession() {
        Visitor visitor = at("other.org");
        visitor.follow("https://wiki.example.com/page");
        CLOCK.advance(Duration.ofMinutes(10));
        assertThat(isLetIn("other.org", "/", visitor.session("other.org"))).isTrue();

        String id = visitor.session("other.org").split("\\.")[0];
        List<BrowserSession> sessions = gateway.bean(Sessions.class)
                .list(new PersonId(
                        "github", Long.toString(github.person("octocat").id())))
                .filter(session -> session.id().equals(id))
                .collectList()
                .block();
        assertThat(sessions)
                .singleElement()
                .extracting(BrowserSession::lastUsed)
                .isEqualTo(CLOCK.instant());
    }

    @Test
    void aNewSignInEndsWhatTheBrowserHadAtAFurtherHost() {
        Visitor visitor = at("other.org");
        String before = visitor.session("other.org");
        visitor.jar(SIGN_IN_HOST).clear();
        visitor.follow(HERE + "/oauth2/start");
        visitor.follow("https://other.org/oauth2/start");
        assertThat(visitor.session("other.org")).isNotEqualTo(before);
        assertThat(isLetIn("other.org", "/", before)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "sign_in"})
    void whoStartsAtTheSignInHostEndsAtTheFurtherOne(String page) {
        Visitor visitor = new Visitor("octocat");
        String there = "https://other.org/deep?x=1&y=%2F";
        assertThat(visitor.follow(HERE + "/oauth2/" + page + "?rd=" + encoded(there))
                        .status())
                .isEqualTo(200);
        assertThat(app.lastRequest().target()).isEqualTo("/deep?x=1&y=%2F");
    }

    @Test
    void programsAreToldToSignInAtTheSignInHost() {
        RawHttp.Response answer = request("GET", "other.org", "/api", "Referer: https://other.org/page?x=1");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.body())
                .contains(
                        "\"login_url\":\"" + HERE + "/oauth2/start?rd=" + encoded("https://other.org/page?x=1") + "\"");
        assertThat(request("GET", "other.org", "/api", "Referer: https://stranger.test/page")
                        .body())
                .contains("\"login_url\":\"" + HERE + "/oauth2/start?rd=" + encoded("https://other.org/") + "\"");
    }

    @Test
    void anotherProxyAsksForItsHosts() {
        Visitor visitor = at("other.org");
        String[] asked = {"X-Forwarded-Host: other.org", "X-Forwarded-Method: GET", "X-Forwarded-Uri: /page?x=1"};
        String[] withCookie = {asked[0], asked[1], asked[2], "Cookie: " + COOKIE + "=" + visitor.session("other.org")};

        RawHttp.Response yes = request("GET", "gateway.internal", "/oauth2/auth", withCookie);
        assertThat(yes.status()).isEqualTo(202);
        assertThat(yes.header("X-Auth-Request-User")).isEqualTo("octocat");

        RawHttp.Response no = request("GET", "gateway.internal", "/oauth2/auth", asked);
        assertThat(no.status()).isEqualTo(401);
        String[] page = {asked[0], asked[1], asked[2], "Accept: text/html"};
        RawHttp.Response start = request("GET", "gateway.internal", "/oauth2/auth_or_start", page);
        assertThat(start.header("Location")).isEqualTo("https://other.org/oauth2/start?rd=" + encoded("/page?x=1"));
    }

    @Test
    void aFurtherHostTellsItsOwnPagesWhoIsThere() {
        Visitor visitor = at("other.org");
        assertThat(visitor.send("GET", "https://other.org/oauth2/userinfo").body())
                .contains("\"user\":\"octocat\"");
        assertThat(visitor.open("https://other.org/oauth2/account").header("Location"))
                .isEqualTo(HERE + "/oauth2/account");
    }

    // A cookie at another host

    /** A hostile neighbour is shown the cookie of evil.other.org, as by a server of their own under that name. */
    @ParameterizedTest
    @CsvSource({
        "evil.other.org, other.org",
        "evil.other.org, wiki.example.com",
        "evil.other.org, sign.example.com",
        "evil.other.org, unnamed.other.org",
        "evil.other.org, stranger.test",
        "evil.other.org, EVIL.other.org.evil.other.org",
        "other.org, evil.other.org",
        "wiki.example.com, other.org",
        "sign.example.com, other.org",
        "sign.example.com, wiki.example.com",
        "sign.example.com, unnamed.other.org"
    })
    void aCookieIsWorthNothingAtAnotherHost(String from, String to) {
        Visitor visitor = at(from.equals(SIGN_IN_HOST) ? "other.org" : from);
        String stolen = visitor.session(from);

        assertThat(isLetIn(from, "/everywhere/x", stolen) || isLetIn(from, "/app/x", stolen))
                .isTrue();
        assertThat(isLetIn(to, "/everywhere/x", stolen)).isFalse();
        assertThat(isLetIn(to, "/", stolen)).isFalse();
        assertThat(isLetIn(to, "/oauth2/userinfo", stolen)).isFalse();
        // Nor does what the node has learned of one host tell for another.
        assertThat(isLetIn(from, "/everywhere/x", stolen) || isLetIn(from, "/app/x", stolen))
                .isTrue();
        assertThat(isLetIn(to, "/everywhere/x", stolen)).isFalse();
    }

    @Test
    void aCookieOfOneHostIsNoAnswerForAnotherThroughAProxy() {
        Visitor visitor = at("evil.other.org");
        RawHttp.Response answer = request(
                "GET",
                "evil.other.org",
                "/oauth2/auth",
                "X-Forwarded-Host: other.org",
                "X-Forwarded-Uri: /",
                "Cookie: " + COOKIE + "=" + visitor.session("evil.other.org"));
        assertThat(answer.status()).isIn(401, 403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/github/user", "/github/user/repos"})
    void theGatewayItselfDoesNothingForACookieOfAFurtherHost(String path) {
        Visitor visitor = at("evil.other.org");
        RawHttp.Response answer = visitor.send("GET", "https://evil.other.org" + path);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(visitor.open("https://evil.other.org" + path).status()).isEqualTo(401);
        assertThat(visitor.send("GET", HERE + "/github/user", "Sec-Fetch-Site: same-origin")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, account/tokens",
        "GET, account/tokens/x",
        "DELETE, account/tokens/x",
        "POST, account/sessions/end",
        "POST, account/sessions/end_all",
        "POST, device",
        "POST, device/code",
        "POST, link",
        "POST, webhooks/github",
        "POST, apps/decide",
        "GET, callback",
        "GET, hand_off",
        "POST, arrive",
        "POST, start"
    })
    void nothingIsChangedAtAFurtherHost(String method, String page) {
        Visitor visitor = at("evil.other.org");
        RawHttp.Response answer = visitor.send(
                method,
                "https://evil.other.org/oauth2/" + page,
                "Origin: https://evil.other.org",
                "Sec-Fetch-Site: same-origin",
                "Content-Type: application/json",
                "Content-Length: 2\r\n\r\n{}");
        assertRefused(answer, "route.unknown");
    }

    // A ticket in other hands

    @Test
    void aTicketIsSpentByItsFirstUse() {
        Visitor visitor = new Visitor("octocat");
        String ticket = ticketFor(visitor, "other.org");
        Map<String, String> before = new HashMap<>(visitor.jar("other.org"));
        assertThat(visitor.open(ticket).status()).isEqualTo(302);
        visitor.jars.put("other.org", before);
        assertRefused(visitor.open(ticket), "sign-in.state.used");
    }

    /** Somebody lures a signed-in person to the hand-off with an errand of their own, and gets to read where it led. */
    @Test
    void aTicketThatSomebodyElseAskedForIsSpentBeforeTheyHaveIt() {
        Visitor attacker = new Visitor("hubot");
        String errand = attacker.followUpTo(HERE + "/oauth2/hand_off?", "https://evil.other.org/app/page");
        Visitor victim = at("other.org");

        String ticket = location(victim.open(errand), errand);
        assertThat(ticket).startsWith("https://evil.other.org/oauth2/arrive?");
        assertRefused(victim.open(ticket), "sign-in.state.missing");
        assertThat(victim.session("evil.other.org")).isNull();
        assertRefused(attacker.open(ticket), "sign-in.state.used");
    }

    /** And where they are first, since the host is theirs, they have a cookie for their own host and for nothing else. */
    @Test
    void whoRunsAHostGetsNoMoreThanThatHostsCookie() {
        Visitor attacker = new Visitor("hubot");
        String errand = attacker.followUpTo(HERE + "/oauth2/hand_off?", "https://evil.other.org/app/page");
        String ticket = location(at("other.org").open(errand), errand);
        attacker.open(ticket);
        String cookie = attacker.session("evil.other.org");
        for (String host : List.of("other.org", "wiki.example.com", SIGN_IN_HOST)) {
            assertThat(isLetIn(host, "/everywhere/x", cookie)).as(host).isFalse();
        }
        assertThat(request("GET", "evil.other.org", "/github/user", "Cookie: " + COOKIE + "=" + cookie)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void aSessionCannotBePlanted() {
        Visitor attacker = new Visitor("hubot");
        String ticket = ticketFor(attacker, "other.org");
        Visitor victim = new Visitor("octocat");
        victim.open("https://other.org/oauth2/start");
        assertRefused(victim.open(ticket), "sign-in.state.missing");
        assertThat(victim.session("other.org")).isNull();
        // The ticket is gone for the attacker as well.
        assertRefused(attacker.open(ticket), "sign-in.state.used");
    }

    @Test
    void aTicketIsForOneHost() {
        Visitor visitor = new Visitor("octocat");
        String ticket = ticketFor(visitor, "evil.other.org");
        visitor.jars.put("other.org", visitor.jar("evil.other.org"));
        assertRefused(visitor.open(ticket.replace("evil.other.org", "other.org")), "sign-in.state.missing");
        assertRefused(visitor.open(ticket), "sign-in.state.used");
    }

    @Test
    void anAttemptOfOneHostIsNoneAtAnotherNorASignIn() {
        Visitor visitor = new Visitor("octocat");
        String mine = ticketFor(visitor, "other.org");
        // The cookie that was given at evil.other.org, beside a ticket for other.org.
        visitor.jars.put("other.org", new HashMap<>(Map.of()));
        visitor.open("https://evil.other.org/oauth2/start");
        visitor.jars.put("other.org", visitor.jar("evil.other.org"));
        assertRefused(visitor.open(mine), "sign-in.state.missing");

        visitor.jar(SIGN_IN_HOST).putAll(visitor.jar("evil.other.org"));
        assertThat(visitor.open(HERE + "/oauth2/callback?code=x&state=y").status())
                .isEqualTo(400);
    }

    @Test
    void aTicketIsGoodForAMinute() {
        Visitor visitor = new Visitor("octocat");
        String ticket = ticketFor(visitor, "other.org");
        CLOCK.advance(Duration.ofSeconds(60));
        assertRefused(visitor.open(ticket), "sign-in.state.expired");
    }

    @Test
    void aTicketOfASessionThatHasEndedIsWorthNothing() {
        Visitor visitor = new Visitor("octocat");
        String ticket = ticketFor(visitor, "other.org");
        visitor.signOut();
        assertRefused(visitor.open(ticket), "sign-in.state.expired");
    }

    @Test
    void anErrandIsNotForEver() {
        Visitor visitor = new Visitor("octocat");
        String errand = visitor.followUpTo(HERE + "/oauth2/hand_off?", "https://other.org/app/page");
        CLOCK.advance(Duration.ofMinutes(11));
        assertRefused(visitor.open(errand), "sign-in.state.invalid");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ticket=",
                "ticket=AAAA",
                "ticket=%00",
                "ticket=A.B",
                "ticket=TICKET&ticket=TICKET",
                "ticket=TICKETA"
            })
    void whatIsNoTicketIsRefused(String query) {
        Visitor visitor = new Visitor("octocat");
        String ticket = ticketFor(visitor, "other.org");
        String sealed = ticket.substring(ticket.indexOf('=') + 1);
        assertRefused(
                visitor.open("https://other.org/oauth2/arrive?" + query.replace("TICKET", sealed)),
                "sign-in.state.invalid");
    }

    /** An errand is not a ticket, a ticket no errand, and neither can be changed. */
    @Test
    void nobodyWritesAnErrand() {
        Visitor visitor = at("other.org");
        String errand = visitor.followUpTo(HERE + "/oauth2/hand_off?", "https://other.org/oauth2/start");
        String ticket = location(visitor.open(errand), errand);
        String sealed = ticket.substring(ticket.indexOf('=') + 1);
        assertRefused(visitor.open(HERE + "/oauth2/hand_off?errand=" + sealed), "sign-in.state.invalid");
        assertRefused(visitor.open(errand.substring(0, errand.length() - 2) + "AA"), "sign-in.state.invalid");
        assertRefused(visitor.open(HERE + "/oauth2/hand_off"), "sign-in.state.invalid");
        assertRefused(
                visitor.open("https://other.org/oauth2/arrive?ticket=" + errand.substring(errand.indexOf('=') + 1)),
                "sign-in.state.invalid");
    }

    @Test
    void noScriptAndNoFrameCarriesAnErrand() {
        Visitor visitor = at("other.org");
        String errand = visitor.followUpTo(HERE + "/oauth2/hand_off?", "https://other.org/oauth2/start");
        assertRefused(
                visitor.send("GET", errand, "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"), "request.cross-site");
        assertRefused(
                visitor.send("GET", errand, "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"),
                "request.cross-site");
    }

    @Test
    void whatCarriesATicketIsKeptAndPassedOnByNobody() {
        Visitor visitor = at("other.org");
        Logger logger = (Logger) LoggerFactory.getLogger("dev.latchkey");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        Level before = logger.getLevel();
        logger.setLevel(Level.TRACE);
        try {
            String start = "https://other.org/oauth2/start?rd=%2Fpage";
            RawHttp.Response started = visitor.open(start);
            RawHttp.Response handed = visitor.open(started.header("Location"));
            RawHttp.Response arrived = visitor.open(handed.header("Location"));
            for (RawHttp.Response answer : List.of(started, handed, arrived)) {
                assertThat(answer.status()).isEqualTo(302);
                assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
                assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
            }
            assertThat(arrived.header("Location")).isEqualTo("/page");
            assertRefused(visitor.open(handed.header("Location")), "sign-in.state.used");
            assertThat(log.list)
                    .isNotEmpty()
                    .noneMatch(line -> line.getFormattedMessage().contains("ticket"));
        } finally {
            logger.setLevel(before);
            logger.detachAppender(log);
        }
    }

    // Hosts that nobody meant

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Below a star of latchkey.domains, and no route has its name.
                "unnamed.other.org",
                "unnamed.example.com",
                // Below a star on both sides: whoever gets hold of such a name is nobody in particular.
                "stale.previews.other.org",
                // Allowed by nobody.
                "stranger.test",
                "evil-other.org",
                "other.org.stranger.test"
            })
    void aHostThatNobodyNamedIsHandedNothing(String host) {
        Visitor visitor = at("other.org");
        RawHttp.Response started = visitor.open("https://" + host + "/oauth2/start?rd=%2Fx");
        if (started.status() == 302) {
            // As it was before there were further hosts: this is no other than the sign-in host's.
            assertThat(started.header("Location")).startsWith(github.webUrl());
        } else {
            assertRefused(started, "route.unknown");
        }
        assertThat(visitor.open(HERE + "/oauth2/start?rd=" + encoded("https://" + host + "/x"))
                        .header("Location"))
                .startsWith(github.webUrl());
        assertThat(visitor.session(host)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://other.org/x",
                "https://other.org:8443/x",
                "https://other.org@stranger.test/x",
                "https://stranger.test\\@other.org/x",
                "//other.org/x",
                "https://other.org.stranger.test/x"
            })
    void aReturnTargetThatOnlyResemblesAFurtherHostIsNone(String rd) {
        assertThat(new Visitor("octocat")
                        .open(HERE + "/oauth2/start?rd=" + encoded(rd))
                        .header("Location"))
                .startsWith(github.webUrl());
    }
}
