package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.GrpcBackend;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.testing.Webhook;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples that people copy do what is written beside them. */
class RouteExamplesTest {

    private static final Pattern EXAMPLE =
            Pattern.compile("```yaml\n# (\\w+)\\.yaml: [^\n]*\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private static Path folder;

    private static Map<String, String> examples;
    private static GitHubStub github;
    private static EchoBackend app;
    private static GrpcBackend calls;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        github = GitHubStub.start();
        app = EchoBackend.start();
        calls = GrpcBackend.start();
        examples = examples();
        for (Map.Entry<String, String> example : examples.entrySet()) {
            String yaml = example.getValue()
                    .replace("http://127.0.0.1:3000", app.url())
                    .replace("h2c://127.0.0.1:50051", "h2c://127.0.0.1:" + calls.port());
            Files.writeString(folder.resolve(example.getKey() + ".yaml"), yaml);
        }
        Files.writeString(folder.resolve("start.yaml"), "host: localhost\nto: " + app.url() + "\nallow: [signed-in]\n");
        gateway = TestGateway.signingInAt(github)
                .property("latchkey.github.scopes", "read:user,user:email,read:org,repo")
                .property("latchkey.routes", folder)
                .property("latchkey.actions.issuer", github.actions().issuer())
                .property("latchkey.trusted-proxies", "127.0.0.1")
                .start();
    }

    private static Map<String, String> examples() throws IOException {
        String readme = Files.readString(Path.of("..", "routes", "README.md"));
        Map<String, String> found = new TreeMap<>();
        Matcher example = EXAMPLE.matcher(readme);
        while (example.find()) {
            found.put(example.group(1), example.group(2));
        }
        assertThat(found).hasSize(readme.split("```yaml\n# ", -1).length - 1);
        return found;
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        calls.close();
        github.close();
    }

    private static String sessionOf(String login) {
        HttpPerson person = gateway.stranger();
        assertThat(person.signIn(github, login, "/").statusCode()).isEqualTo(200);
        return "Cookie: latchkey=" + person.cookie("latchkey");
    }

    private static RawHttp.Response get(String host, String path, String... lines) {
        String more = lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n";
        return RawHttp.to(gateway.port())
                .send("GET " + path + " HTTP/1.1\r\nHost: " + host + ".example.com\r\nConnection: close\r\n" + more
                        + "\r\n");
    }

    @Test
    void areAllExercisedHere() {
        assertThat(examples.keySet())
                .containsExactly(
                        "api",
                        "calls",
                        "chat",
                        "dashboard",
                        "deploy",
                        "docs",
                        "feeder",
                        "github",
                        "grafana",
                        "hooks",
                        "legacy",
                        "metrics",
                        "notes",
                        "oauth",
                        "partners",
                        "site",
                        "terminals",
                        "wiki");
    }

    @Test
    void notesAreForWhoeverHasSignedIn() {
        assertThat(get("notes", "/").status()).isEqualTo(401);
        assertThat(get("notes", "/", sessionOf("reader")).status()).isEqualTo(200);
    }

