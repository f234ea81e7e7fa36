package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.provider.Provider;
import dev.latchkey.gateway.provider.Providers;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.ProviderStub;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.RunningClock;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Providers that are added, changed and removed while two nodes of a gateway run, and the people who come by them. */
class ProvidersTest {

    private static RedisServer redis;
    private static GitHubStub github;
    private static EchoBackend app;
    private static RunningClock clock;
    private static TestGateway first;
    private static TestGateway second;

    private static ProviderStub corp;
    private static ProviderStub other;

    @BeforeAll
    static void start() {
        redis = RedisServer.embedded();
        github = GitHubStub.start();
        app = EchoBackend.start();
        clock = new RunningClock();
        corp = ProviderStub.start(clock);
        other = ProviderStub.start(clock);
        first = node().start();
        second = node().start();
    }

    private static TestGateway.Builder node() {
        return TestGateway.signingInAt(github)
                .on(redis)
                .clock(clock)
                .property("latchkey.external-url", "http://localhost:8080")
                .property("latchkey.providers.allow-loopback", "true")
                .property("latchkey.tokens.renew-before", "1m")
                .route("app", "to: " + app.url(), "allow: [signed-in]")
                .route("org", "path: /org/**", "to: " + app.url(), "allow: [org:acme, user:octocat]")
                .route("mail", "path: /mail/**", "to: " + app.url(), "allow: ['email:*@acme.example']")
                .route(
                        "token",
                        "path: /token/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { github-token: true }")
                .route("api", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]");
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        redis.close();
        app.close();
        github.close();
        corp.close();
        other.close();
    }

    @AfterEach
    void removeProviders() {
        json(operator(first).get("/admin/providers"))
                .path("providers")
                .forEach(provider -> operator(first)
                        .send(
                                "DELETE",
                                "/admin/providers/" + provider.path("name").asString(),
                                null));
        corp.reset();
        other.reset();
    }

    private static HttpPerson operator(TestGateway at) {
        return HttpPerson.at("http://localhost:" + at.internalPort());
    }

    private static HttpResponse<String> admin(String method, String path, String body) {
        return operator(first).send(method, "/admin/providers" + path, body);
    }

    private static JsonNode added(String description) {
        HttpResponse<String> answer = admin("POST", "", description);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return JsonMapper.shared().readTree(answer.body());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }

    private static String problem(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Latchkey-Problem").orElse("none, but " + answer.statusCode());
    }

    private static URI location(HttpResponse<String> answer) {
        return URI.create(answer.headers().firstValue("Location").orElseThrow());
    }

    private static URI sentAway(HttpPerson person, String provider) {
        return location(person.navigate("/oauth2/start?rd=%2Fdeep&provider=" + provider));
    }

    /** The nodes say that they are elsewhere, as they do behind a balancer. */
    private static HttpResponse<String> comeBack(HttpPerson person, URI callback) {
        return person.navigate(callback.getRawPath() + "?" + callback.getRawQuery());
    }

    private static HttpPerson signedIn(ProviderStub provider, String name, String subject) {
        HttpPerson person = first.stranger();
        HttpResponse<String> back = comeBack(person, provider.authorize(sentAway(person, name), subject));
        assertThat(back.statusCode()).as(back.body()).isEqualTo(302);
        assertThat(location(back)).isEqualTo(URI.create("/deep"));
        return person;
    }

    private static JsonNode claims() {
        String jwt = app.lastRequest().header("Authorization").substring("Bearer ".length());
        return JsonMapper.shared()
                .readTree(new String(Base64.getUrlDecoder().decode(jwt.split("\\.")[1]), StandardCharsets.UTF_8));
    }

    // Offered everywhere at once

