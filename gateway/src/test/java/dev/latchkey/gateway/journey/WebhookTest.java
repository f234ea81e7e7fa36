package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GatewayProcess;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.RunningClock;
import dev.latchkey.gateway.testing.StubPerson;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.testing.Webhook;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What GitHub tells, and what others would like the gateway to believe that it tells. */
class WebhookTest {

    private static final int LARGE = 30 * 1024 * 1024;
    private static final int STRANGERS = 120;
    private static final int HALF = 1_000_000;
    private static final String PATH = "/oauth2/webhooks/github";
    private static final String SECRET_OF_THE_SMALL_ONE = "It's a Secret to Somebody";

    private static String secret = "It's a Secret to Everybody";
    private static RunningClock clock;
    private static Path secretFile;
    private static GitHubStub github;
    private static EchoBackend app;
    private static RedisServer redis;
    private static TestGateway first;
    private static TestGateway second;
    /** Has little memory. */
    private static GatewayProcess small;

    private static int people;

    private String login;
    private HttpPerson person;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        clock = new RunningClock();
        secretFile = folder.resolve("webhook-secret");
        Files.writeString(secretFile, secret + "\n");
        github = GitHubStub.start(clock);
        app = EchoBackend.start();
        redis = RedisServer.embedded();
        int port = TestGateway.freePort();
        first = node(port).port(port).start();
        second = node(port).start();
        small = TestGateway.signingInAt(github)
                .app(app.url())
                .property("latchkey.github.webhook-secret", SECRET_OF_THE_SMALL_ONE)
                .startApart("-Xmx96m", "-XX:MaxDirectMemorySize=64m", "-XX:+ExitOnOutOfMemoryError");
    }

    private static TestGateway.Builder node(int port) {
        return TestGateway.signingInAt(github)
                .app(app.url())
                .property("latchkey.github.scopes", "read:user,user:email,read:org,repo")
                .route("org", "path: /org/**", "to: " + app.url(), "allow: ['org:acme']")
                .route("team", "path: /team/**", "to: " + app.url(), "allow: ['team:acme/eng']")
                .route("repo", "path: /repo/**", "to: " + app.url(), "allow: ['repo:acme/wiki:write']")
                .on(redis)
                .clock(clock)
                .property("latchkey.external-url", "http://localhost:" + port)
                .property("latchkey.github.webhook-secret", "file:" + secretFile);
    }

    @AfterAll
    static void stop() {
        small.close();
        first.close();
        second.close();
        redis.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void signIn() {
        login = "person" + ++people;
        person = signedIn(login);
    }

    private static HttpPerson signedIn(String login) {
        HttpPerson person = first.stranger();
        assertThat(person.signIn(github, login, "/").statusCode()).isEqualTo(200);
        return person;
    }

    @Test
    void aRevokedGrantEndsItsOwnersSessionsWithinASecondEverywhereAndNobodyElses() {
        HttpPerson bystander = signedIn("bystander");
        HttpPerson there = person.twin().alsoAt(second.url());
        assertThat(there.fetch("/").statusCode()).isEqualTo(200);
        github.revokeGrant(login);

        assertThat(deliver(revoked().signedWith(secret), first).statusCode()).isEqualTo(202);

        await().until(() ->
                person.fetch("/").statusCode() == 401 && there.fetch("/").statusCode() == 401);
        assertThat(bystander.fetch("/").statusCode()).isEqualTo(200);
        assertThat(bystander.alsoAt(second.url()).fetch("/").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            org  | organization | {"action":"deleted","organization":{"login":"acme"}}
            org  | installation | {"action":"suspend","installation":{"id":1,"account":{"login":"acme"}}}
            team | team         | {"action":"deleted","team":{"id":1},"organization":{"login":"acme"}}
            repo | repository   | {"action":"privatized","repository":{"full_name":"acme/wiki","name":"wiki"}}
            org  | of the person |
            team | of the person |
            repo | of the person |
            """)
    void whatGaveAccessIsBelievedNoLongerOnceItIsReportedAtEitherNode(String route, String event, String json) {
        String name = "member" + ++people;
        StubPerson member = github.person(name);
        // Before the sign-in, which begins to ask for groups.
        member.orgs("acme").teams("acme/eng").repository("acme/wiki", "push");
        HttpPerson here = signedIn(name);
        HttpPerson there = here.twin().alsoAt(second.url());
        String path = "/" + route + "/x";
        assertThat(List.of(here.fetch(path).statusCode(), there.fetch(path).statusCode()))
                .containsExactly(200, 200);
        member.leaves("acme");
        assertThat(List.of(here.fetch(path).statusCode(), there.fetch(path).statusCode()))
                .as("believed until it is reported")
                .containsExactly(200, 200);

        Webhook delivery = json == null ? leaving(route, name) : github.webhook(event, json);
        assertThat(deliver(delivery.signedWith(secret), first).statusCode()).isEqualTo(202);

        assertThat(here.fetch(path).statusCode()).isEqualTo(403);
        await().until(() -> there.fetch(path).statusCode() == 403);
    }

    private static Webhook leaving(String route, String name) {
        return switch (route) {
            case "org" -> github.organizationMemberRemoved("acme", name);
            case "team" -> github.teamMemberRemoved("acme/eng", name);
            default -> github.repositoryMemberRemoved("acme/wiki", name);
        };
    }

    @Test
    void theSameDeliveryIsActedOnOnce() {
        Webhook delivery = revoked().signedWith(secret);
        deliver(delivery, first);
        HttpPerson again = signedIn(login);
        assertThat(deliver(delivery, first).statusCode()).isEqualTo(202);
        assertThat(deliver(delivery, second).statusCode()).isEqualTo(202);
        assertThat(again.fetch("/").statusCode()).isEqualTo(200);
        assertThat(deliver(delivery.withNewGuid(), second).statusCode()).isEqualTo(202);
        assertThat(again.fetch("/").statusCode()).isEqualTo(401);
    }

    @Test
    void aFormIsAsGoodAsJson() {
        assertThat(deliver(revoked().asForm().signedWith(secret), first).statusCode())
                .isEqualTo(202);
        assertThat(person.fetch("/").statusCode()).isEqualTo(401);
    }

    static Stream<Arguments> whatIsNoReasonToEndAnything() {
        return Stream.of(
                Arguments.of("a ping", "ping", "{\"zen\":\"Keep it logically awesome.\",\"hook_id\":42}", 202),
                Arguments.of("an event nobody knows", "sponsorship", "{\"action\":\"created\"}", 202),
                Arguments.of("a grant without a sender", "github_app_authorization", "{\"action\":\"revoked\"}", 202),
                Arguments.of(
                        "another action",
                        "github_app_authorization",
                        "{\"action\":\"made\",\"sender\":{\"id\":%s}}",
                        202),
                Arguments.of(
                        "a sender of text",
                        "github_app_authorization",
                        "{\"action\":\"revoked\",\"sender\":{\"id\":\"%s\"}}",
                        202),
                Arguments.of("no JSON", "github_app_authorization", "revoked", 400),
                Arguments.of("nothing", "ping", "", 202),
                Arguments.of("a name with a line break in it", "ping%0a", "{}", 400));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatIsNoReasonToEndAnything")
    void whatSaysNothingOfARevocationEndsNothing(String what, String event, String json, int status) {
        Webhook delivery = github.webhook(
                        event,
                        json.replace("%s", Long.toString(github.person(login).id())))
                .signedWith(secret);
        assertThat(deliver(delivery, first).statusCode()).isEqualTo(status);
        assertThat(person.fetch("/").statusCode()).isEqualTo(200);
    }

    static Stream<Arguments> forgeries() {
        return Stream.of(
                forgery("another secret", delivery -> delivery.signedWith("another")),
                forgery("no signature", delivery -> delivery.withSignature(null)),
                forgery("an empty signature", delivery -> delivery.withSignature("")),
                forgery(
                        "half a signature",
                        delivery -> delivery.withSignature(signatureOf(delivery).substring(0, 39))),
                forgery(
                        "an upper-case signature",
                        delivery -> delivery.withSignature(
                                "sha256=" + signatureOf(delivery).substring(7).toUpperCase(Locale.ROOT))),
                forgery("SHA-1", delivery -> delivery.withSignature("sha1=" + "0".repeat(40))),
                forgery(
                        "one byte changed",
                        delivery -> delivery.signedWith(secret).tampered()));
    }

    private static Arguments forgery(String what, UnaryOperator<Webhook> forged) {
        return Arguments.of(what, forged);
    }

    private static String signatureOf(Webhook delivery) {
        return delivery.signedWith(secret).signature();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    void whatGitHubHasNotSignedEndsNothing(String what, UnaryOperator<Webhook> forged) {
        HttpResponse<String> answer = deliver(forged.apply(revoked()), first);
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("X-Latchkey-Problem")).contains("webhook.unproven");
        assertThat(person.fetch("/").statusCode()).isEqualTo(200);
    }

    @Test
    void aForgedDeliveryDoesNotSpendTheNumberOfTheRightOne() {
        Webhook delivery = revoked();
        deliver(delivery.signedWith("another"), first);
        deliver(delivery.signedWith(secret), first);
        assertThat(person.fetch("/").statusCode()).isEqualTo(401);
    }

    @Test
    void whereNoSecretIsConfiguredThereIsNothing() {
        try (TestGateway without =
                TestGateway.signingInAt(github).app(app.url()).start()) {
            assertThat(deliver(revoked().signedWith(secret), without).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void aSecretThatChangesInItsFileIsTakenUpWithoutARestart() throws Exception {
        String old = secret;
        secret = "another secret";
        Files.writeString(secretFile, secret + "\n");
        clock.advance(Duration.ofSeconds(2));
        assertThat(deliver(revoked().signedWith(old), first).statusCode()).isEqualTo(403);
        assertThat(deliver(revoked().signedWith(secret), first).statusCode()).isEqualTo(202);
        assertThat(person.fetch("/").statusCode()).isEqualTo(401);
    }

    @Test
    void whatCannotBeActedOnIsRefusedAndWorksWhenRepeated() {
        Webhook delivery = revoked().signedWith(secret);
        redis.pause();
        try {
            assertThat(deliver(delivery, first).statusCode()).isEqualTo(503);
        } finally {
            redis.resume();
        }
        // Redis may have carried out the command that nobody waited for any more: a mark that lasts a minute.
        Store store = first.bean(Store.class);
        await().until(() -> {
            int status = deliver(delivery, first).statusCode();
            return status == 202 || store.delete("webhook:" + delivery.guid()).block() == null;
        });
        assertThat(person.fetch("/").statusCode()).isEqualTo(401);
    }

    @Test
    void whatIsStillBeingActedOnIsNotCalledDone() {
        Webhook delivery = revoked().signedWith(secret);
        String mark = "webhook:" + delivery.guid();
        first.bean(Store.class)
                .putIfAbsent(mark, new byte[] {0}, clock.instant().plus(Duration.ofMinutes(1)))
                .block();
        HttpResponse<String> answer = deliver(delivery, first);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("60");
        assertThat(person.fetch("/").statusCode()).isEqualTo(200);
    }

    @Test
    void thirtyMegabytesAtATimeDoNoHarm() {
        String json = "{\"action\":\"" + "x".repeat(LARGE) + "\"}";
        Webhook forged = github.webhook("push", json);
        Webhook signed = forged.signedWith(SECRET_OF_THE_SMALL_ONE);
        URI endpoint = URI.create(small.url() + PATH);
        List<CompletableFuture<Integer>> answers = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> (i % 2 == 0 ? forged : signed).deliverTo(endpoint).statusCode(),
                        task -> new Thread(task).start()))
                .toList();
        assertThat(answers.stream().map(CompletableFuture::join))
                .containsExactly(403, 202, 403, 202, 403, 202, 403, 202);
        assertThat(small.stranger().get("/oauth2/sign_in").statusCode()).isEqualTo(200);
        assertThat(small.log()).noneMatch(line -> line.contains("LEAK") || line.contains("OutOfMemory"));
    }

    @Test
    void leavesRoomForTheRestWhenStrangersHoldBackTheEndsOfTheirDeliveries() throws Exception {
        URI endpoint = URI.create(small.url() + PATH);
        List<Socket> strangers = new ArrayList<>();
        for (int i = 0; i < STRANGERS; i++) {
            strangers.add(halfADelivery(endpoint));
        }

        Webhook signed = github.webhook("push", "{}").signedWith(SECRET_OF_THE_SMALL_ONE);
        assertThat(signed.deliverTo(endpoint).statusCode()).isEqualTo(202);
        assertThat(small.stranger().get("/oauth2/sign_in").statusCode()).isEqualTo(200);
        for (Socket stranger : strangers) {
            stranger.close();
        }
        assertThat(small.log()).noneMatch(line -> line.contains("LEAK") || line.contains("OutOfMemory"));
    }

    private static Socket halfADelivery(URI endpoint) throws IOException {
        Socket stranger = new Socket(endpoint.getHost(), endpoint.getPort());
        stranger.getOutputStream()
                .write(("POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + (HALF + 1) + "\r\n\r\n")
                        .getBytes(US_ASCII));
        stranger.getOutputStream().write(new byte[HALF]);
        return stranger;
    }

    private Webhook revoked() {
        return github.authorizationRevoked(login);
    }

    private static HttpResponse<String> deliver(Webhook delivery, TestGateway gateway) {
        return delivery.deliverTo(URI.create(gateway.url() + PATH));
    }
}
