package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.testing.CallLog;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.StubPerson;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What comes back from GitHub, in every way it can be wrong: a page that says so, a way to go on, and nothing lost. */
@ExtendWith(OutputCaptureExtension.class)
class CallbackTest {

    private static final String DEEP_LINK = "/wiki/page?a=1&b=2";

    private static TestClock clock;
    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        clock = TestClock.now();
        github = GitHubStub.start(clock);
        github.app().withoutTokenLimits();
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .app(app.url())
                .clock(clock)
                .property("logging.level.dev.latchkey", "debug")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @AfterEach
    void heal() {
        github.tokenEndpoint().heal();
        github.userEndpoint().heal();
        github.emailsEndpoint().heal();
    }

    static Stream<Arguments> answersThatAreWrong() {
        return Stream.of(
                wrong("no code", 400, "sign-in.code.missing", without("code")),
                wrong("empty code", 400, "sign-in.code.missing", with("code", "")),
                wrong("two codes", 400, "sign-in.code.missing", answer -> answer + "&code=other"),
                wrong(
                        "the code twice",
                        400,
                        "sign-in.code.missing",
                        answer -> answer + "&" + parameter(answer, "code")),
                wrong("8 KB of code", 400, "sign-in.code.missing", with("code", "c".repeat(8_192))),
                wrong("another code", 400, "sign-in.code.refused", with("code", "1234567890")),
                wrong("a code of garbage", 400, "sign-in.code.refused", with("code", "%00%ff%0d%0aX:%20y'\"<>")),
                wrong("declined", 403, "sign-in.declined", error("access_denied")),
                wrong("suspended", 403, "sign-in.provider.misconfigured", error("application_suspended")),
                wrong("mismatch", 403, "sign-in.provider.misconfigured", error("redirect_uri_mismatch")),
                wrong("unknown error", 403, "sign-in.provider.failed", error("<script>alert(1)</script>")),
                wrong("code and error", 403, "sign-in.declined", answer -> answer + "&error=access_denied"),
                wrong("two errors", 400, "sign-in.code.missing", answer -> answer + "&error=a&error=b"),
                wrong("8 KB of error", 400, "sign-in.code.missing", error("e".repeat(8_192))),
                wrong("wrong issuer", 403, "sign-in.issuer.wrong", with("iss", "https://evil.example/login/oauth")),
                wrong("issuer with a slash", 403, "sign-in.issuer.wrong", answer -> answer + "/"),
                wrong("two issuers", 403, "sign-in.issuer.wrong", answer -> answer + "&" + parameter(answer, "iss")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answersThatAreWrong")
    void aWrongAnswerOffersToTryAgain(String what, int status, String code, UnaryOperator<String> wrong) {
        HttpPerson person = gateway.stranger();
        URI callback = callbackFor(person);
        isRefused(person, person.navigate(wrong.apply(callback.toString())), status, code);
        mayTryAgain(person, callback);
    }

    static Stream<Arguments> statesThatAreWrong() {
        return Stream.of(
                wrong("no state", 400, "sign-in.state.invalid", without("state")),
                wrong("empty state", 400, "sign-in.state.invalid", with("state", "")),
                wrong("two states", 400, "sign-in.state.invalid", answer -> answer + "&state=other"),
                wrong("8 KB of state", 400, "sign-in.state.invalid", with("state", "s".repeat(8_192))),
                wrong("unknown state", 400, "sign-in.state.missing", with("state", "unknown")),
                wrong("garbage", 400, "sign-in.state.missing", with("state", "%00%ff'\"<script>")),
                wrong("nothing", 400, "sign-in.state.invalid", answer -> answer.substring(0, answer.indexOf('?'))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("statesThatAreWrong")
    void anAnswerToNoAttemptIsRefusedAndTheAttemptGoesOn(
            String what, int status, String code, UnaryOperator<String> wrong) {
        HttpPerson person = gateway.stranger();
        String callback = callbackFor(person).toString();
        HttpResponse<String> page = person.navigate(wrong.apply(callback));
        isProblem(page, status, code);
        assertThat(page.body()).contains("Try again", gateway.url() + "/oauth2/start");
        assertThat(person.cookie("latchkey")).isNull();
        assertThat(person.arrive(URI.create(callback)).statusCode()).isEqualTo(200);
    }

    @Test
    void parametersBeyondTheLineLimitAreRefused() {
        HttpPerson person = gateway.stranger();
        String callback = callbackFor(person).toString();
        for (String parameter : List.of("code", "state")) {
            String tooLong = with(parameter, "x".repeat(65_536)).apply(callback);
            String target = tooLong.substring(gateway.url().length());
            // Who is still sending when the answer comes may find the connection closed before reading it.
            await().untilAsserted(() -> {
                RawHttp.Response answer = RawHttp.to(gateway.port()).get(target);
                assertThat(answer.status()).isEqualTo(414);
                assertThat(answer.header("X-Latchkey-Problem")).isEqualTo("request.target.too-long");
            });
        }
    }

    @Test
    void anAnswerMeantForAnotherBrowserSignsNobodyIn() {
        HttpPerson attacker = gateway.stranger();
        URI callback = callbackFor(attacker);
        HttpPerson victim = gateway.stranger();
        victim.beginSignIn(DEEP_LINK);
        isProblem(victim.arrive(callback), 400, "sign-in.state.missing");
        assertThat(victim.cookie("latchkey")).isNull();
        assertThat(github.calls()
                        .matching(call -> callback.toString().contains(codeIn(call.body())))
                        .count())
                .isZero();
    }

    @Test
    void anAttemptWithADamagedCookieIsRefused() {
        HttpPerson person = gateway.stranger();
        URI callback = callbackFor(person);
        String name = person.cookieNames().get(0);
        HttpResponse<String> page = gateway.stranger()
                .navigate(
                        callback.toString(),
                        "Cookie",
                        name + "=" + person.cookie(name).replaceFirst("^.{8}", "AAAAAAAA"));
        isProblem(page, 400, "sign-in.state.invalid");
        assertThat(page.headers().allValues("Set-Cookie"))
                .singleElement()
                .asString()
                .startsWith(name + "=;")
                .contains("Max-Age=0");
    }

    @Test
    void garbageUnderTheAttemptsNameDoesNotHideTheAttempt() {
        HttpPerson person = gateway.stranger();
        URI callback = callbackFor(person);
        String name = person.cookieNames().get(0);
        String cookies = name + "=garbage; " + name + "=" + person.cookie(name);
        HttpResponse<String> answer = gateway.stranger().navigate(callback.toString(), "Cookie", cookies);
        assertThat(answer.statusCode()).isEqualTo(302);
    }

    @Test
    void anAttemptEndsAfterTenMinutes() {
        HttpPerson inTime = gateway.stranger();
        HttpPerson late = gateway.stranger();
        URI first = inTime.beginSignIn(DEEP_LINK);
        URI second = late.beginSignIn(DEEP_LINK);
        clock.advance(Duration.ofMinutes(10).minusSeconds(1));
        URI lateCallback = github.authorize(second, "octocat");
        assertThat(inTime.arrive(github.authorize(first, "octocat")).statusCode())
                .isEqualTo(200);
        clock.advance(Duration.ofSeconds(1));
        isRefused(late, late.navigate(lateCallback.toString()), 400, "sign-in.state.expired");
    }

    @Test
    void aUsedAnswerOpenedAgainLeavesTheSessionAlone() {
        HttpPerson person = gateway.stranger();
        URI callback = callbackFor(person);
        assertThat(person.arrive(callback).statusCode()).isEqualTo(200);
        String session = person.cookie("latchkey");
        isProblem(person.arrive(callback), 400, "sign-in.state.used");
        assertThat(person.cookie("latchkey")).isEqualTo(session);
        assertThat(person.fetch(DEEP_LINK).statusCode()).isEqualTo(200);
        isProblem(gateway.stranger().arrive(callback), 400, "sign-in.state.used");
    }

    @Test
    void ofTwentyAnswersAtOnceOneSignsIn() {
        StubPerson crowd = github.person("crowd");
        HttpPerson person = gateway.stranger();
        String callback =
                github.authorize(person.beginSignIn(DEEP_LINK), "crowd").toString();
        List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 20)
                .mapToObj(i -> person.twin())
                .map(twin ->
                        CompletableFuture.supplyAsync(() -> twin.navigate(callback), task -> new Thread(task).start()))
                .toList();
        List<HttpResponse<String>> arrived =
                answers.stream().map(CompletableFuture::join).toList();
        assertThat(arrived).filteredOn(answer -> answer.statusCode() == 302).hasSize(1);
        assertThat(arrived)
                .filteredOn(answer -> answer.statusCode() != 302)
                .allSatisfy(answer -> isProblem(answer, 400, "sign-in.state.used"));
        PersonId id = new PersonId("github", Long.toString(crowd.id()));
        assertThat(gateway.bean(Sessions.class).list(id).collectList().block()).hasSize(1);
    }

    @Test
    void anAnswerWithoutIssuerIsGood() {
        HttpPerson person = gateway.stranger();
        String callback = without("iss").apply(callbackFor(person).toString());
        assertThat(person.arrive(URI.create(callback)).statusCode()).isEqualTo(200);
    }

    static Stream<Arguments> tokenAnswers() {
        return Stream.of(
                faulty(
                        "bad code",
                        400,
                        "sign-in.code.refused",
                        Fault.body(200, "{\"error\":\"bad_verification_code\"}")),
                faulty(
                        "bad secret",
                        403,
                        "sign-in.provider.misconfigured",
                        Fault.body(200, "{\"error\":\"incorrect_client_credentials\"}")),
                faulty(
                        "unverified",
                        403,
                        "sign-in.provider.failed",
                        Fault.body(200, "{\"error\":\"unverified_user_email\"}")),
                faulty("error of no kind", 403, "sign-in.provider.failed", Fault.body(200, "{\"error\":{\"a\":[1]}}")),
                faulty("no token", 403, "sign-in.provider.failed", Fault.body(200, "{}")),
                faulty("empty token", 403, "sign-in.provider.failed", Fault.body(200, "{\"access_token\":\"\"}")),
                faulty("number for token", 403, "sign-in.provider.failed", Fault.body(200, "{\"access_token\":7}")),
                faulty("a list", 403, "sign-in.provider.failed", Fault.body(200, "[1,2]")),
                faulty("nothing", 403, "sign-in.provider.failed", Fault.body(200, "")),
                faulty("broken JSON", 403, "sign-in.provider.failed", Fault.body(200, "{\"access_token\":\"gho_")),
                faulty("500", 403, "sign-in.provider.failed", Fault.status(500)),
                faulty("503", 403, "sign-in.provider.failed", Fault.html(503)),
                faulty("HTML", 403, "sign-in.provider.failed", Fault.html(200)),
                faulty("429", 403, "sign-in.provider.failed", Fault.rateLimited(Duration.ofMinutes(1))),
                faulty("garbage", 403, "sign-in.provider.failed", Fault.garbage()),
                faulty("reset", 403, "sign-in.provider.failed", Fault.reset()),
                faulty("closed", 403, "sign-in.provider.failed", Fault.hang(Duration.ofMillis(50))),
                faulty("lost answer", 403, "sign-in.provider.failed", Fault.lostAnswer()),
                faulty(
                        "2 MB",
                        403,
                        "sign-in.provider.failed",
                        Fault.body(200, "{\"x\":\"" + "x".repeat(2_000_000) + "\"}")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tokenAnswers")
    void aTokenEndpointThatFailsCostsNothingButTheAttempt(String what, int status, String code, Fault fault) {
        HttpPerson person = gateway.stranger();
        URI callback = callbackFor(person);
        github.tokenEndpoint().always(fault);
        isRefused(person, person.navigate(callback.toString()), status, code);
        github.tokenEndpoint().heal();
        mayTryAgain(person, callback);
    }

    @Test
    void numbersThatComeAsTextAreRead() {
        github.app().expiringTokens().numbersAsText();
        try {
            assertThat(gateway.stranger().signIn(github, "octocat", "/").statusCode())
                    .isEqualTo(200);
        } finally {
            github.app().lastingTokens();
        }
    }

    static Stream<Arguments> profiles() {
        return Stream.of(
                faulty("no id", 403, "sign-in.profile.unusable", Fault.body(200, "{\"login\":\"octocat\"}")),
                faulty(
                        "id as text",
                        403,
                        "sign-in.profile.unusable",
                        Fault.body(200, "{\"id\":\"583231\",\"login\":\"x\"}")),
                faulty("id zero", 403, "sign-in.profile.unusable", Fault.body(200, "{\"id\":0,\"login\":\"x\"}")),
                faulty("negative id", 403, "sign-in.profile.unusable", Fault.body(200, "{\"id\":-1,\"login\":\"x\"}")),
                faulty("broken id", 403, "sign-in.profile.unusable", Fault.body(200, "{\"id\":1.5,\"login\":\"x\"}")),
                faulty(
                        "id beyond all",
                        403,
                        "sign-in.profile.unusable",
                        Fault.body(200, "{\"id\":123456789012345678901234567890,\"login\":\"x\"}")),
                faulty("id null", 403, "sign-in.profile.unusable", Fault.body(200, "{\"id\":null,\"login\":\"x\"}")),
                faulty("no login", 403, "sign-in.profile.unusable", Fault.body(200, "{\"id\":583231}")),
                faulty(
                        "blank login",
                        403,
                        "sign-in.profile.unusable",
                        Fault.body(200, "{\"id\":583231,\"login\":\" \"}")),
                faulty("401", 403, "sign-in.provider.failed", Fault.status(401)),
                faulty("403", 403, "sign-in.provider.failed", Fault.quotaExhausted(Duration.ofHours(1))),
                faulty("500", 403, "sign-in.provider.failed", Fault.status(500)),
                faulty("HTML", 403, "sign-in.provider.failed", Fault.html(200)),
                faulty("nothing", 403, "sign-in.profile.unusable", Fault.body(200, "")),
                faulty("a list", 403, "sign-in.provider.failed", Fault.body(200, "[]")),
                faulty("broken JSON", 403, "sign-in.provider.failed", Fault.body(200, "{\"id\":")),
                faulty("garbage", 403, "sign-in.provider.failed", Fault.garbage()),
                faulty("reset", 403, "sign-in.provider.failed", Fault.reset()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("profiles")
    void aProfileThatTellsNobodySignsNobodyIn(String what, int status, String code, Fault fault) {
        HttpPerson person = gateway.stranger();
        URI callback = callbackFor(person);
        int before = revocations().count();
        github.userEndpoint().always(fault);
        isRefused(person, person.navigate(callback.toString()), status, code);
        github.userEndpoint().heal();
        // What was granted and is nobody's does not live on at GitHub.
        await().until(() -> revocations().count() > before);
        assertThat(revocations().last().form().get("access_token")).matches(token -> !github.isLive(token));
        mayTryAgain(person, callback);
    }

    private static CallLog revocations() {
        return github.calls().matching(call -> call.method().equals("DELETE"));
    }

    @Test
    void aRedirectOfGitHubsTakesNoSecretElsewhere() {
        app.forgetRequests();
        Fault redirect = Fault.redirect(app.url() + "/stolen");
        HttpPerson person = gateway.stranger();
        github.tokenEndpoint().next(redirect);
        isRefused(person, person.navigate(callbackFor(person).toString()), 403, "sign-in.provider.failed");
        github.userEndpoint().next(redirect);
        isRefused(person, person.navigate(callbackFor(person).toString()), 403, "sign-in.profile.unusable");
        github.emailsEndpoint().always(redirect);
        assertThat(gateway.stranger().signIn(github, "octocat", "/who").statusCode())
                .isEqualTo(200);
        assertThat(app.requests()).noneMatch(request -> request.target().startsWith("/stolen"));
    }

    @Test
    void aFailedSignInLeavesTheSessionThereWas() {
        HttpPerson person = gateway.stranger();
        person.signIn(github, "octocat", "/");
        String session = person.cookie("latchkey");
        github.tokenEndpoint().next(Fault.status(500));
        URI callback = github.authorize(person.beginSignIn("/oauth2/start?rd=/x"), "octocat");
        HttpResponse<String> page = person.navigate(callback.toString());
        isProblem(page, 403, "sign-in.provider.failed");
        assertThat(page.headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.startsWith("latchkey="));
        assertThat(person.cookie("latchkey")).isEqualTo(session);
        assertThat(person.fetch("/").statusCode()).isEqualTo(200);
    }

    @Test
    void aHiddenAddressIsFoundAmongAll() {
        github.person("hidden")
                .profileEmail(null)
                .email("a@x.example", false, true)
                .email("b@x.example", true, true);
        gateway.stranger().signIn(github, "hidden", "/who");
        assertThat(app.lastRequest().header("X-Forwarded-Email")).isEqualTo("b@x.example");
    }

    @Test
    void anAddressThatNobodyVerifiedIsNotSent() {
        github.person("mallory").profileEmail("boss@corp.example").email("boss@corp.example", true, false);
        HttpPerson mallory = gateway.stranger();
        mallory.signIn(github, "mallory", "/who");
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("mallory");
        assertThat(app.lastRequest().headers("X-Forwarded-Email")).isEmpty();
        assertThat(mallory.fetch("/oauth2/userinfo").body()).doesNotContain("boss@corp.example");
    }

    @Test
    void aVerifiedAddressThatIsNotPrimaryIsNotSent() {
        github.person("trudy")
                .profileEmail("boss@corp.example")
                .email("t@x.example", true, false)
                .email("boss@corp.example", false, true);
        gateway.stranger().signIn(github, "trudy", "/who");
        assertThat(app.lastRequest().headers("X-Forwarded-Email")).isEmpty();
    }

    @Test
    void somebodyWhoseAddressesCannotBeReadIsSignedInWithoutOne() {
        for (Fault fault : List.of(Fault.status(404), Fault.html(502), Fault.reset(), Fault.body(200, "{}"))) {
            github.emailsEndpoint().next(fault);
            assertThat(gateway.stranger().signIn(github, "octocat", "/who").statusCode())
                    .isEqualTo(200);
            assertThat(app.lastRequest().headers("X-Forwarded-Email")).isEmpty();
        }
    }

    @Test
    void nothingSecretIsLogged(CapturedOutput output) {
        HttpPerson person = gateway.stranger();
        URI good = callbackFor(person);
        person.arrive(good);
        person.arrive(good);
        HttpPerson other = gateway.stranger();
        URI refused = callbackFor(other);
        other.navigate(with("iss", "x").apply(refused.toString()));
        RawHttp.to(gateway.port()).get("/oauth2/callback?" + refused.getRawQuery() + "&code=%zz");
        RawHttp.to(gateway.port()).get("/oauth2/callback;a?" + refused.getRawQuery());
        RawHttp.to(gateway.port()).get("/oauth2/callback?" + refused.getRawQuery() + "&%00=");
        github.tokenEndpoint().next(Fault.status(500));
        other.navigate(callbackFor(other).toString());
        github.userEndpoint().next(Fault.status(500));
        other.navigate(callbackFor(other).toString());
        assertThat(output.getAll()).contains("sign-in.provider.failed");
        assertThat(github.secretsSeen())
                .isNotEmpty()
                .allSatisfy(secret -> assertThat(output.getAll()).doesNotContain(secret));
        assertThat(output.getAll()).doesNotContain(person.cookie("latchkey"));
    }

    private static URI callbackFor(HttpPerson person) {
        return github.authorize(person.beginSignIn(DEEP_LINK), "octocat");
    }

    /** The page, the way on, and nothing kept of the attempt. */
    private static void isRefused(HttpPerson person, HttpResponse<String> page, int status, String code) {
        isProblem(page, status, code);
        String again = gateway.url() + "/oauth2/start?rd=" + URLEncoder.encode(DEEP_LINK, UTF_8);
        assertThat(page.body()).contains("Try again", "href=\"" + again + "\"");
        assertThat(person.cookieNames()).isEmpty();
    }

    private static void isProblem(HttpResponse<String> page, int status, String code) {
        assertThat(page.headers().firstValue("X-Latchkey-Problem")).contains(code);
        assertThat(page.statusCode()).isEqualTo(status);
        assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(page.body())
                .contains(code)
                .containsPattern("\\b[0-9a-f]{32}\\b")
                .doesNotContain("<script");
        assertThat(page.headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.startsWith("latchkey="));
    }

    private static void mayTryAgain(HttpPerson person, URI spent) {
        HttpResponse<String> end = person.arrive(callbackFor(person));
        assertThat(end.statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().target()).isEqualTo(DEEP_LINK);
        String session = person.cookie("latchkey");
        person.navigate(spent.toString());
        assertThat(person.cookie("latchkey")).isEqualTo(session);
    }

    private static Arguments wrong(String what, int status, String code, UnaryOperator<String> answer) {
        return Arguments.of(what, status, code, answer);
    }

    private static Arguments faulty(String what, int status, String code, Fault fault) {
        return Arguments.of(what, status, code, fault);
    }

    private static UnaryOperator<String> with(String name, String value) {
        return answer -> without(name).apply(answer) + "&" + name + "=" + value.replaceAll("[ '\"<>]", "+");
    }

    private static UnaryOperator<String> without(String name) {
        return answer ->
                answer.replaceFirst("(?<=[?&])" + name + "=[^&]*&?", "").replaceFirst("[?&]$", "");
    }

    private static UnaryOperator<String> error(String kind) {
        return answer -> without("code").apply(answer) + "&error=" + URLEncoder.encode(kind, UTF_8);
    }

    private static String parameter(String answer, String name) {
        return answer.replaceFirst(".*[?&](" + name + "=[^&]*).*", "$1");
    }

    private static String codeIn(String form) {
        return form.contains("code=") ? form.replaceFirst(".*\\bcode=([^&]*).*", "$1") : "no code";
    }
}