    @Test
    void callsGoToAnAppThatSpeaksHttp2() {
        ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", gateway.port())
                .usePlaintext()
                .overrideAuthority("calls.example.com")
                .build();
        try {
            assertThatExceptionOfType(StatusRuntimeException.class)
                    .isThrownBy(() -> called(channel, "latchkey=none"))
                    .satisfies(refused ->
                            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
            String session = sessionOf("caller").substring("Cookie: ".length());
            assertThat(called(channel, session)).isEqualTo(new byte[] {1, 2});
            assertThat(calls.header("x-identity")).startsWith("ey");
            assertThat(calls.header("cookie")).isNull();
        } finally {
            channel.shutdownNow();
        }
    }

    private static byte[] called(ManagedChannel channel, String cookie) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("cookie", Metadata.ASCII_STRING_MARSHALLER), cookie);
        return ClientCalls.blockingUnaryCall(
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata)),
                GrpcBackend.ECHO,
                CallOptions.DEFAULT,
                new byte[] {1, 2});
    }

    @Test
    void theWikiIsForFourKindsOfPeople() {
        github.person("employee").orgs("acme");
        github.person("partner").teams("partners/docs/translators");
        github.person("writer").repository("acme/wiki", "maintain");
        github.person("reader").repository("acme/wiki", "triage");
        for (String login : new String[] {"employee", "partner", "octocat", "writer"}) {
            assertThat(get("wiki", "/x", sessionOf(login)).status()).as(login).isEqualTo(200);
        }
        assertThat(get("wiki", "/x", sessionOf("reader")).status()).isEqualTo(403);
    }

    @Test
    void partnersComeByAddress() {
        github.person("one").email("one@acme.example", true, true);
        github.person("two").email("two@sales.acme.example", true, true);
        github.person("three").email("three@not-acme.example", true, true);
        assertThat(get("partners", "/", sessionOf("one")).status()).isEqualTo(200);
        assertThat(get("partners", "/", sessionOf("two")).status()).isEqualTo(200);
        assertThat(get("partners", "/", sessionOf("three")).status()).isEqualTo(403);
    }

    @Test
    void docsAreOpenInPart() {
        assertThat(get("docs", "/healthz").status()).isEqualTo(200);
        assertThat(get("docs", "/assets/a.css").status()).isEqualTo(200);
        assertThat(get("docs", "/secret").status()).isEqualTo(401);
    }

    @Test
    void theSiteIsForEverybody() {
        assertThat(get("www", "/").status()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isNull();
        assertThat(get("www", "/", sessionOf("reader")).status()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("reader");
    }

    @Test
    void grafanaIsToldWhatItKnows() {
        github.person("employee").orgs("acme");
        assertThat(get("grafana", "/", sessionOf("employee")).status()).isEqualTo(200);
        assertThat(app.lastRequest().header("Remote-User")).isEqualTo("employee");
        assertThat(app.lastRequest().header("X-Gateway-Jwt")).startsWith("ey");
        assertThat(app.lastRequest().header("X-Forwarded-Access-Token")).startsWith("gho_");
        assertThat(app.lastRequest().header("Authorization")).isNull();
    }

    @Test
    void deploymentsAreForJobsAndATeam() {
        assertThat(get("deploy", "/", jobOf("acme/wiki", "environment", "prod")).status())
                .isEqualTo(200);
        assertThat(app.lastRequest().header("X-Forwarded-User")).isEqualTo("actions:acme/wiki");
        assertThat(app.lastRequest().header("X-Latchkey-Actions-Environment")).isEqualTo("prod");
        assertThat(get("deploy", "/", jobOf("acme/wiki", "environment", "test")).status())
                .isEqualTo(403);
        assertThat(get("deploy", "/", jobOf("acme/tools-x", "ref", "refs/heads/main"))
                        .status())
                .isEqualTo(200);
        assertThat(get("deploy", "/", jobOf("acme/tools-x", "ref", "refs/heads/other"))
                        .status())
                .isEqualTo(403);
        assertThat(get("deploy", "/", jobOf("acme/docs", "event_name", "pull_request"))
                        .status())
                .isEqualTo(200);
        assertThat(get("deploy", "/", sessionOf("reader")).status()).isEqualTo(403);
    }

    private static String jobOf(String repository, String claim, String value) {
        return "Authorization: Bearer "
                + github.actions()
                        .job(repository)
                        .audience(gateway.url())
                        .claim(claim, value)
                        .token();
    }

    @Test
    void githubIsAskedAsThePerson() {
        RawHttp.Response answer = get("github", "/user", sessionOf("reader"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("\"login\":\"reader\"");
        assertThat(get("github", "/user").status()).isEqualTo(401);
    }

    @Test
    void theDashboardAsksGitHubAsItsReader() {
        github.person("employee").orgs("acme");
        assertThat(get("dashboard", "/", sessionOf("employee")).status()).isEqualTo(200);
        String jwt = "Authorization: " + app.lastRequest().header("Authorization");
        assertThat(get("github", "/user", jwt).body()).contains("\"login\":\"employee\"");
        assertThat(get("notes", "/", sessionOf("employee")).status()).isEqualTo(200);
        String untrusted = "Authorization: " + app.lastRequest().header("Authorization");
        assertThat(get("github", "/user", untrusted).status()).isEqualTo(403);
    }

    @Test
    void clientsThatKnowOnlyGitHubSignInHere() {
        RawHttp.Response stranger = get("github", "/login/oauth/authorize?client_id=chat");
        assertThat(stranger.status()).isEqualTo(401);
        RawHttp.Response unknown = get("github", "/login/oauth/authorize?client_id=chat", sessionOf("octocat"));
        assertThat(unknown.status()).isEqualTo(400);
        RawHttp.Response post = RawHttp.to(gateway.port())
                .send("POST /login/device/code HTTP/1.1\r\nHost: github.example.com\r\nConnection: close\r\n"
                        + "Content-Length: 0\r\n\r\n");
        assertThat(post.status()).isEqualTo(404);
        assertThat(post.body()).contains("error=Not+Found");
    }

    @Test
    void hooksTakeWhatGitHubHasSigned() {
        assertThat(get("hooks", "/x").status()).isEqualTo(401);
        Webhook delivery = github.webhook("ping", "{}").signedWith("ks8Zp2vX0b7Qm4Lr");
        RawHttp.Response signed = RawHttp.to(gateway.port())
                .send("POST /signed HTTP/1.1\r\nHost: hooks.example.com\r\nConnection: close\r\nContent-Length: 2\r\n"
                        + "X-Hub-Signature-256: " + delivery.signature() + "\r\n\r\n{}");
        assertThat(signed.status()).isEqualTo(200);
    }

    @Test
    void metricsAreAskedAboutByAnotherProxy() {
        github.person("employee").orgs("acme");
        String[] question = {"X-Forwarded-Host: metrics.example.com", "X-Forwarded-Method: GET", ""};
        question[2] = "X-Forwarded-Uri: /healthz";
        assertThat(get("metrics", "/oauth2/auth", question).status()).isEqualTo(202);
        question[2] = "X-Forwarded-Uri: /";
        assertThat(get("metrics", "/oauth2/auth", question).status()).isEqualTo(401);
        String[] signedIn = {question[0], question[1], question[2], sessionOf("employee")};
        assertThat(get("metrics", "/oauth2/auth", signedIn).status()).isEqualTo(202);
        assertThat(get("metrics", "/", sessionOf("employee")).status()).isEqualTo(404);
    }

    @Test
    void theChatIsOpenedByItsOwnPagesAndOneOther() {
        github.person("employee").orgs("acme");
        String session = sessionOf("employee");
        String[] handshake = {
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            session,
            ""
        };
        handshake[5] = "Origin: https://www.example.com";
        assertThat(shake(handshake)).isEqualTo(101);
        handshake[5] = "Origin: http://chat.example.com";
        assertThat(shake(handshake)).isEqualTo(101);
        handshake[5] = "Origin: https://evil.example.com";
        assertThat(shake(handshake)).isEqualTo(403);
    }

    @Test
    void theHelperForProvidersAnswersInItsOwnWords() {
        assertThat(get("feeder", "/api/v1/token/valid").status()).isEqualTo(498);
        assertThat(get("feeder", "/api/v1/token/valid").body()).isEqualTo("ko");
        assertThat(get("feeder", "/api/v1/oauth/callback").body()).contains("no query parameters");
        assertThat(get("feeder", "/api/v1/other").status()).isEqualTo(404);
    }

    private static int shake(String... lines) {
        return RawHttp.to(gateway.port())
                .send("GET /ws HTTP/1.1\r\nHost: chat.example.com\r\n" + String.join("\r\n", lines) + "\r\n\r\n")
                .status();
    }

    @Test
    void theApiHasLimits() {
        RawHttp.Response answer = get("api", "/");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("RateLimit-Policy")).isEqualTo("100;w=2");
        assertThat(get("api", "/", "X-Long: " + "a".repeat(17_000)).status()).isEqualTo(431);
        RawHttp.Response large = RawHttp.to(gateway.port())
                .send("POST / HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 10485761\r\n\r\n");
        assertThat(large.status()).isEqualTo(413);
    }

    @Test
    void theLegacyAppIsFiltered() {
        RawHttp.Response answer = get("legacy", "/old/page?x=1");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(app.lastRequest().target()).isEqualTo("/page?x=1");
        assertThat(app.lastRequest().header("X-From")).isEqualTo("gateway");
        RawHttp.Response posted = RawHttp.to(gateway.port())
                .send("POST /old/page HTTP/1.1\r\nHost: legacy.example.com\r\nContent-Length: 0\r\n\r\n");
        assertThat(posted.status()).isEqualTo(404);
    }
}
