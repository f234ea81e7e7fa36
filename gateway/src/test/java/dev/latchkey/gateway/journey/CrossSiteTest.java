package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A page of another site can send a browser here, cookies and all, and yet do nothing in a person's name. */
class CrossSiteTest {

    private static final List<String> FORMS =
            List.of("/oauth2/sign_out", "/oauth2/account/sessions/end", "/oauth2/account/sessions/end_all");
    private static final Pattern HANDLE = Pattern.compile("name=\"handle\" value=\"([^\"]+)");
    private static final String ALL = "scope=all&rd=%2F";

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;

    private HttpPerson octocat;

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

    @BeforeEach
    void signIn() {
        octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/");
    }

    /** What browsers add to a request, and how it is sent. SELF stands for the gateway's own origin. */
    static Stream<Arguments> fromElsewhere() {
        return Stream.of(
                        // Browsers that know no Fetch Metadata
                        "Origin: https://evil.tld",
                        "Origin: null",
                        "Origin: http://localhost",
                        "Origin: http://localhost:1",
                        "Origin: https://localhost:PORT",
                        "Origin: http://127.0.0.1:PORT",
                        "Origin: http://localhost.evil.tld:PORT",
                        "Origin: http://localhost:PORT.evil.tld",
                        "Origin: http://evil.tld/http://localhost:PORT",
                        "Origin: SELF/",
                        "Origin: SELF, https://evil.tld",
                        "Origin: https://evil.tld; Origin: SELF",
                        // All others
                        "Sec-Fetch-Site: cross-site",
                        "Sec-Fetch-Site: same-site",
                        "Sec-Fetch-Site: cross-site; Origin: https://evil.tld",
                        "Sec-Fetch-Site: cross-site; Origin: null",
                        "Sec-Fetch-Site: cross-site; Origin: SELF",
                        "Sec-Fetch-Site: same-site; Origin: SELF",
                        "Sec-Fetch-Site: same-site; Origin: http://localhost:1",
                        "Sec-Fetch-Site: SAME-ORIGIN",
                        "Sec-Fetch-Site: something-new; Origin: SELF",
                        "Sec-Fetch-Site: same-origin, cross-site",
                        "Sec-Fetch-Site: same-origin; Sec-Fetch-Site: cross-site")
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("fromElsewhere")
    void aFormOfAnotherSiteEndsNothing(String headers) {
        for (String form : FORMS) {
            for (String type : List.of("application/x-www-form-urlencoded", "text/plain", "multipart/form-data")) {
                HttpResponse<String> answer = octocat.send("POST", form, ALL, of(headers, "Content-Type", type));
                assertThat(answer.statusCode()).as(form).isEqualTo(403);
                assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("request.cross-site");
                assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
            }
            HttpResponse<String> bare = octocat.send("POST", form, null, of(headers));
            assertThat(bare.statusCode()).isEqualTo(403);
        }
        isStillSignedIn();
    }

    @Test
    void aPersonWhoIsSentByAnotherSiteIsToldSoOnAPage() {
        HttpResponse<String> page = octocat.post(
                "/oauth2/sign_out", Map.of(), "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.tld");
        assertThat(page.statusCode()).isEqualTo(403);
        assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(page.body()).contains("This came from another site");
    }

    static Stream<Arguments> fromHere() {
        return Stream.of(
                        "Sec-Fetch-Site: same-origin; Origin: SELF",
                        "Sec-Fetch-Site: same-origin",
                        "Sec-Fetch-Site: same-origin; Origin: null",
                        "Sec-Fetch-Site: none",
                        "Origin: SELF",
                        // A program, or a browser from before both headers, for which SameSite=Lax stands guard.
                        "X-Nothing: 1")
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("fromHere")
    void aFormOfOurOwnSignsOut(String headers) {
        HttpResponse<String> answer = octocat.send(
                "POST", "/oauth2/sign_out", ALL, of(headers, "Content-Type", "application/x-www-form-urlencoded"));
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(octocat.cookie("latchkey")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "multipart/form-data; boundary=x", "application/json", "nonsense"})
    void aBodyThatIsNoFormOfOursIsNotRead(String type) {
        HttpResponse<String> answer =
                octocat.send("POST", "/oauth2/sign_out", "rd=%2Fx", "Content-Type", type, "Sec-Fetch-Site", "none");
        assertThat(answer.statusCode()).isIn(302, 400);
        assertThat(answer.headers().firstValue("Location").orElse("/oauth2/signed_out"))
                .isEqualTo("/oauth2/signed_out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"image", "script", "style", "iframe", "document", "empty"})
    void aLinkOrAnImageOnlyAsks(String destination) {
        String mode = destination.equals("document") || destination.equals("iframe") ? "navigate" : "no-cors";
        for (String path : List.of("/oauth2/sign_out", "/oauth2/sign_out?rd=%2F", "/oauth2/signed_out")) {
            for (String method : List.of("GET", "HEAD")) {
                HttpResponse<String> answer = octocat.send(
                        method,
                        path,
                        null,
                        "Sec-Fetch-Site",
                        "cross-site",
                        "Sec-Fetch-Mode",
                        mode,
                        "Sec-Fetch-Dest",
                        destination,
                        "Referer",
                        "https://evil.tld/");
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
                assertThat(answer.headers().firstValue("Content-Security-Policy"))
                        .hasValueSatisfying(policy -> assertThat(policy).contains("frame-ancestors 'none'"));
            }
        }
        isStillSignedIn();
    }

    @Test
    void noOtherWayOfAskingEndsASession() {
        for (String form : FORMS) {
            octocat.get(
                    form + "?_method=POST&scope=all", "X-HTTP-Method-Override", "POST", "X-Method-Override", "POST");
            for (String method : List.of("PUT", "PATCH", "DELETE", "OPTIONS")) {
                HttpResponse<String> answer = octocat.send(
                        method,
                        form,
                        null,
                        "Origin",
                        "https://evil.tld",
                        "Access-Control-Request-Method",
                        "POST",
                        "Access-Control-Request-Headers",
                        "content-type");
                assertThat(answer.statusCode()).as(method + form).isBetween(400, 499);
                assertThat(answer.headers().firstValue("X-Latchkey-Problem")).isPresent();
                assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                        .isEmpty();
            }
        }
        isStillSignedIn();
    }

    @Test
    void nobodyEndsASessionOfAnotherPerson() {
        github.person("hubot");
        HttpPerson hubot = gateway.stranger();
        hubot.signIn(github, "hubot", "/");
        HttpPerson hubotElsewhere = gateway.stranger();
        hubotElsewhere.signIn(github, "hubot", "/");
        List<String> handles = HANDLE.matcher(hubot.navigate("/oauth2/account").body())
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(handles).hasSize(2);

        endEach(octocat, handles);
        assertThat(hubot.fetch("/").statusCode()).isEqualTo(200);
        assertThat(hubotElsewhere.fetch("/").statusCode()).isEqualTo(200);

        // The page begins with the session that was used last: its own.
        endEach(hubot, handles.subList(1, 2));
        assertThat(hubotElsewhere.fetch("/").statusCode()).isEqualTo(401);
        isStillSignedIn();
    }

    private static void endEach(HttpPerson person, List<String> handles) {
        for (String handle : handles) {
            person.post("/oauth2/account/sessions/end", Map.of("handle", handle));
        }
    }

    // What a return target may hold

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/bye?t={id_token}",
                "/bye?t={access_token}&s={session}",
                "/bye#{id_token}",
                "/{id_token}",
                "/bye?t=${env.HOME}&u=#{1+1}&v={{page.login}}&w=%7Bid_token%7D",
                "https://good.tld/?t={id_token}",
                "https://good.tld/{id_token}"
            })
    void aPlaceholderStaysText(String target) {
        String path = "/oauth2/sign_out?rd=" + URLEncoder.encode(target, UTF_8);
        HttpResponse<String> page = octocat.navigate(path);
        assertThat(page.statusCode()).isEqualTo(200);
        tellsNoSecret(page);
        HttpResponse<String> out = octocat.submit(page, Map.of());
        tellsNoSecret(out);
        String location = out.headers().firstValue("Location").orElseThrow();
        assertThat(location)
                .isEqualTo(target.replace("{", "%7B").replace("}", "%7D"))
                .isEqualTo(URI.create(location).toString());
    }

    private void tellsNoSecret(HttpResponse<String> answer) {
        assertThat(github.secretsSeen())
                .isNotEmpty()
                .allSatisfy(secret ->
                        assertThat(answer.body() + answer.headers().map()).doesNotContain(secret));
    }

    // Details

    private void isStillSignedIn() {
        assertThat(octocat.fetch("/").statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("octocat");
    }

    /** {@code Name: value; Name: value} as names and values in turn, and these more. */
    private static String[] of(String headers, String... more) {
        Stream<String> pairs = Stream.of(headers.split("; "))
                .flatMap(line -> Stream.of(line.split(": ", 2)))
                .map(text -> text.replace("SELF", gateway.url()).replace("PORT", Integer.toString(gateway.port())));
        return Stream.concat(pairs, Stream.of(more)).toArray(String[]::new);
    }
}