    @Test
    void areOfferedOnEveryNodeAtOnceWithoutARestart() {
        assertThat(second.stranger().navigate("/oauth2/sign_in").body())
                .contains("Continue with")
                .doesNotContain("Our Login");

        added(corp.described("corp", "label", "Our Login"));
        added(other.described("other", "label", "Their Login"));

        String page = second.stranger().navigate("/oauth2/sign_in?rd=%2Fdeep").body();
        assertThat(page).contains("GitHub", "Our Login", "Their Login", "provider=corp");
        assertThat(location(second.stranger().navigate("/oauth2/start?rd=%2Fdeep")))
                .isEqualTo(URI.create("/oauth2/sign_in?rd=%2Fdeep"));

        assertThat(admin("DELETE", "/corp", null).statusCode()).isEqualTo(204);
        assertThat(second.stranger().navigate("/oauth2/sign_in").body()).doesNotContain("Our Login");
        assertThat(problem(second.stranger().navigate("/oauth2/start?provider=corp")))
                .isEqualTo("provider.unknown");
    }

    @Test
    void signPeopleInByTheProviderAndTheAccountsIdThere() {
        added(corp.described("corp"));
        corp.person(
                "4711",
                "preferred_username",
                "octocat",
                "name",
                "Somebody Else",
                "email",
                "octocat@acme.example",
                "email_verified",
                true);

        HttpPerson person = signedIn(corp, "corp", "4711");

        assertThat(person.fetch("/x").statusCode()).isEqualTo(200);
        assertThat(claims().path("sub").asString()).isEqualTo("corp:4711");
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("corp:octocat");
        assertThat(app.lastRequest().header("X-Forwarded-Email")).isEqualTo("octocat@acme.example");
        assertThat(person.alsoAt(second.url()).fetch("/x").statusCode()).isEqualTo(200);
    }

    @Test
    void giveNobodyWhatBelongsToAnAccountAtGitHub() {
        added(corp.described("corp"));
        corp.person("583231", "preferred_username", "octocat");
        HttpPerson person = signedIn(corp, "corp", "583231");

        HttpResponse<String> org = person.fetch("/org/x");
        assertThat(org.statusCode()).isEqualTo(403);
        assertThat(problem(org)).isEqualTo("github.account-required");
        int calls = app.requests().size();
        assertThat(problem(person.fetch("/token/x"))).isEqualTo("github.account-required");
        assertThat(problem(person.fetch("/github/user"))).isEqualTo("github.account-required");
        assertThat(app.requests().size()).isEqualTo(calls);
        assertThat(person.navigate("/oauth2/account").body()).contains("corp:583231");
    }

    @Test
    void areExplainedToOperatorsByTheirIds() {
        added(corp.described("corp"));
        corp.person("1", "email", "boss@acme.example", "email_verified", true);
        signedIn(corp, "corp", "1");
        JsonNode inside = json(operator(first).get("/admin/explain?as=corp:1&url=http://localhost/mail/x"));
        assertThat(inside.path("decision").asString()).isEqualTo("permit");
        JsonNode outside = json(operator(first).get("/admin/explain?as=corp:1&url=http://localhost/org/x"));
        assertThat(outside.path("decision").asString()).isEqualTo("deny");
        assertThat(outside.toString()).contains("not one at GitHub", "you are not signed in with GitHub");
    }

    @Test
    void countAnAddressOnlyIfTheProviderVouchesForIt() {
        added(corp.described("corp"));
        corp.person("1", "email", "boss@acme.example", "email_verified", false);
        corp.person("2", "email", "boss@acme.example", "email_verified", "true");
        corp.person("3", "email", "boss@acme.example");
        corp.person("4", "email", "boss@acme.example", "email_verified", true);
        for (String subject : new String[] {"1", "2", "3"}) {
            HttpPerson person = signedIn(corp, "corp", subject);
            assertThat(person.fetch("/mail/x").statusCode()).as(subject).isEqualTo(403);
            person.fetch("/x");
            assertThat(app.lastRequest().header("X-Forwarded-Email")).isNull();
        }
        assertThat(signedIn(corp, "corp", "4").fetch("/mail/x").statusCode()).isEqualTo(200);
    }

