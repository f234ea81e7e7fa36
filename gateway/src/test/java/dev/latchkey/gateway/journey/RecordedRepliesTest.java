package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the real GitHub once answered, recorded by others ({@code recorded/README.md}), comes through as it was. */
class RecordedRepliesTest {

    private static final String GITHUB = "https://api.github.com";

    /** The stand-in says these of the person who asks, GitHub's connection or browsers; they have tests of their own. */
    private static final Set<String> NOT_OF_THE_REPLY = Set.of(
            "access-control-allow-origin",
            "access-control-expose-headers",
            "content-security-policy",
            "server",
            "strict-transport-security",
            "x-github-api-version-selected",
            "x-github-media-type",
            "x-github-request-id",
            "x-oauth-scopes",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "x-ratelimit-resource",
            "x-ratelimit-used");

    private record Recorded(String method, String path, int status, Map<String, String> headers, String body) {

        boolean isRead() {
            return method.equals("GET");
        }

        Recorded at(String base) {
            Map<String, String> moved = new TreeMap<>();
            headers.forEach((name, value) -> moved.put(name, value.replace(GITHUB, base)));
            return new Recorded(method, path, status, moved, body.replace(GITHUB, base));
        }
    }

    @Test
    void comeThroughByteForByte() throws IOException {
        List<Recorded> all = recorded();
        try (GitHubStub github = GitHubStub.start();
                TestGateway gateway = gateway(github, false)) {
            HttpPerson octocat = signedIn(gateway, github);
            all.forEach(reply -> serve(github, reply));
            for (Recorded reply : all) {
                passes(reply, octocat.send(reply.method(), "/github" + reply.path(), ""));
            }
            for (Recorded reply : all.stream().filter(Recorded::isRead).toList()) {
                passes(reply, octocat.get("/github" + reply.path()));
            }
        }
    }

    private static void passes(Recorded reply, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(reply.path()).isEqualTo(reply.status());
        assertThat(answer.body()).as(reply.path()).isEqualTo(reply.body());
        hasHeaders(reply, answer);
    }

    private static void hasHeaders(Recorded reply, HttpResponse<String> answer) {
        reply.headers().forEach((name, value) -> {
            if (!NOT_OF_THE_REPLY.contains(name)) {
                assertThat(answer.headers().allValues(name))
                        .as(reply.path() + ' ' + name)
                        .containsExactly(value.replaceFirst("^public,", "private,"));
            }
        });
    }

    @Test
    void differInNothingButGitHubsAddressWhereThatIsRewritten() throws IOException {
        try (GitHubStub github = GitHubStub.start();
                TestGateway gateway = gateway(github, true)) {
            HttpPerson octocat = signedIn(gateway, github);
            String own = gateway.url() + "/github";
            List<Recorded> all = recorded().stream()
                    .filter(reply -> reply.isRead() && reply.status() != 301)
                    .toList();
            all.forEach(reply -> serve(github, reply.at(github.apiUrl())));
            for (Recorded reply : all) {
                Recorded moved = reply.at(own);
                moved.headers().remove("etag");
                HttpResponse<String> answer = octocat.get("/github" + reply.path());
                assertThat(answer.statusCode()).isEqualTo(reply.status());
                assertThat(answer.body()).as(reply.path()).isEqualTo(isJson(reply) ? moved.body() : reply.body());
                hasHeaders(moved, answer);
            }
        }
    }

    private static boolean isJson(Recorded reply) {
        return reply.headers().getOrDefault("content-type", "").startsWith("application/json");
    }

    private static TestGateway gateway(GitHubStub github, boolean rewriting) {
        return TestGateway.signingInAt(github)
                .property("latchkey.passthrough.rewrite-bodies", rewriting)
                .route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]")
                .start();
    }

    private static HttpPerson signedIn(TestGateway gateway, GitHubStub github) {
        HttpPerson octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/oauth2/account");
        return octocat;
    }

    private static void serve(GitHubStub github, Recorded reply) {
        Map<String, String> headers = new TreeMap<>(reply.headers());
        headers.keySet().removeAll(NOT_OF_THE_REPLY);
        github.content().recorded(reply.method(), reply.path(), reply.status(), headers, reply.body());
    }

    private static List<Recorded> recorded() throws IOException {
        List<Recorded> all = new ArrayList<>();
        try (InputStream file = RecordedRepliesTest.class.getResourceAsStream("/recorded/octokit-fixtures.json")) {
            for (JsonNode one : JsonMapper.shared().readTree(file)) {
                Map<String, String> headers = new TreeMap<>();
                one.path("headers")
                        .properties()
                        .forEach(header ->
                                headers.put(header.getKey(), header.getValue().asString()));
                all.add(new Recorded(
                        one.path("method").asString(),
                        one.path("path").asString(),
                        one.path("status").asInt(),
                        headers,
                        one.path("body").asString()));
            }
        }
        assertThat(all).hasSizeGreaterThan(20);
        return all;
    }
}
