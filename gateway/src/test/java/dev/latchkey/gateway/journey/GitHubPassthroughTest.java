package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.Call;
import dev.latchkey.gateway.testing.CallLog;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.Fault;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.Header;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GitHub's API through the gateway: what is asked, by whom, and what comes back. GitHub's own log is the witness. */
class GitHubPassthroughTest {

    private static final String API = "/api/v3";

    private static GitHubStub github;
    private static EchoBackend uploads;
    private static TestGateway gateway;
    private static HttpPerson octocat;
    private static String own;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        uploads = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .property("latchkey.github.uploads-url", uploads.url())
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .route(
                        "open",
                        "path: /open/**",
                        "to: builtin:github-api",
                        "allow: [org:nobody]",
                        "public: ['GET /open/repos/acme/**', 'GET /open/repos/*/readme']")
                .route("narrow", "path: /github/repos/acme/secret/**", "to: builtin:github-api", "allow: [org:nobody]")
                .route("app", "to: " + uploads.url(), "allow: [signed-in]", "send: { github-api: true }")
                .route("other", "path: /other/**", "to: " + uploads.url(), "allow: [signed-in]")
                .route(
                        "shared",
                        "path: /shared/**",
                        "to: " + uploads.url(),
                        "allow: [signed-in]",
                        "send: { github-api: true, jwt: { audience: both } }")
                .route(
                        "sharer",
                        "path: /sharer/**",
                        "to: " + uploads.url(),
                        "allow: [signed-in]",
                        "send: { jwt: { audience: both } }")
                .start();
        octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/");
        own = gateway.url() + "/github";
    }

    @AfterAll
    static void stop() {
        gateway.close();
        uploads.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        github.forgetCalls().content().clear();
        uploads.forgetRequests();
    }

    private static HttpResponse<String> get(String path, String... headers) {
        return octocat.get("/github" + path, headers);
    }

    /** Without those for the groups in the app's JWT, which the gateway makes in its own time. */
    private static CallLog calls() {
        return github.calls()
                .matching(call -> !call.path().equals(API + "/user/teams")
                        && !call.path().startsWith(API + "/user/memberships/"));
    }

    private static Call lastCall() {
        return calls().last();
    }

    // Who asks, and with what

    @Test
    void asksWithThePersonsTokenAndNothingElseOfTheClients() {
        github.content().put("/repos/acme/odd", "{}");

        get(
                "/repos/acme/odd",
                "Authorization",
                "token abc",
                "User-Agent",
                "Mozilla/5.0 Safari Firefox curl",
                "X-Forwarded-For",
                "1.2.3.4",
                "X-GitHub-Api-Version",
                "2022-11-28",
                "Referer",
                "http://localhost/x");

        Call call = lastCall();
        List<String> names = call.headers().stream()
                .map(header -> header.name().toLowerCase())
                .toList();
        assertThat(call.login()).isEqualTo("octocat");
        assertThat(names.stream().filter("authorization"::equals)).hasSize(1);
        assertThat(call.header("Authorization")).startsWith("Bearer gho_");
        assertThat(call.header("User-Agent")).isEqualTo("latchkey");
        assertThat(call.header("X-GitHub-Api-Version")).isEqualTo("2022-11-28");
        assertThat(call.header("Accept")).isEqualTo("application/vnd.github+json");
        assertThat(names)
                .doesNotContain("cookie", "referer", "x-forwarded-for", "upgrade", "http2-settings", "accept-encoding");
    }

    @Test
    void asksNobodysToken() {
        HttpResponse<String> answer = gateway.stranger().get("/github/user");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(calls().under(API).count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void asksNothingForPagesOfOthers(String site) {
        HttpResponse<String> answer = get("/user", "Sec-Fetch-Site", site);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("request.cross-site");
        assertThat(calls().count()).isZero();
    }

    @Test
    void asksNothingForAPageOfAnotherOriginThatOnlySaysItsOrigin() {
        assertThat(get("/user", "Origin", "https://evil.example").statusCode()).isEqualTo(403);
        assertThat(get("/user", "Origin", gateway.url()).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "token "})
    void letsAnAppCallAsThePersonItServes(String scheme) {
        octocat.get("/app-page");
        String jwt = uploads.lastRequest().header("Authorization").substring("Bearer ".length());
        github.forgetCalls().content().put("/repos/acme/for-apps", "{}");

        HttpResponse<String> answer = gateway.stranger()
                .get("/github/repos/acme/for-apps", "Authorization", scheme + jwt, "Sec-Fetch-Site", "cross-site");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Latchkey-Cache")).isPresent();
        assertThat(calls()).allMatch(call -> "octocat".equals(call.login()) && !jwt.equals(call.token()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/other/x", "/shared/x", "/sharer/x"})
    void letsNoAppCallThatItsRouteDoesNotTrustWithIt(String path) {
        octocat.get(path);
        String jwt = uploads.lastRequest().header("Authorization").substring("Bearer ".length());
        github.forgetCalls();
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> answer = gateway.stranger().get("/github/user", "Authorization", "Bearer " + jwt);
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("identity.untrusted");
            assertThat(answer.body()).contains("send: { github-api: true }");
        }
        assertThat(octocat.get("/github/user", "Authorization", "Bearer " + jwt).statusCode())
                .as("what is shown on purpose counts, and not the cookie beside it")
                .isEqualTo(403);
        assertThat(github.calls().to("GET", API + "/user").count()).isZero();
    }

    @Test
    void refusesAJwtThatItHasNotMadeOrThatWasChanged() {
        octocat.get("/app-page");
        String jwt = uploads.lastRequest().header("Authorization").substring("Bearer ".length());
        String[] parts = jwt.split("\\.");
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8);
        String other = claims.replaceFirst("github:583231", "github:1");
        String forged = parts[0] + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(other.getBytes(UTF_8))
                + "." + parts[2];

        HttpResponse<String> answer = gateway.stranger().get("/github/user", "Authorization", "Bearer " + forged);

        assertThat(other).isNotEqualTo(claims);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("identity.refused");
        assertThat(gateway.stranger()
                        .get("/github/user", "Authorization", "Bearer eyJhbGciOiJub25lIn0.e30.")
                        .statusCode())
                .isEqualTo(401);
    }

    // Where to

    @Test
    void isFoundPlainlyAndByThePathsOfAnEnterpriseHost() {
        github.content().put("/repos/acme/wiki/issues", "[]");

        assertThat(get("/repos/acme/wiki/issues").body()).isEqualTo("[]");
        assertThat(get("/api/v3/repos/acme/wiki/issues").body()).isEqualTo("[]");
        assertThat(github.calls().to("GET", API + "/repos/acme/wiki/issues").count())
                .isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/graphql", "/api/graphql"})
    void sendsGraphQlWhereItBelongs(String path) {
        github.content().on("POST", "/graphql", 200, "{\"data\":{}}", () -> {});

        HttpResponse<String> answer = octocat.send(
                "POST", "/github" + path, "{\"query\":\"{ viewer { login } }\"}", "Content-Type", "application/json");

        assertThat(answer.body()).isEqualTo("{\"data\":{}}");
        assertThat(lastCall().path()).isEqualTo("/api/graphql");
        assertThat(lastCall().body()).isEqualTo("{\"query\":\"{ viewer { login } }\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%20b/c+d/e",
                "/trailing/",
                "/x?b=2&a=1&b=1&&c=%2F%20+",
                "/%e2%82%ac/@:!$&'()*,=~-._",
            })
    void passesPathAndQueryByteForByte(String target) {
        octocat.send("POST", "/github/api/uploads" + target, "x");

        assertThat(uploads.lastRequest().target()).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/repos/acme/wiki/branches/feature%2Fx",
                "/repos/acme/wiki/contents/a%2fb%20c?ref=x%2Fy",
                "/repos/acme/wiki/labels/a%2Fb/",
            })
    void passesAnEscapedSlashInANameAsItCame(String target) {
        get(target);
        get(API + target);

        assertThat(calls().count()).isPositive();
        assertThat(calls().list()).allSatisfy(call -> assertThat(targetOf(call)).isEqualTo(API + target));
    }

    private static String targetOf(Call call) {
        return call.query().isEmpty() ? call.path() : call.path() + '?' + call.query();
    }

    /** Of each, one party or the other could say that it leads elsewhere, or that it is for somebody else. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/github/repos/acme/wiki%2F..%2F..%2Fuser",
                "/github/repos/acme/wiki%2F../x",
                "/github/repos/acme%2F%2e%2e%2fx",
                "/github/repos/acme%5cx",
                "/github/a%2F%2Fb",
                "/github/a%252Fb",
                "/github/a%2Fb%00",
                "/github%2Frepos/acme/wiki",
                "/github/graphql%2F",
                "/github/api%2Fgraphql",
                "/github/api%2Fv3/user",
                "/github/api/v3/%67raphql",
                "/github/api/uploads%2Fx",
                "/github/repos/acme%2Fsecret/x",
                "/github/repos%2Facme%2Fsecret/x",
                "/other/a%2Fb",
                "/a%2Fb",
                "/oauth2%2Faccount",
                "/oauth2/account%2Ftokens",
            })
    void refusesAnEscapedSlashOnWhichADecisionCouldHang(String path) {
        RawHttp.Response answer =
                RawHttp.to(gateway.port()).get(path, "Cookie: latchkey=" + octocat.cookie("latchkey"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(calls().count()).isZero();
        assertThat(uploads.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/open/repos%2Facme/x",
                "/open/repos/acme%2Fx",
                "/open/repos%2Fother/x",
                "/open/repos/other%2Fsecret/readme",
            })
    void opensNoPathThatIsOpenInOneReadingOnly(String path) {
        assertThat(gateway.stranger().get(path).statusCode()).isEqualTo(401);
        assertThat(calls().count()).isZero();
    }

    @Test
    void opensAPathThatIsOpenHoweverItIsRead() {
        github.content().put("/repos/acme/wiki/branches/feature%2Fx", "{}");

        gateway.stranger().get("/open/repos/acme/wiki/branches/feature%2Fx");

        assertThat(targetOf(lastCall())).isEqualTo(API + "/repos/acme/wiki/branches/feature%2Fx");
    }

    @Test
    void tellsAChangeUnderEitherSpellingOfASlash() {
        github.content().put("/repos/acme/wiki/contents/a/b", "{\"is\":\"old\"}");
        github.content()
                .on(
                        "PUT",
                        "/repos/acme/wiki/contents/a%2Fb",
                        200,
                        "{}",
                        () -> github.content().put("/repos/acme/wiki/contents/a/b", "{\"is\":\"new\"}"));
        get("/repos/acme/wiki/contents/a/b");

        octocat.send("PUT", "/github/repos/acme/wiki/contents/a%2Fb", "{}");

        assertThat(get("/repos/acme/wiki/contents/a/b").body()).isEqualTo("{\"is\":\"new\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/../x", "/a/%2e%2e/b", "/a/..%2f..%2fb", "/%2e%2e%2fapi", "/a/./b"})
    void refusesWhatLeadsOutOfTheApi(String path) {
        RawHttp.Response answer =
                RawHttp.to(gateway.port()).get("/github" + path, "Cookie: latchkey=" + octocat.cookie("latchkey"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(calls().count()).isZero();
    }

    // What is counted

    @Test
    void countsByTheNamesOfGitHubsDescriptionAndNeverByAnybodysName() {
        github.content().put("/repos/zzowner/zzname/milestones", "[]");

        get("/repos/zzowner/zzname/milestones");
        get("/repos/zzowner/zzname/milestones");
        get("/zzmade/up");

        String template = "template=\"/repos/{owner}/{repo}/milestones\"";
        await().untilAsserted(() -> assertThat(metrics())
                .contains("latchkey_github_cache_total{outcome=\"miss\"," + template + "} 1.0")
                .contains("latchkey_github_cache_total{outcome=\"hit\"," + template + "} 1.0")
                .contains("latchkey_github_saved_total{app=\"github\"," + template + "} 1.0")
                .contains("latchkey_github_spent_total{app=\"github\",resource=\"core\"," + template + "} 1.0")
                .contains("template=\"other\"")
                .doesNotContain("zz"));
    }

    @Test
    void tellsThePersonWhatIsSpentSavedAndLeft() {
        github.content().put("/repos/acme/told", "{}");
        get("/repos/acme/told");
        int before = number(quota(), "saved");

        get("/repos/acme/told");

        String after = quota();
        assertThat(after).contains("\"resource\":\"core\"", "\"limit\":5000", "\"reset\":\"2");
        assertThat(number(after, "saved")).isEqualTo(before + 1);
        assertThat(number(after, "spent")).isPositive();
        assertThat(number(after, "remaining")).isBetween(1, 5_000 - number(after, "spent"));
        assertThat(octocat.navigate("/oauth2/account").body())
                .contains("GitHub quota (core)", number(after, "saved") + " saved");
        assertThat(gateway.stranger().get("/oauth2/account/quota").statusCode()).isEqualTo(401);
    }

    private static String quota() {
        return octocat.get("/oauth2/account/quota").body();
    }

    private static int number(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":(\\d+)").matcher(json);
        assertThat(found.find()).as(json).isTrue();
        return Integer.parseInt(found.group(1));
    }

    private static String metrics() {
        return RawHttp.to(gateway.internalPort()).get("/metrics").body();
    }

    // What comes back

    @Test
    void leadsPagesOnToTheGateway() {
        String next = github.apiUrl() + "/repositories/1/issues?page=2";
        github.content()
                .put("/repos/acme/linked/issues", "[1]")
                .with(
                        "Link",
                        "<" + next + ">; rel=\"next\", <" + github.apiUrl()
                                + "/user/1/repos?after=Y%3D&per_page=1>; rel=\"last\"");
        github.content().put("/repositories/1/issues", "[2]");

        HttpResponse<String> plain = get("/repos/acme/linked/issues");
        HttpResponse<String> enterprise = get("/api/v3/repos/acme/linked/issues");

        assertThat(plain.headers().firstValue("Link"))
                .contains("<" + own + "/repositories/1/issues?page=2>; rel=\"next\", <" + own
                        + "/user/1/repos?after=Y%3D&per_page=1>; rel=\"last\"");
        assertThat(enterprise.headers().firstValue("Link").orElseThrow())
                .startsWith("<" + own + "/api/v3/repositories/1/issues?page=2>");
        assertThat(octocat.get(own + "/repositories/1/issues?page=2").body()).isEqualTo("[2]");
    }

    @Test
    void followsARenamedRepository() {
        github.content()
                .redirect("GET", "/repos/acme/old", 301, github.apiUrl() + "/repositories/7")
                .put("/repositories/7", "{\"name\":\"new\"}");

        HttpResponse<String> answer = get("/repos/acme/old");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"name\":\"new\"}");
    }

    @Test
    void repeatsAWriteAtItsNewPlaceOnceWithTheSameBody() {
        github.content()
                .redirect("PATCH", "/repos/acme/old/issues/1", 307, github.apiUrl() + "/repositories/7/issues/1")
                .on("PATCH", "/repositories/7/issues/1", 200, "{}", () -> {});

        HttpResponse<String> answer =
                octocat.send("PATCH", "/github/repos/acme/old/issues/1", "{\"state\":\"closed\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(github.calls().to("PATCH", API + "/repositories/7/issues/1").list())
                .singleElement()
                .satisfies(call -> assertThat(call.body()).isEqualTo("{\"state\":\"closed\"}"));
    }

    @Test
    void handsASignedAddressToTheClientAndTheTokenToNobody() {
        String signed = "https://codeload.github.example/archive?token=SIGNED";
        github.content().redirect("GET", "/repos/acme/wiki/tarball", 302, signed);

        HttpResponse<String> answer = get("/repos/acme/wiki/tarball");

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location")).contains(signed);
        assertThat(calls().count()).isOne();
    }

    @Test
    void passesOnWhatSpeaksOfTheAnswerAndKeepsBackWhatSpeaksForGitHubsHost() {
        github.content()
                .put("/repos/acme/headers", "{}")
                .with("X-Poll-Interval", "60")
                .with("Deprecation", "true")
                .with("Sunset", "Sat, 31 Dec 2026 23:59:59 GMT")
                .with("Strict-Transport-Security", "max-age=31536000; includeSubdomains; preload")
                .with("Access-Control-Allow-Origin", "*")
                .with("Set-Cookie", "latchkey=evil; Path=/");

        HttpResponse<String> answer = get("/repos/acme/headers");

        assertThat(answer.headers().map())
                .containsKeys(
                        "x-poll-interval",
                        "deprecation",
                        "sunset",
                        "x-github-request-id",
                        "x-oauth-scopes",
                        "x-ratelimit-remaining",
                        "etag")
                .doesNotContainKeys("strict-transport-security", "access-control-allow-origin", "set-cookie");
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("sandbox");
    }

    @Test
    void passesAPermissionsRefusalWithItsSignOnAddress() {
        github.endpoint(API + "/orgs/acme/secret")
                .next(Fault.message(403, "Resource protected by organization SAML enforcement."));

        HttpResponse<String> answer = get("/orgs/acme/secret");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("SAML enforcement");
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).isEmpty();
    }

    @Test
    void turnsGitHubsAddressesInJsonIntoItsOwn() {
        String api = github.apiUrl();
        github.content()
                .put(
                        "/repos/acme/urls",
                        "{\"url\":\"" + api + "/repos/acme/urls\",\"title\":\"" + api + "/x\",\"upload_url\":\""
                                + uploads.url() + "/repos/acme/urls/releases/1/assets{?name,label}\",\"other_url\":\""
                                + api + ".evil/x\",\"_links\":{\"self\":{\"href\" : \"" + api + "/é\"}}}");

        HttpResponse<String> answer = get("/repos/acme/urls");

        assertThat(answer.body())
                .isEqualTo("{\"url\":\"" + own + "/repos/acme/urls\",\"title\":\"" + api + "/x\",\"upload_url\":\""
                        + own + "/api/uploads/repos/acme/urls/releases/1/assets{?name,label}\",\"other_url\":\"" + api
                        + ".evil/x\",\"_links\":{\"self\":{\"href\" : \"" + own + "/é\"}}}");
        assertThat(answer.headers().firstValueAsLong("Content-Length").orElseThrow())
                .isEqualTo(answer.body().getBytes(UTF_8).length);
    }

    @Test
    void leavesFilesAsTheyAre() {
        String file = "{\"url\":\"" + github.apiUrl() + "/x\"}";
        github.content()
                .put("/repos/acme/wiki/contents/a.json", file)
                .contentType("application/vnd.github.raw+json; charset=utf-8");

        assertThat(get("/repos/acme/wiki/contents/a.json", "Accept", "application/vnd.github.raw+json")
                        .body())
                .isEqualTo(file);
    }

    @Test
    void tellsAnOutageOfGitHubs() {
        github.endpoint(API + "/repos/acme/broken").next(2, Fault.garbage());

        HttpResponse<String> answer = get("/repos/acme/broken");

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("github.broken");
    }

    @Test
    void sendsNothingTwiceThatMayHaveHadAnEffect() {
        HttpResponse<String> answer = octocat.send("POST", "/github/api/uploads/drop", "x".repeat(300_000));

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(uploads.requests()).hasSize(1);
    }

    @Test
    void streamsWhatIsTooLongToBeKept() {
        String url = "{\"url\":\"" + github.apiUrl() + "/x\"},";
        String body = "[" + url.repeat(60_000) + "0]";
        github.content().put("/repos/acme/long", body);

        HttpResponse<String> answer = get("/repos/acme/long");

        assertThat(body.length()).isGreaterThan(2 << 20);
        assertThat(answer.body()).isEqualTo(body.replace(github.apiUrl(), own));
        assertThat(get("/repos/acme/long").headers().firstValue("X-Latchkey-Cache"))
                .contains("miss");
    }

    @Test
    void passesAnUploadOnWithItsLengthAndType() {
        String body = "x".repeat(300_000);

        octocat.send(
                "POST",
                "/github/api/uploads/repos/acme/wiki/releases/1/upload?name=a.zip&label=b%20c",
                body,
                "Content-Type",
                "application/zip");

        EchoBackend.Received received = uploads.lastRequest();
        assertThat(received.target()).isEqualTo("/repos/acme/wiki/releases/1/upload?name=a.zip&label=b%20c");
        assertThat(received.bodyLength()).isEqualTo(300_000);
        assertThat(received.header("Content-Length")).isEqualTo("300000");
        assertThat(received.header("Content-Type")).isEqualTo("application/zip");
        assertThat(received.headers("Authorization")).hasSize(1);
        assertThat(received.headers().stream().map(Header::name)).doesNotContain("Cookie");
    }
}
