package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.RawHttp2;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * For whatever host and target a stranger makes up, in HTTP/1.1 and in HTTP/2: what reaches an app came by the route that a
 * reader of the route files would name, that route lets strangers in, and the app gets the very path that was decided on.
 */
@TestInstance(Lifecycle.PER_CLASS)
class DecidedIsForwardedTest {

    private static final int REQUESTS = 400;

    private final Random random = new Random(90_417);
    private final RawBackend backend = RawBackend.start();
    private final int port = TestGateway.freePort();
    private GitHubStub github;
    private TestGateway gateway;

    /** From the most exact to the least, as a reader would order them. */
    private enum Rule {
        WIKI_PUBLIC("wiki\\.example\\.com", "/open(/.*)?", true),
        WIKI("wiki\\.example\\.com", "/.*", false),
        BELOW_ADMIN(".+\\.example\\.com", "/admin(/.*)?", false),
        BELOW(".+\\.example\\.com", "/.*", true),
        FURTHER("other\\.org", "/.*", false),
        ADMIN(".*", "/admin(/.*)?", false),
        SECTION(".*", "/x/[^/]+/admin", false),
        SHARED(".*", "/x(/.*)?", true);

        private final String host;
        private final String path;
        private final boolean open;

        Rule(String host, String path, boolean open) {
            this.host = host;
            this.path = path;
            this.open = open;
        }

        /** Null where no route is. */
        static @Nullable Rule of(String host, String path) {
            for (Rule rule : values()) {
                if (host.matches(rule.host) && path.matches(rule.path)) {
                    return rule;
                }
            }
            return null;
        }

        String id() {
            return this == WIKI_PUBLIC
                    ? "wiki"
                    : name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** What came of a request. */
    private record Outcome(int status, @Nullable String problem) {}

    @BeforeAll
    void start() {
        github = GitHubStub.start();
        TestGateway.Builder builder = TestGateway.signingInAt(github)
                .port(port)
                .property("latchkey.external-url", "https://sign.example.com")
                .property("latchkey.domains", "*.example.com, other.org");
        builder = route(builder, "wiki", "host: wiki.example.com", "allow: [signed-in]", "public: [/open/**]");
        builder = route(builder, "below-admin", "host: '*.example.com'", "path: /admin/**", "allow: [signed-in]");
        builder = route(builder, "below", "host: '*.example.com'", "allow: [anyone]");
        builder = route(builder, "further", "host: other.org", "allow: [signed-in]");
        builder = route(builder, "admin", "path: /admin/**", "allow: [signed-in]");
        builder = route(builder, "section", "path: '/x/{section}/admin'", "allow: [signed-in]");
        gateway = route(builder, "shared", "path: /x/**", "allow: [anyone]").start();
    }

    private TestGateway.Builder route(TestGateway.Builder builder, String id, String... lines) {
        List<String> all = new ArrayList<>(List.of(lines));
        all.add("to: " + backend.url());
        all.add("filters: ['SetRequestHeader=X-Came-By," + id + "']");
        return builder.route(id, all.toArray(String[]::new));
    }

    @AfterAll
    void stop() {
        gateway.close();
        backend.close();
        github.close();
    }

    @Test
    void overHttp1() {
        RawHttp raw = RawHttp.to(port);
        whatIsForwardedIsWhatWasDecidedOn((host, target) -> {
            RawHttp.Response answer = raw.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            return new Outcome(answer.status(), answer.header("X-Latchkey-Problem"));
        });
    }

    @Test
    void overHttp2() {
        whatIsForwardedIsWhatWasDecidedOn((host, target) -> {
            try (RawHttp2 raw = RawHttp2.to(port)) {
                RawHttp2.Answer answer =
                        raw.request(List.of(":method", "GET", ":scheme", "http", ":authority", host, ":path", target));
                return new Outcome(answer.status(), answer.header("x-latchkey-problem"));
            }
        });
    }

    private void whatIsForwardedIsWhatWasDecidedOn(BiFunction<String, String, Outcome> way) {
        Set<Rule> met = EnumSet.noneOf(Rule.class);
        for (int i = 0; i < REQUESTS; i++) {
            String host = host();
            String target = target();
            backend.forgetHeads();
            Outcome outcome = way.apply(host, target);
            String asked = host + target + " " + outcome;
            if (outcome.status == 400) {
                assertThat(outcome.problem).as(asked).isIn("request.target.ambiguous", "request.host.invalid");
                assertThat(backend.heads()).as(asked).isEmpty();
                continue;
            }
            String plainHost = plain(host);
            Rule rule = Rule.of(plainHost, decoded(target));
            if (rule != null) {
                met.add(rule);
            }
            if (rule == null) {
                assertThat(outcome).as(asked).isEqualTo(new Outcome(404, "route.unknown"));
            } else if (!rule.open) {
                assertThat(outcome).as(asked).isEqualTo(new Outcome(401, "sign-in.required"));
            } else {
                assertThat(outcome).as(asked).isEqualTo(new Outcome(200, null));
                assertThat(backend.heads()).as(asked).hasSize(1);
                assertThat(backend.lastHead()).as(asked).startsWith("GET " + target + " ");
                assertThat(backend.lastHeaderLines())
                        .as(asked)
                        .map(line -> line.toLowerCase(Locale.ROOT).replaceFirst("(x-forwarded-host: .*):\\d+$", "$1"))
                        .contains("x-came-by: " + rule.id(), "x-forwarded-host: " + plainHost);
                continue;
            }
            assertThat(backend.heads()).as(asked).isEmpty();
        }
        assertThat(met).containsAll(EnumSet.allOf(Rule.class));
    }

    private String host() {
        String[] hosts = {
            "wiki.example.com",
            "a.example.com",
            "a.b.example.com",
            "other.org",
            "evil.other.org",
            "elsewhere.net",
            "example.com",
            "xexample.com",
            "wiki.example.com.evil.net",
            "evil.net#.example.com",
            "a@wiki.example.com"
        };
        String host = one(hosts);
        String spelt = random.nextInt(3) == 0 ? host.toUpperCase(Locale.ROOT) : host;
        return spelt + one("", "", ".", ":8443", ".:80");
    }

    private String target() {
        return one("/", "/", "/", "/x/", "/x/y/", "/open/", "/open/../", "//", "/%2e/", "/./")
                + one(
                        "admin",
                        "%61dmin",
                        "adm%69n",
                        "Admin",
                        "admin.",
                        "open",
                        "%6fpen",
                        "x",
                        "x/%79/admin",
                        "x/a%64min")
                + one("", "", "/", "/z", "/admin", "?/admin", "?x=/open/", "/../admin", "%2fz", ";/z", "/%41", "%00");
    }

    private String one(String... of) {
        return of[random.nextInt(of.length)];
    }

    /** As it is looked up: without case, port and the dot of the root. */
    private static String plain(String host) {
        return host.toLowerCase(Locale.ROOT).replaceFirst(":\\d+$", "").replaceFirst("\\.$", "");
    }

    private static String decoded(String target) {
        return URLDecoder.decode(target.replaceFirst("\\?.*", ""), StandardCharsets.UTF_8);
    }
}