    @Test
    void areBelievedAboutAddressesOfTheirDomainsOnly() {
        JsonNode corpItself = added(corp.described("corp", "email_domains", List.of("ACME.example", "*.corp.example")));
        assertThat(corpItself.path("email_domains").toString()).isEqualTo("[\"acme.example\",\"*.corp.example\"]");
        corp.person("1", "email", "boss@acme.example", "email_verified", true);
        corp.person("2", "email", "boss@elsewhere.example", "email_verified", true);
        assertThat(signedIn(corp, "corp", "1").fetch("/mail/x").statusCode()).isEqualTo(200);
        signedIn(corp, "corp", "2").fetch("/x");
        assertThat(app.lastRequest().header("X-Forwarded-Email")).isNull();

        // What no change says stays as it is, even where all else is described anew.
        assertThat(admin("PUT", "/corp", corp.described("corp", "email_domains", List.of("corp.example")))
                        .statusCode())
                .isEqualTo(200);
        assertThat(admin("PUT", "/corp", corp.described("corp")).body())
                .contains("\"email_domains\":[\"corp.example\"]");
        assertThat(admin("PATCH", "/corp", "{\"label\":\"C\"}").body())
                .contains("\"email_domains\":[\"corp.example\"]");
        assertThat(signedIn(corp, "corp", "1").fetch("/mail/x").statusCode()).isEqualTo(403);
        assertThat(admin("PATCH", "/corp", "{\"email_domains\":[]}").body()).contains("\"email_domains\":[]");
        assertThat(signedIn(corp, "corp", "1").fetch("/mail/x").statusCode()).isEqualTo(200);
        for (String wrong : List.of("\"@acme.example\"", "\"*\"", "\"a..b\"", "\"*.*.example\"", "null", "\"\"")) {
            HttpResponse<String> refused = admin("PATCH", "/corp", "{\"email_domains\":[" + wrong + "]}");
            assertThat(problem(refused)).as(wrong).isEqualTo("provider.unfit");
        }
    }

    @Test
    void doNotTakeTheWordForOneAddressAsTheWordForAnother() {
        added(corp.described("corp"));
        corp.person("1", "email", "mine@elsewhere.example", "email_verified", true);
        corp.idTokenClaims(claims -> with(claims, "email", "boss@acme.example"));
        assertThat(signedIn(corp, "corp", "1").fetch("/mail/x").statusCode()).isEqualTo(403);
    }

    @Test
    void takeAnAddressAndTheWordForItFromOneDocumentWhateverTheirNames() {
        added(corp.described("corp", "claims", Map.of("subject", "sub", "email", "mail", "email_verified", "mail_ok")));
        corp.person("1", "mail", "mine@elsewhere.example", "mail_ok", true);
        corp.person("2", "mail", "boss@acme.example", "mail_ok", false);
        corp.person("3", "mail", "boss@acme.example", "mail_ok", true);
        corp.idTokenClaims(claims -> with(claims, "mail", "boss@acme.example"));
        assertThat(signedIn(corp, "corp", "1").fetch("/mail/x").statusCode()).isEqualTo(403);
        corp.idTokenClaims(claims -> with(claims, "mail_ok", true));
        assertThat(signedIn(corp, "corp", "2").fetch("/mail/x").statusCode()).isEqualTo(403);
        corp.idTokenClaims(claims -> claims);
        assertThat(signedIn(corp, "corp", "3").fetch("/mail/x").statusCode()).isEqualTo(200);
    }

    private static Map<String, Object> with(Map<String, Object> claims, String name, Object value) {
        Map<String, Object> changed = new HashMap<>(claims);
        changed.put(name, value);
        return changed;
    }

    // Each kind has its own shape

