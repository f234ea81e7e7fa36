package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.OtlpCollector;
import dev.latchkey.gateway.testing.OtlpCollector.Collected;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What a collector of OpenTelemetry learns of requests, and what apps are told so that their spans join. */
class TracesTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PROXYS_SPAN = "00f067aa0ba902b7";
    private static final long SERVER = 2;
    private static final long CLIENT = 3;

    private static GitHubStub github;
    private static EchoBackend app;
    private static OtlpCollector collector;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        app = EchoBackend.start();
        collector = OtlpCollector.start();
        gateway = TestGateway.signingInAt(github)
                .app(app.url())
                .route(
                        "teams",
                        "to: " + app.url(),
                        "path: /teams/**",
                        "allow: [org:nobody-is-in]",
                        "send: {jwt: false}")
                .route("gh", "to: builtin:github-api", "path: /gh/**", "allow: [signed-in]")
                .property("latchkey.trusted-proxies", "127.0.0.1")
                .property("latchkey.tracing.endpoint", collector.endpoint())
                .property("latchkey.tracing.sampling", 1.0)
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        collector.close();
        app.close();
        github.close();
    }

    private static Collected await(String trace, String name) {
        SessionsContract.await(() ->
                collector.trace(trace).stream().anyMatch(span -> span.name().equals(name)));
        return collector.trace(trace).stream()
                .filter(span -> span.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static HttpPerson signedIn() {
        HttpPerson person = gateway.stranger();
        assertThat(person.signIn(github, "octocat", "/").statusCode()).isEqualTo(200);
        return person;
    }

    @Test
    void aRequestGoesOnWithATrustedProxysTraceAndTheAppWithOurs() {
        HttpPerson octocat = signedIn();
        octocat.fetch(
                "/page?code=s3cret",
                "traceparent",
                "00-" + TRACE + '-' + PROXYS_SPAN + "-01",
                "tracestate",
                "vendor=opaque");
        Collected upstream = await(TRACE, "upstream");
        assertThat(upstream.kind()).isEqualTo(CLIENT);
        assertThat(upstream.attributes()).containsEntry("latchkey.route", "app");
        assertThat(app.lastRequest().header("traceparent")).isEqualTo("00-" + TRACE + '-' + upstream.spanId() + "-01");
        assertThat(app.lastRequest().header("tracestate")).isEqualTo("vendor=opaque");
        assertThat(app.lastRequest().header("X-Request-Id")).isEqualTo(TRACE);

        Collected request = await(TRACE, "GET app");
        assertThat(request.kind()).isEqualTo(SERVER);
        assertThat(request.parentId()).isEqualTo(PROXYS_SPAN);
        assertThat(upstream.parentId()).isEqualTo(request.spanId());
        assertThat(request.attributes())
                .containsEntry("http.request.method", "GET")
                .containsEntry("http.response.status_code", "200")
                .containsEntry("url.path", "/page")
                .containsEntry("latchkey.decision", "permitted");
        String all = collector.spans().toString();
        assertThat(all).doesNotContain("s3cret", octocat.cookie("latchkey"));
        assertThat(github.secretsSeen()).noneMatch(all::contains);
    }

    @Test
    void aProxyThatDoesNotRecordIsFollowed() {
        String trace = "5bf92f3577b34da6a3ce929d0e0e4736";
        signedIn().fetch("/quiet", "traceparent", "00-" + trace + '-' + PROXYS_SPAN + "-00");
        assertThat(app.lastRequest().header("traceparent"))
                .startsWith("00-" + trace + '-')
                .endsWith("-00");
        // What comes after it has been sent, and so would it.
        HttpResponse<String> later = gateway.stranger().fetch("/later");
        await(JsonMapper.shared().readTree(later.body()).path("request_id").asString(), "GET app");
        assertThat(collector.trace(trace)).isEmpty();
    }

    @Test
    void theRequestIdOfAProblemIsTheTraceAndItsSpanSaysWhy() {
        HttpResponse<String> answer = gateway.stranger().fetch("/anything");
        String trace =
                JsonMapper.shared().readTree(answer.body()).path("request_id").asString();
        assertThat(await(trace, "GET app").attributes())
                .containsEntry("http.response.status_code", "401")
                .containsEntry("latchkey.decision", "challenged")
                .containsEntry("error.type", "sign-in.required");
        assertThat(collector.trace(trace)).hasSize(1);
    }

    @Test
    void theCallsOfASignInHangOnItsCallback() {
        signedIn();
        SessionsContract.await(
                () -> callbacks().anyMatch(callback -> calls(callback).size() >= 3));
        Collected callback =
                callbacks().filter(one -> calls(one).size() >= 3).findFirst().orElseThrow();
        assertThat(calls(callback))
                .allSatisfy(call -> {
                    assertThat(call.kind()).isEqualTo(CLIENT);
                    assertThat(call.parentId()).isEqualTo(callback.spanId());
                    assertThat(call.attributes())
                            .containsEntry("server.address", "127.0.0.1")
                            .containsEntry("http.response.status_code", "200");
                })
                .extracting(call -> call.attributes().get("http.request.method"))
                .containsExactlyInAnyOrder("POST", "GET", "GET");
        String all = collector.spans().toString();
        assertThat(github.secretsSeen()).noneMatch(all::contains);
    }

    @Test
    void whatADecisionHasToAskGitHubHangsOnThePolicy() {
        gateway.stranger().signIn(github, "hubot", "/teams/first");
        SessionsContract.await(() -> requests("/teams/first").anyMatch(request -> {
            List<Collected> all = collector.trace(request.traceId());
            return calls(request).stream()
                    .anyMatch(call -> all.stream()
                            .anyMatch(span -> span.name().equals("policy")
                                    && span.spanId().equals(call.parentId())));
        }));
    }

    private static Stream<Collected> callbacks() {
        return requests("/oauth2/callback");
    }

    private static Stream<Collected> requests(String path) {
        return collector.spans().stream()
                .filter(span -> path.equals(span.attributes().get("url.path")));
    }

    private static List<Collected> calls(Collected request) {
        return collector.trace(request.traceId()).stream()
                .filter(span -> span.name().equals("github"))
                .toList();
    }

    @Test
    void workOfTheGatewaysOwnHangsOnTheRequest() {
        HttpPerson octocat = signedIn();
        String policy = "6bf92f3577b34da6a3ce929d0e0e4736";
        octocat.fetch("/teams/x", "traceparent", "00-" + policy + '-' + PROXYS_SPAN + "-01");
        assertThat(await(policy, "policy").parentId())
                .isEqualTo(await(policy, "GET teams").spanId());

        String passthrough = "7bf92f3577b34da6a3ce929d0e0e4736";
        octocat.fetch("/gh/user", "traceparent", "00-" + passthrough + '-' + PROXYS_SPAN + "-01");
        assertThat(await(passthrough, "github").parentId())
                .isEqualTo(await(passthrough, "GET gh").spanId());

        String unknown = "8bf92f3577b34da6a3ce929d0e0e4736";
        HttpPerson leaving = signedIn();
        HttpPerson twin = leaving.twin();
        leaving.submit(leaving.get("/oauth2/sign_out"), java.util.Map.of());
        twin.fetch("/x", "traceparent", "00-" + unknown + '-' + PROXYS_SPAN + "-01");
        assertThat(await(unknown, "session load").parentId())
                .isEqualTo(await(unknown, "GET app").spanId());
        List<Collected> all = collector.trace(unknown);
        assertThat(all).extracting(Collected::name).containsExactlyInAnyOrder("session load", "GET app");
    }
}
