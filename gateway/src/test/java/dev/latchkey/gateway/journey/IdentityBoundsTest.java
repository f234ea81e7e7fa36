package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever a person is called and however much they belong to: each header one line, bounded, and never half a truth. */
@ExtendWith(OutputCaptureExtension.class)
class IdentityBoundsTest {

    private static final AtomicLong NUMBERS = new AtomicLong(1_000);

    private static GitHubStub github;
    private static RawBackend app;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.app().withoutTokenLimits();
        app = RawBackend.start();
        gateway = TestGateway.signingInAt(github)
                .route("app", "to: " + app.url(), "allow: [signed-in]")
                .route(
                        "remote",
                        "path: /remote/**",
                        "to: " + app.url(),
                        "allow: [signed-in]",
                        "send: { headers: remote-user }")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        app.forgetHeads();
    }

    // Names

    static Stream<Arguments> names() {
        return Stream.of(
                Arguments.of("The Octocat", "The Octocat"),
                Arguments.of("  Spaced  Out ", "Spaced  Out"),
                Arguments.of("Zo\u00eb \u00c5ngstr\u00f6m \ud83d\udc19", "Zo\u00eb \u00c5ngstr\u00f6m \ud83d\udc19"),
                Arguments.of("Last, First; \"x\" <y> =?utf-8?q?z?=", "Last, First; \"x\" <y> =?utf-8?q?z?="),
                Arguments.of("\u202eesrever\u2066", "\u202eesrever\u2066"),
                Arguments.of("Eve\r\nX-Forwarded-User: admin", null),
                Arguments.of("Eve\nX-Forwarded-User: admin", null),
                Arguments.of("Eve\rX-Forwarded-User: admin", null),
                Arguments.of("Eve\u0000", null),
                Arguments.of("Eve\tTab", null),
                Arguments.of("Eve\u007f", null),
                Arguments.of("Eve\u0085X-Forwarded-User: admin", null),
                Arguments.of("\u00e9".repeat(1_024), "\u00e9".repeat(1_024)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void aDisplayNameIsOneLineOrNone(String name, String header) {
        String login = "p" + NUMBERS.incrementAndGet();
        github.person(login).name(name);
        HttpPerson person = gateway.stranger();
        person.signIn(github, login, "/remote/x");

        assertThat(values("Remote-Name").stream().map(IdentityBoundsTest::decoded))
                .isEqualTo(header == null ? List.of() : List.of(header));
        assertThat(values("Remote-User")).containsExactly(login);
        assertThat(app.lastHeaderLines()).noneMatch(line -> line.startsWith("X-Forwarded-User"));
        assertThat(claims().get("name").asString()).isEqualTo(name);
    }

    @Test
    void aNameLongerThanAnyGitHubAllowsGoesIntoNoSession() {
        github.person("longname").name("x".repeat(1_025)).avatarUrl("https://a.example/" + "y".repeat(2_000));
        gateway.stranger().signIn(github, "longname", "/remote/x");
        assertThat(values("Remote-Name")).isEmpty();
        assertThat(claims().has("name")).isFalse();
        assertThat(claims().has("picture")).isFalse();
    }

    /** GitHub has none of these; another provider might. Without its control characters it would be somebody else's. */
    @ParameterizedTest
    @ValueSource(strings = {"octo\r\ncat", "octocat\n", "octo\u0000cat", "\u0085octocat", "octocat\u007f"})
    void aLoginThatIsNoLineIsNotMendedIntoAnothers(String login) {
        Person person = person(text -> login);
        for (String path : List.of("/x", "/remote/x")) {
            arrive(path, signedIn(person));
            assertThat(values("X-Forwarded-User")).isEmpty();
            assertThat(values("X-Forwarded-Preferred-Username")).isEmpty();
            assertThat(values("Remote-User")).isEmpty();
            assertThat(claims().get("sub").asString()).isEqualTo(person.id().toString());
        }
    }

    // The JWT

    @Test
    void theJwtStaysBelowEightKilobytesWhateverIsInIt() {
        Person person = new Person(
                new PersonId("github", Long.toString(NUMBERS.incrementAndGet())),
                "l".repeat(1_024),
                "\u0001".repeat(1_024),
                "e".repeat(1_000) + "@example.com",
                true,
                "https://a.example/" + "\ud83d\udc19".repeat(500));
        arrive("/x", signedIn(person));
        JsonNode claims = claims();
        assertThat(claims.has("picture")).isFalse();
        assertThat(claims.has("name")).isFalse();
        assertThat(claims.get("email").asString()).isEqualTo(person.email());
        assertThat(claims.get("preferred_username").asString()).isEqualTo(person.login());
    }

    // Details

    private static Person person(UnaryOperator<String> login) {
        return new Person(
                new PersonId("github", Long.toString(NUMBERS.incrementAndGet())),
                login.apply("octocat"),
                "The Octocat",
                "octocat@example.com",
                true,
                null);
    }

    private static String signedIn(Person person) {
        Sessions.Started started = gateway.bean(Sessions.class)
                .start(person, new BrowserSession.Origin("127.0.0.1", "test"))
                .block(Duration.ofMinutes(1));
        return started.cookie().getName() + "=" + started.cookie().getValue();
    }

    private static void arrive(String path, String cookie) {
        assertThat(RawHttp.to(gateway.port()).get(path, "Cookie: " + cookie).status())
                .isEqualTo(200);
    }

    private static List<String> values(String name) {
        return app.lastHeaderLines().stream()
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2))
                .toList();
    }

    /** Of the newest JWT, which has to be below 8 KB. */
    private static JsonNode claims() {
        String header = values("Authorization").get(0);
        assertThat(header.length()).isLessThan(8 * 1024);
        byte[] payload = Base64.getUrlDecoder().decode(header.split("\\.")[1]);
        return JsonMapper.shared().readTree(payload);
    }

    private static String decoded(String line) {
        return new String(line.getBytes(ISO_8859_1), UTF_8);
    }
}