    @Test
    void readTheProfilesOfEachKindAsItShowsThem() {
        other.withoutIdTokens();
        added(other.describedAs("discord", "discord"));
        other.person(
                "d",
                "id",
                "80351110224678912",
                "username",
                "nelly",
                "global_name",
                "Nelly",
                "email",
                "nelly@acme.example",
                "verified",
                true,
                "avatar",
                "8342729096ea3675442027381ff50dfe");
        HttpPerson nelly = signedIn(other, "discord", "d");
        assertThat(nelly.fetch("/mail/x").statusCode()).isEqualTo(200);
        assertThat(claims().path("sub").asString()).isEqualTo("discord:80351110224678912");
        assertThat(claims().path("name").asString()).isEqualTo("Nelly");
        assertThat(claims().path("picture").asString()).startsWith("https://cdn.discordapp.com/avatars/803511");

        added(other.basicOnly().describedAs("spotify", "spotify"));
        other.person("s", "id", "smedjan", "display_name", "JM", "email", "jm@acme.example");
        HttpPerson smedjan = signedIn(other, "spotify", "s");
        assertThat(smedjan.fetch("/mail/x").statusCode()).isEqualTo(403);
        smedjan.fetch("/x");
        assertThat(claims().path("sub").asString()).isEqualTo("spotify:smedjan");

        added(corp.withoutIdTokens().describedAs("gitlab", "lab"));
        corp.person("g", "sub", "42", "nickname", "alice", "email", "alice@acme.example", "email_verified", true);
        HttpPerson alice = signedIn(corp, "lab", "g");
        assertThat(alice.fetch("/mail/x").statusCode()).isEqualTo(200);
        assertThat(claims().path("sub").asString()).isEqualTo("lab:42");
        assertThat(claims().path("preferred_username").asString()).isEqualTo("lab:alice");

        added(corp.describedAs("google", "goo"));
        URI asked = sentAway(first.stranger(), "goo");
        assertThat(asked.getRawQuery()).contains("access_type=offline", "prompt=consent");
        corp.person("o", "sub", "1092", "email", "bob@acme.example", "email_verified", true);
        signedIn(corp, "goo", "o").fetch("/mail/x");
        assertThat(claims().path("preferred_username").asString()).isEqualTo("goo:bob@acme.example");
    }

    @Test
    void takeAnEnterpriseServersPeopleByNumberAndPrimaryAddress() {
        added(corp.withoutIdTokens().describedAs("github", "hub"));
        corp.person(
                "e",
                "id",
                583231,
                "login",
                "octocat",
                "emails",
                List.of(
                        Map.of("email", "old@acme.example", "primary", false, "verified", true),
                        Map.of("email", "new@acme.example", "primary", true, "verified", true)));
        HttpPerson person = signedIn(corp, "hub", "e");
        assertThat(person.fetch("/mail/x").statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-Email")).isEqualTo("new@acme.example");
        assertThat(claims().path("sub").asString()).isEqualTo("hub:583231");
        // Neither the number nor the login of another GitHub's account counts at this one.
        assertThat(problem(person.fetch("/org/x"))).isEqualTo("github.account-required");
    }

    @Test
    void areChangedByOneOfManyWhoDoSoAtOnce() {
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            HttpPerson operator = operator(i % 2 == 0 ? first : second);
            all.add(CompletableFuture.supplyAsync(
                    () -> operator.send("POST", "/admin/providers", corp.described("corp"))
                            .statusCode()));
        }
        assertThat(all.stream().map(CompletableFuture::join).sorted().toList())
                .containsExactly(201, 409, 409, 409, 409, 409, 409, 409);
    }

    @Test
    void knowWhereTheWellKnownOnesAre() {
        String client = ",\"client_id\":\"a\",\"client_secret\":\"b\"}";
        JsonNode gitlab = added("{\"name\":\"gitlab\"" + client);
        assertThat(gitlab.path("issuer").asString()).isEqualTo("https://gitlab.com");
        assertThat(gitlab.path("callback_url").asString()).isEqualTo("http://localhost:8080/oauth2/callback/gitlab");
        JsonNode own = added("{\"name\":\"own\",\"kind\":\"gitlab\",\"url\":\"https://git.example.com/\"" + client);
        assertThat(own.path("token_url").asString()).isEqualTo("https://git.example.com/oauth/token");
        JsonNode enterprise =
                added("{\"name\":\"ghes\",\"kind\":\"github\",\"url\":\"https://ghes.example.com\"" + client);
        assertThat(enterprise.path("user_info_url").asString()).isEqualTo("https://ghes.example.com/api/v3/user");
        added("{\"name\":\"google\"" + client);
        added("{\"name\":\"discord\"" + client);
        assertThat(added("{\"name\":\"spotify\"" + client)
                        .path("client_authentication")
                        .asString())
                .isEqualTo("basic");
    }

