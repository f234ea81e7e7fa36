package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedirectAttacks;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody is led to another host by way of the gateway, wherever a return target can be handed in. */
class OpenRedirectTest {

    private static final Pattern LINK = Pattern.compile("(?:href|action)=\"([^\"]*)\"");

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.app().withoutTokenLimits();
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .app(app.url())
                .property("latchkey.allowed-redirects[0]", "https://good.tld")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    /** A hundred of each kind of encoding, the same ones in every run. */
    private static List<String> sample() {
        List<String> attacks = new ArrayList<>(RedirectAttacks.all().collect(Collectors.toList()));
        Collections.shuffle(attacks, new Random(6_021));
        return attacks.subList(0, 100);
    }

    @Test
    void aSignInEndsAtHome() {
        for (String attack : sample()) {
            HttpPerson person = gateway.stranger();
            HttpResponse<String> start = person.navigate("/oauth2/start?rd=" + encoded(attack));
            assertThat(start.statusCode()).as(attack).isEqualTo(302);
            URI consent = URI.create(start.headers().firstValue("Location").orElseThrow());
            assertThat(consent.toString()).startsWith(github.webUrl() + "/login/oauth/authorize?");
            HttpResponse<String> end =
                    person.navigate(github.authorize(consent, "octocat").toString());
            assertThat(end.statusCode()).as(attack).isEqualTo(302);
            staysHere(attack, end.headers().firstValue("Location").orElseThrow());
        }
    }

    @Test
    void theSignInPageLinksNowhereElse() {
        for (String attack : sample()) {
            HttpResponse<String> page = gateway.stranger().navigate("/oauth2/sign_in?rd=" + encoded(attack));
            assertThat(page.statusCode()).isEqualTo(200);
            linksStayHere(attack, page);
        }
    }

    @Test
    void aSignOutEndsHere() {
        HttpPerson octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/");
        for (String attack : sample()) {
            linksStayHere(attack, octocat.navigate("/oauth2/sign_out?rd=" + encoded(attack)));
        }
        for (String attack : sample()) {
            HttpResponse<String> byForm = octocat.post("/oauth2/sign_out", Map.of("rd", attack));
            staysHere(attack, byForm.headers().firstValue("Location").orElseThrow());
            HttpResponse<String> byQuery = octocat.post("/oauth2/sign_out?rd=" + encoded(attack), Map.of());
            staysHere(attack, byQuery.headers().firstValue("Location").orElseThrow());
        }
    }

    @Test
    void aProgramIsNotToldToSignInForElsewhere() {
        for (String attack : sample()) {
            if (attack.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
                HttpResponse<String> answer = gateway.stranger().fetch("/api", "Referer", attack);
                assertThat(answer.statusCode()).isEqualTo(401);
                assertThat(answer.body()).doesNotContain("evil");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-Host",
                "X-Forwarded-Uri",
                "X-Auth-Request-Redirect",
                "X-Original-URL",
                "X-Rewrite-URL",
                "Forwarded",
                "Referer"
            })
    void aHeaderDoesNotChooseWhereASignInEnds(String header) {
        String value = header.equals("Forwarded") ? "host=evil.tld" : "//evil.tld/x";
        HttpPerson person = gateway.stranger();
        HttpResponse<String> asked = person.navigate("/wiki?page=1", header, value);
        URI consent =
                URI.create(person.follow(asked).headers().firstValue("Location").orElseThrow());
        assertThat(asked.headers().firstValue("Location").orElseThrow()).startsWith(gateway.url() + "/oauth2/start");
        assertThat(consent.toString()).doesNotContain("evil");
        HttpResponse<String> end =
                person.navigate(github.authorize(consent, "octocat").toString());
        assertThat(end.headers().firstValue("Location")).contains("/wiki?page=1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/wiki/page?a=1&b=2",
                "/wiki#/part?x",
                "/caf%C3%A9?q=%E2%82%AC",
                "/search?q=%7Bid%7D",
                "https://good.tld/a?b#c",
                "https://good.tld/"
            })
    void aGoodTargetIsReached(String target) {
        HttpPerson person = gateway.stranger();
        URI consent = person.beginSignIn("/oauth2/start?rd=" + encoded(target));
        HttpResponse<String> end =
                person.navigate(github.authorize(consent, "octocat").toString());
        assertThat(end.headers().firstValue("Location")).contains(target);
    }

    /** Whoever writes a link by hand encodes once, and what is left raw then must not break the end of a sign-in. */
    @ParameterizedTest
    @ValueSource(strings = {"/x?q=%7Bid%7D", "/x?q=%22a%22%7C%3Cb%3E", "/caf%C3%A9?q=a%20b", "/x?q=%25zz"})
    void aTargetEncodedOnlyOnceIsReached(String target) {
        HttpPerson person = gateway.stranger();
        URI consent = person.beginSignIn("/oauth2/start?rd=" + target);
        HttpResponse<String> end =
                person.navigate(github.authorize(consent, "octocat").toString());
        assertThat(end.statusCode()).isEqualTo(302);
        assertThat(person.follow(end).statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().target()).isEqualTo(target);
    }

    private static void staysHere(String attack, String location) {
        boolean here = location.startsWith("/") && !location.startsWith("//") && !location.contains("\\");
        assertThat(here || location.startsWith("https://good.tld/"))
                .as("'%s' leads to '%s'", attack, location)
                .isTrue();
    }

    private static void linksStayHere(String attack, HttpResponse<String> page) {
        LINK.matcher(page.body())
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.startsWith("#"))
                .forEach(link -> staysHere(attack, link));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
