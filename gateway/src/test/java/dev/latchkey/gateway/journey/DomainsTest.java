package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody who has signed in at one host is signed in at others, each with a cookie of its own. */
class DomainsTest {

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static int port;
    private static final TestClock CLOCK = TestClock.now();

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.app().withoutTokenLimits();
        app = EchoBackend.start();
        port = TestGateway.freePort();
        gateway = TestGateway.signingInAt(github)
                .port(port)
                .clock(CLOCK)
                .property("latchkey.domains[0]", "http://other.test:" + port)
                .property("latchkey.domains[1]", "http://*.apps.test:" + port)
                .property("latchkey.trusted-proxies", "127.0.0.1")
                .route("app", "to: " + app.url(), "allow: [signed-in]")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    /** A browser at hosts that no name server knows: a jar of cookies for each. */
    private static final class Visitor {

        private final Map<String, Map<String, String>> jars = new HashMap<>();
        private final HttpPerson atSignInHost = gateway.stranger();

        RawHttp.Response open(String host, String target, String... lines) {
            Map<String, String> jar = jars.computeIfAbsent(host, h -> new HashMap<>());
            String cookies = String.join(
                    "; ", jar.entrySet().stream().map(Object::toString).toList());
            RawHttp.Response answer = RawHttp.to(port)
                    .send("GET " + target + " HTTP/1.1\r\nHost: " + host + ":" + port
                            + "\r\nAccept: text/html\r\nConnection: close\r\n"
                            + (cookies.isEmpty() ? "" : "Cookie: " + cookies + "\r\n")
                            + (lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n") + "\r\n");
            for (String cookie : answer.headers("Set-Cookie")) {
                String pair = cookie.substring(0, cookie.indexOf(';'));
                int equals = pair.indexOf('=');
                assertThat(cookie)
                        .contains("HTTPOnly", "SameSite=Lax", "Path=/")
                        .doesNotContain("Domain=");
                if (cookie.contains("Max-Age=0")) {
                    jar.remove(pair.substring(0, equals));
                } else {
                    jar.put(pair.substring(0, equals), pair.substring(equals + 1));
                }
            }
            return answer;
        }

        /** Where a page of that host leads to, as far as the sign-in host. */
        String askedFor(String host, String path) {
            RawHttp.Response challenged = open(host, path);
            assertThat(challenged.status()).isEqualTo(302);
            assertThat(challenged.header("Location")).startsWith("http://" + host + ":" + port + "/oauth2/start");
            RawHttp.Response started = open(host, targetOf(challenged.header("Location")));
            assertThat(started.status()).isEqualTo(302);
            assertThat(started.header("Location")).startsWith(gateway.url() + "/oauth2/hand_off?");
            return started.header("Location");
        }

        /** The ticket's address, from somebody who has signed in there. */
        String ticketFor(String handOff) {
            return atSignInHost
                    .fetch(targetOf(handOff))
                    .headers()
                    .firstValue("Location")
                    .orElseThrow();
        }

        String session(String host) {
            return jars.get(host).get("latchkey");
        }
    }

    private static String targetOf(String address) {
        URI uri = URI.create(address);
        return uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    }

    private static Visitor signedIn() {
        Visitor visitor = new Visitor();
        visitor.atSignInHost.signIn(github, "octocat", "/");
        return visitor;
    }

    private static Visitor arrivedAt(String host) {
        Visitor visitor = signedIn();
        String ticket = visitor.ticketFor(visitor.askedFor(host, "/page?a=b"));
        RawHttp.Response arrived = visitor.open(host, targetOf(ticket));
        assertThat(arrived.status()).isEqualTo(302);
        assertThat(arrived.header("Location")).isEqualTo("/page?a=b");
        return visitor;
    }

    @ParameterizedTest
    @ValueSource(strings = {"other.test", "wiki.apps.test"})
    void whoIsSignedInIsHandedToFurtherHosts(String host) {
        Visitor visitor = arrivedAt(host);
        assertThat(visitor.jars.get(host)).containsOnlyKeys("latchkey");
        assertThat(visitor.open(host, "/page").status()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("octocat");
        assertThat(app.lastRequest().header("Cookie")).isNull();
    }

    @Test
    void whoIsNotSignedInDoesThatOnTheWay() {
        Visitor visitor = new Visitor();
        String handOff = visitor.askedFor("other.test", "/page");
        HttpPerson person = visitor.atSignInHost;
        URI callback = github.authorize(person.beginSignIn(targetOf(handOff)), "octocat");
        String back = person.fetch(targetOf(callback.toString()))
                .headers()
                .firstValue("Location")
                .orElseThrow();
        String ticket = visitor.ticketFor(back);
        assertThat(visitor.open("other.test", targetOf(ticket)).header("Location"))
                .isEqualTo("/page");
        assertThat(visitor.open("other.test", "/page").status()).isEqualTo(200);
    }

    @Test
    void signingOutAnywhereEndsItEverywhere() {
        Visitor visitor = arrivedAt("other.test");
        RawHttp.Response out = visitor.open("other.test", "/oauth2/sign_out");
        assertThat(out.header("Location")).isEqualTo(gateway.url() + "/oauth2/sign_out");
        visitor.atSignInHost.post("/oauth2/sign_out", Map.of());
        assertThat(visitor.open("other.test", "/page").status()).isEqualTo(302);
    }

    @Test
    void aTicketIsTakenOnce() {
        Visitor visitor = signedIn();
        String ticket = visitor.ticketFor(visitor.askedFor("other.test", "/page"));
        Map<String, String> before = new HashMap<>(visitor.jars.get("other.test"));
        visitor.open("other.test", targetOf(ticket));
        visitor.jars.put("other.test", before);
        RawHttp.Response again = visitor.open("other.test", targetOf(ticket));
        assertThat(again.header("X-Latchkey-Problem")).isEqualTo("sign-in.state.used");
        assertThat(visitor.session("other.test")).isNull();
    }

    @Test
    void aTicketIsForTheBrowserThatAsked() {
        Visitor visitor = signedIn();
        String ticket = visitor.ticketFor(visitor.askedFor("other.test", "/page"));
        Visitor thief = new Visitor();
        thief.askedFor("other.test", "/page");
        RawHttp.Response stolen = thief.open("other.test", targetOf(ticket));
        assertThat(stolen.status()).isEqualTo(400);
        assertThat(stolen.header("X-Latchkey-Problem")).isEqualTo("sign-in.state.missing");
        assertThat(thief.session("other.test")).isNull();
        // And the rightful one still can.
        assertThat(visitor.open("other.test", targetOf(ticket)).status()).isEqualTo(302);
    }

    @Test
    void aTicketIsForTheHostThatAsked() {
        Visitor visitor = signedIn();
        String ticket = visitor.ticketFor(visitor.askedFor("other.test", "/page"));
        visitor.jars.put("wiki.apps.test", visitor.jars.get("other.test"));
        assertThat(visitor.open("wiki.apps.test", targetOf(ticket)).header("X-Latchkey-Problem"))
                .isEqualTo("sign-in.state.missing");
    }

    @Test
    void aTicketIsGoodForAMinute() {
        Visitor visitor = signedIn();
        String ticket = visitor.ticketFor(visitor.askedFor("other.test", "/page"));
        CLOCK.advance(Duration.ofSeconds(61));
        assertThat(visitor.open("other.test", targetOf(ticket)).header("X-Latchkey-Problem"))
                .isEqualTo("sign-in.state.used");
    }

    @Test
    void aTicketOfASessionThatHasEndedIsWorthNothing() {
        Visitor visitor = signedIn();
        String ticket = visitor.ticketFor(visitor.askedFor("other.test", "/page"));
        visitor.atSignInHost.post("/oauth2/sign_out", Map.of());
        assertThat(visitor.open("other.test", targetOf(ticket)).header("X-Latchkey-Problem"))
                .isEqualTo("sign-in.state.expired");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.test:PORT",
                "http://other.test",
                "https://other.test:PORT",
                "http://other.test:PORT/",
                "http://other.test:PORT@evil.test",
                "http://*.apps.test:PORT",
                "http://apps.test:PORT",
                "http://evil-apps.test:PORT",
                "http://OTHER.test:PORT",
                "//other.test:PORT",
                ""
            })
    void nobodyIsSentAnywhereElse(String to) {
        Visitor visitor = signedIn();
        String target = "/oauth2/hand_off?browser=AAAAAAAAAAAAAAAAAAAAAA&to="
                + to.replace("PORT", Integer.toString(port)).replace(":", "%3A").replace("/", "%2F");
        assertThat(visitor.atSignInHost.fetch(target).statusCode()).isEqualTo(400);
        assertThat(visitor.atSignInHost
                        .fetch("/oauth2/hand_off?to=http%3A%2F%2Fother.test%3A" + port + "&browser=x")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aHostThatIsNotNamedSignsInAtTheExternalUrlOnly() {
        Visitor visitor = new Visitor();
        assertThat(visitor.open("elsewhere.test", "/page").header("Location"))
                .isEqualTo(gateway.url() + "/oauth2/start?rd=%2Fpage");
        assertThat(visitor.open("elsewhere.test", "/oauth2/arrive?ticket=" + "A".repeat(32))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void programsAreToldWhereToSignInAtTheirOwnHost() {
        RawHttp.Response answer = RawHttp.to(port)
                .send("GET /api HTTP/1.1\r\nHost: other.test:" + port + "\r\nReferer: http://other.test:" + port
                        + "/page\r\nConnection: close\r\n\r\n");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.body()).contains("\"login_url\":\"http://other.test:" + port + "/oauth2/start?rd=%2Fpage\"");
    }

    @Test
    void anotherProxysClientsAreSentThereToo() {
        Visitor visitor = new Visitor();
        RawHttp.Response answer = visitor.open(
                "gateway.internal",
                "/oauth2/auth_or_start",
                "X-Forwarded-Host: other.test:" + port,
                "X-Forwarded-Method: GET",
                "X-Forwarded-Uri: /page");
        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location")).isEqualTo("http://other.test:" + port + "/oauth2/start?rd=%2Fpage");
    }
}