    // Attacks on the way back

    @Test
    void takeNoAnswerOfOneProviderAtTheAddressOfAnother() {
        added(corp.described("corp"));
        added(other.described("other"));
        HttpPerson person = first.stranger();
        URI callback = corp.authorize(sentAway(person, "corp"), "1");
        assertThat(callback.getRawPath()).isEqualTo("/oauth2/callback/corp");
        for (String wrong : new String[] {"/oauth2/callback/other", "/oauth2/callback", "/oauth2/callback/nobody"}) {
            HttpResponse<String> answer = person.twin().navigate(wrong + "?" + callback.getRawQuery());
            assertThat(problem(answer)).isEqualTo("sign-in.state.invalid");
        }
        for (String strange : new String[] {"/oauth2/callback/%20", "/oauth2/callback/%C3%A4", "/oauth2/callback/A"}) {
            assertThat(problem(person.twin().navigate(strange + "?" + callback.getRawQuery())))
                    .isEqualTo("provider.unknown");
        }
        assertThat(comeBack(person, callback).statusCode()).isEqualTo(302);
    }

    @Test
    void takeNoAnswerThatNamesAnotherIssuerOrNoneWhereOneIsDue() {
        added(corp.namingIssuer().described("corp"));
        HttpPerson person = first.stranger();
        URI callback = corp.authorize(sentAway(person, "corp"), "1");
        String query = callback.getRawQuery();
        String without = query.substring(0, query.indexOf("&iss="));
        assertThat(problem(person.twin().navigate("/oauth2/callback/corp?" + without)))
                .isEqualTo("sign-in.issuer.wrong");
        assertThat(problem(person.twin().navigate("/oauth2/callback/corp?" + without + "&iss=https%3A%2F%2Fevil")))
                .isEqualTo("sign-in.issuer.wrong");
        assertThat(comeBack(person, callback).statusCode()).isEqualTo(302);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonce", "no-nonce", "aud", "iss", "exp", "sub", "none", "forged", "azp"})
    void takeNoIdTokenThatIsNotForThisSignIn(String what) {
        added(corp.described("corp"));
        corp.idTokenClaims(claims -> switch (what) {
            case "nonce" -> with(claims, "nonce", "of-another-sign-in");
            case "no-nonce" -> with(claims, "nonce", null);
            case "aud" -> with(claims, "aud", "somebody-else");
            case "azp" -> with(claims, "azp", "somebody-else");
            case "iss" -> with(claims, "iss", "https://elsewhere.example");
            case "exp" -> with(with(claims, "exp", 1000), "iat", 900);
            case "sub" -> with(claims, "sub", "somebody-else");
            default -> claims;
        });
        if (what.equals("none")) {
            corp.withoutIdTokens();
        }
        if (what.equals("forged")) {
            corp.forging();
        }
        HttpPerson person = first.stranger();
        HttpResponse<String> answer = comeBack(person, corp.authorize(sentAway(person, "corp"), "1"));
        assertThat(problem(answer)).isIn("sign-in.id-token.refused", "sign-in.profile.unusable");
        assertThat(person.cookie("latchkey")).isNull();
    }

    // What happens to people when a provider changes

    @Test
    void keepTheirPeopleUnderAnotherName() {
        added(corp.described("named"));
        HttpPerson person = signedIn(corp, "named", "1");
        HttpPerson onTheirWay = first.stranger();
        URI callback = corp.authorize(sentAway(onTheirWay, "named"), "2");

        JsonNode renamed = json(admin("PATCH", "/named", "{\"name\":\"company\"}"));

        assertThat(renamed.path("id").asString()).isEqualTo("named");
        assertThat(person.fetch("/x").statusCode()).isEqualTo(200);
        assertThat(comeBack(onTheirWay, callback).statusCode()).isEqualTo(302);
        HttpPerson again = signedIn(corp, "company", "1");
        again.fetch("/x");
        assertThat(claims().path("sub").asString()).isEqualTo("named:1");
        assertThat(admin("GET", "/named", null).statusCode()).isEqualTo(404);
        // Whoever takes the old name is not taken for the old provider.
        assertThat(added(other.described("named")).path("id").asString()).isEqualTo("named-2");
    }

    @Test
    void signTheirPeopleOutWhenTheyAreRemoved() {
        added(corp.described("corp"));
        added(other.described("other"));
        HttpPerson person = signedIn(corp, "corp", "1");
        HttpPerson stays = signedIn(other, "other", "1");
        HttpPerson octocat = first.stranger();
        octocat.arrive(URI.create(first.url() + "/oauth2/callback?"
                + github.authorize(sentAway(octocat, "github"), "octocat").getRawQuery()));
        HttpResponse<String> made = person.send(
                "POST",
                "/oauth2/account/tokens",
                "{\"name\":\"script\"}",
                "Content-Type",
                "application/json",
                "Sec-Fetch-Site",
                "same-origin");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        String token = JsonMapper.shared().readTree(made.body()).path("token").asString();
        HttpPerson onTheirWay = first.stranger();
        URI callback = corp.authorize(sentAway(onTheirWay, "corp"), "2");

        assertThat(operator(second)
                        .send("DELETE", "/admin/providers/corp", null)
                        .statusCode())
                .isEqualTo(204);

        SessionsContract.await(() -> person.fetch("/x").statusCode() == 401);
        HttpPerson script = second.stranger();
        SessionsContract.await(
                () -> script.get("/x", "Authorization", "Bearer " + token).statusCode() == 401);
        assertThat(problem(comeBack(onTheirWay, callback))).isEqualTo("provider.unknown");
        assertThat(stays.fetch("/x").statusCode()).isEqualTo(200);
        assertThat(octocat.fetch("/x").statusCode()).isEqualTo(200);
        SessionsContract.await(() -> !corp.revoked().isEmpty());
        assertThat(redis.keys()).noneMatch(key -> key.contains("token:corp:"));
    }

    @Test
    void areNeverTurnedIntoOthersUnderTheSameId() {
        added(corp.described("moving"));
        HttpPerson person = signedIn(corp, "moving", "1");
        HttpPerson onTheirWay = first.stranger();
        URI callback = corp.authorize(sentAway(onTheirWay, "moving"), "2");
        assertThat(json(admin("PATCH", "/moving", "{\"label\":\"Other words\"}"))
                        .path("label")
                        .asString())
                .isEqualTo("Other words");
        json(admin("PUT", "/moving", corp.described("moving")));

        int seen = other.exchanges();
        assertThat(problem(admin("PUT", "/moving", other.described("moving")))).isEqualTo("provider.moved");
        for (String field : List.of("token_url", "user_info_url", "jwks_url", "revocation_url")) {
            String moved = "{\"" + field + "\":\"" + other.url() + "/x\"";
            assertThat(problem(admin("PATCH", "/moving", moved + "}")))
                    .as(field)
                    .isEqualTo("provider.moved");
            assertThat(problem(admin("PATCH", "/moving", moved + ",\"client_secret\":\"new\"}")))
                    .as(field)
                    .isEqualTo("provider.moved");
        }
        assertThat(problem(admin("PATCH", "/moving", "{\"claims\":{\"subject\":\"email\"}}")))
                .isEqualTo("provider.moved");
        assertThat(person.fetch("/x").statusCode()).isEqualTo(200);
        assertThat(json(admin("GET", "/moving", null)).toString()).doesNotContain(other.url());

        // Removed and added anew it is another, to people and to those on their way.
        assertThat(admin("DELETE", "/moving", null).statusCode()).isEqualTo(204);
        assertThat(added(other.described("moving")).path("id").asString()).isEqualTo("moving-2");
        assertThat(problem(comeBack(onTheirWay, callback))).isEqualTo("provider.unknown");
        assertThat(other.exchanges()).isEqualTo(seen);
        assertThat(other.revoked()).isEmpty();
        SessionsContract.await(() -> person.fetch("/x").statusCode() == 401);
    }

    @Test
    void areAllForgottenWhoseRemovalBeganWhateverTheirNameIsNow() {
        Providers providers = first.bean(Providers.class);
        added(corp.described("half"));
        HttpPerson person = signedIn(corp, "half", "1");
        // As far as a removal comes that fails after its first step.
        assertThat(providers.close("half").block()).hasSize(1);
        assertThat(added(other.described("half")).path("id").asString()).isEqualTo("half-2");
        HttpPerson next = signedIn(other, "half", "1");

        assertThat(admin("DELETE", "/half", null).statusCode()).isEqualTo(204);

        assertThat(providers.withId("half").blockOptional()).isEmpty();
        assertThat(providers.withId("half-2").blockOptional()).isEmpty();
        SessionsContract.await(() -> person.fetch("/x").statusCode() == 401);
        SessionsContract.await(() -> next.fetch("/x").statusCode() == 401);
    }

    @Test
    void areNotForgottenByALateEndOfARemovalThatSomebodyElseFinished() {
        Providers providers = first.bean(Providers.class);
        added(corp.described("late"));
        Provider closed = providers.close("late").block().get(0);
        providers.forget(closed).block();
        added(corp.described("late"));
        providers.forget(closed).block();
        assertThat(providers.named("late").blockOptional()).isPresent();
    }

    @Test
    void leaveNoIdToOthersThanThoseItStoodFor() {
        added(corp.described("taken"));
        admin("DELETE", "/taken", null);
        assertThat(added(corp.described("taken")).path("id").asString()).isEqualTo("taken");
        admin("DELETE", "/taken", null);
        assertThat(added(other.described("taken")).path("id").asString()).isEqualTo("taken-2");
    }

    // Tokens

    /** Redis takes entries by its own clock, so these tokens really live for seconds; nobody looks at how many. */
    @Test
    void haveTheirTokensRenewedAheadOncePerConnectionByWhicheverNode() {
        added(corp.tokensLive(4).described("corp"));
        HttpPerson person = signedIn(corp, "corp", "1");
        SessionsContract.await(() -> corp.refreshes() >= 3);
        assertThat(corp.refusedRefreshes()).isZero();
        assertThat(person.fetch("/x").statusCode()).isEqualTo(200);
    }

    @Test
    void renewByTheSameRefreshTokenWhereTheProviderGivesNoOther() {
        added(other.tokensLive(4).keepingRefreshTokens().basicOnly().described("other"));
        HttpPerson person = signedIn(other, "other", "1");
        SessionsContract.await(() -> other.refreshes() >= 3);
        assertThat(other.refusedRefreshes()).isZero();
        assertThat(person.fetch("/x").statusCode()).isEqualTo(200);
    }

    @Test
    void endASignInWhoseRefreshTokenAndAccessTokenAreBothRefused() {
        added(corp.tokensLive(8).described("corp"));
        HttpPerson person = signedIn(corp, "corp", "1");
        corp.endEverything();
        SessionsContract.await(() -> person.fetch("/x").statusCode() == 401);
        assertThat(person.fetch("/x").body()).contains("login_url");
    }

    // What is refused

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://login.example.com",
                "https://10.1.2.3",
                "https://192.168.0.1",
                "https://169.254.169.254",
                "https://[fd00::1]",
                "https://[::ffff:10.0.0.1]",
                "https://[64:ff9b::a9fe:a9fe]",
                "https://100.64.0.1",
                "https://0.0.0.0",
                "https://user:pass@login.example.com",
                "ftp://login.example.com",
                "https://login.example.com#fragment",
                "http://localhost.example.com",
                "file:///etc/passwd",
                "https://"
            })
    void haveNoAddressThatLeadsInside(String address) {
        HttpResponse<String> answer = admin(
                "POST",
                "",
                other.describedAs("oauth2", "inside", "token_url", address + (address.contains("#") ? "" : "/token")));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(problem(answer)).isEqualTo("provider.address");
        HttpResponse<String> discovered = admin("POST", "", other.described("inside", "issuer", address));
        assertThat(discovered.statusCode()).as(discovered.body()).isEqualTo(400);
    }

    @Test
    void haveNoAddressInsideByDiscoveryEither() {
        other.metadata(metadata -> with(metadata, "jwks_uri", "https://10.0.0.1/keys"));
        assertThat(problem(admin("POST", "", other.described("inside")))).isEqualTo("provider.address");
        other.metadata(metadata -> with(metadata, "issuer", "https://elsewhere.example"));
        assertThat(problem(admin("POST", "", other.described("inside")))).isEqualTo("provider.discovery");
        other.failing(500);
        assertThat(problem(admin("POST", "", other.described("inside")))).isEqualTo("provider.discovery");
    }

    @Test
    void areNotFollowedWhereTheySendTheGateway() {
        added(corp.described("corp"));
        corp.redirecting(app.url() + "/stolen");
        HttpPerson person = first.stranger();
        int calls = app.requests().size();
        HttpResponse<String> answer = comeBack(person, corp.authorize(sentAway(person, "corp"), "1"));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(app.requests().size()).isEqualTo(calls);
    }

    @Test
    void areRefusedWithAReason() {
        assertThat(problem(admin("POST", "", "{\"name\":\"github\",\"client_id\":\"a\",\"client_secret\":\"b\"}")))
                .isEqualTo("provider.exists");
        for (String body : new String[] {
            "",
            "[]",
            "{\"name\":\"x\"",
            "{\"name\":\"x\",\"colour\":\"blue\"}",
            corp.described("X Y"),
            corp.described("callback"),
            corp.described("corp", "client_secret", null),
            corp.described("corp", "kind", "telepathy"),
            corp.described("corp", "client_authentication", "by voice"),
            corp.described("corp", "scopes", new String[] {"a b"}),
            "{\"name\":\"x\",\"kind\":\"oauth2\",\"client_id\":\"a\",\"client_secret\":\"b\"}",
            "{\"name\":\"" + "x".repeat(70_000) + "\"}"
        }) {
            HttpResponse<String> answer = admin("POST", "", body);
            assertThat(answer.statusCode()).as(body).isEqualTo(400);
            assertThat(problem(answer)).isEqualTo("provider.unfit");
        }
        added(corp.described("corp"));
        assertThat(problem(admin("POST", "", corp.described("corp")))).isEqualTo("provider.exists");
        assertThat(problem(admin("PUT", "/nobody", corp.described("nobody")))).isEqualTo("provider.unknown");
        assertThat(problem(admin("PATCH", "/github", "{\"label\":\"x\"}"))).isEqualTo("provider.fixed");
        assertThat(problem(admin("DELETE", "/nobody", null))).isEqualTo("provider.unknown");
    }

    @Test
    void neverTellTheirSecretAndKeepItSealed() {
        String secret = corp.clientSecret();
        assertThat(added(corp.described("corp")).toString()).doesNotContain(secret);
        assertThat(admin("GET", "", null).body()).contains("\"corp\"").doesNotContain(secret);
        assertThat(admin("GET", "/corp", null).body()).doesNotContain(secret);
        assertThat(json(admin("PATCH", "/corp", "{\"label\":\"Corp\"}")).toString())
                .doesNotContain(secret);
        assertThat(redis.keys()).anyMatch(key -> key.endsWith("providers"));
        assertThat(redis.dump()).doesNotContain(secret, corp.clientId());
        // It is still there, all the same.
        assertThat(signedIn(corp, "corp", "1").fetch("/x").statusCode()).isEqualTo(200);
    }
}
