package dev.latchkey.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteFileTest {

    @TempDir
    private Path folder;

    private final ConfigurationFaults faults = new ConfigurationFaults();

    @Test
    void readsEveryField() throws IOException {
        Route route = read("""
                host: Wiki.example.com
                path: /wiki/**
                to: http://127.0.0.1:3000/
                allow:
                  - user:octocat
                  - signed-in
                  - org:acme
                  - team:acme/eng
                  - repo:acme/wiki
                  - repo:acme/wiki:push
                  - email:*@Acme.example
                public:
                  - GET /wiki/healthz
                  - /wiki/assets/**
                send:
                  jwt: { header: X-Gateway-Jwt, audience: notes, ttl: 2m }
                  headers: remote-user
                  github-token: true
                  github-api: true
                """).get(0);
        assertThat(faults.list()).isEmpty();
        assertThat(route.id()).isEqualTo("wiki");
        assertThat(route.host()).isEqualTo("wiki.example.com");
        assertThat(route.path().getPatternString()).isEqualTo("/wiki/**");
        assertThat(route.backend()).hasToString("http://127.0.0.1:3000");
        assertThat(route.allow())
                .extracting(Rule::line)
                .containsExactly(
                        "user:octocat",
                        "signed-in",
                        "org:acme",
                        "team:acme/eng",
                        "repo:acme/wiki:read",
                        "repo:acme/wiki:write",
                        "email:*@acme.example");
        assertThat(route.open()).hasSize(2);
        assertThat(route.send())
                .isEqualTo(new Send(
                        new Send.Jwt("X-Gateway-Jwt", "notes", Duration.ofMinutes(2)),
                        HeaderPreset.REMOTE_USER,
                        true,
                        null,
                        true));
    }

    @Test
    void fillsInSafeDefaults() throws IOException {
        Route route = read("to: http://app:80\nallow: [signed-in]\n").get(0);
        assertThat(route.host()).isNull();
        assertThat(route.path().getPatternString()).isEqualTo("/**");
        assertThat(route.open()).isEmpty();
        assertThat(route.send())
                .isEqualTo(new Send(
                        new Send.Jwt("Authorization", "wiki", Duration.ofMinutes(5)),
                        HeaderPreset.OAUTH2_PROXY,
                        false,
                        null,
                        false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    to: http://a\\nallow: [signed-in]\\nwhat: 1                          | 3 | 'what' is no key
                    to: http://a\\nallow: [signed-in]\\nlimits: { rate: 5 }                  | 3 | '5' is no rate
                    to: http://a\\nallow: [signed-in]\\nlimits: { rate: 0/s }                | 3 | '0/s' is no rate
                    to: http://a\\nallow: [signed-in]\\nlimits: { burst: 5 }                 | 3 | says nothing without
                    to: http://a\\nallow: [signed-in]\\nlimits: { body: 10 }                 | 3 | '10' is no size
                    to: http://a\\nallow: [signed-in]\\nlimits: { body: lots }               | 3 | 'lots' is no size
                    to: http://a\\nallow: [signed-in]\\nlimits: { timeout: 30 }              | 3 | '30' is no time
                    to: http://a\\nallow: [signed-in]\\nlimits: { idle: 2d }                 | 3 | '2d' is no time
                    to: http://a\\nallow: [signed-in]\\nlimits: { concurrent: 0 }            | 3 | '0' is no number
                    to: http://a\\nallow: [signed-in]\\nlimits: { retries: 9 }               | 3 | '9' is no number
                    to: http://a\\nallow: [signed-in]\\nlimits: { speed: 9 }                 | 3 | 'speed' is no limit
                    to: http://a\\nallow: [signed-in]\\nlimits: { breaker: { failures: 0.5 } } | 3 | '0.5' is no percentage
                    to: http://a\\nallow: [signed-in]\\nlimits: { breaker: { after: 5 } }    | 3 | no setting of a circuit breaker
                    to: http://a\\nallow: [signed-in]\\nwebhook-secret: ' '                 | 3 | a text is expected
                    to: http://a\\nallow: [signed-in]\\nwebhook-secret: file:/no/such/file  | 3 | cannot be read
                    to: builtin:github-api\\nallow: [anyone]\\nwebhook-secret: x           | 3 | only an app takes deliveries
                    to: http://a\\nallow: [signed-in]\\nfilters: StripPrefix=1              | 3 | a list is expected
                    to: http://a\\nallow: [signed-in]\\nfilters:\\n  - StripPrefx=1            | 4 | no filter or predicate 'StripPrefx'
                    to: http://a\\nallow: [signed-in]\\nfilters:\\n  - StripPrefix=one         | 4 | cannot be made
                    to: http://a\\nallow: [signed-in]\\nfilters:\\n  - AddRequestHeader=X-A    | 4 | cannot be made
                    to: http://a\\nallow: [signed-in]\\nfilters:\\n  - Weight=a,1              | 4 | divides requests
                    to: http://a\\nallow: [signed-in]\\nfilters:\\n  - args: { parts: 1 }      | 4 | 'name' is missing
                    to: http://a\\nallow: [signed-in]\\nfilters:\\n  - { name: SetPath, what: 1 } | 4 | no key of a filter
                    to: http://a\\nallow: [signed-in]\\nfilters:\\n  - 'AddRequestHeader=X-A,#{@x.y()}' | 4 | begins an expression
                    allow: [signed-in]                                                  | 1 | 'to' is missing
                    to: http://a                                                        | 1 | 'allow' is missing
                    to: http://a\\nallow: []                                             | 2 | lets nobody in
                    to: http://a\\nallow: signed-in                                      | 2 | a list is expected
                    to: http://a\\nallow:\\n  - actions:acme                            | 3 | names no jobs
                    to: http://a\\nallow:\\n  - org:acme/eng                             | 3 | is no organization
                    to: http://a\\nallow:\\n  - 'org:'                                   | 3 | is no organization
                    to: http://a\\nallow:\\n  - team:acme                                | 3 | is no team
                    to: http://a\\nallow:\\n  - team:acme/eng/core                       | 3 | is no team
                    to: http://a\\nallow:\\n  - repo:acme                                | 3 | is no repository
                    to: http://a\\nallow:\\n  - repo:acme/..                             | 3 | is no repository
                    to: http://a\\nallow:\\n  - repo:acme/wiki:owner                     | 3 | is no permission
                    to: http://a\\nallow:\\n  - email:acme.example                       | 3 | is no pattern
                    to: http://a\\nallow:\\n  - email:*@a@acme.example                   | 3 | is no pattern
                    to: http://a\\nallow:\\n  - email:*@*acme.example                    | 3 | is no pattern
                    to: http://a\\nallow:\\n  - email:*@*                                | 3 | is no pattern
                    to: http://a\\nallow:\\n  - signed-in:x                              | 3 | is no rule
                    to: http://a\\nallow:\\n  - everybody                                 | 3 | 'everybody' is no rule
                    to: http://a\\nallow:\\n  - 'user:'                                   | 3 | is no GitHub login
                    to: http://a\\nallow:\\n  - user:oct ocat                             | 3 | is no GitHub login
                    to: builtin:forward-auth\\nallow: [anyone]\\nfilters: [StripPrefix=1]   | 3 | a built-in takes no filters
                    to: http://a\\nallow: [anyone]\\nfilters: ['RequestHeaderToRequestUri=X-To']  | 3 | to another address than 'to'
                    to: http://a\\nallow: [anyone]\\nfilters: ['SetRequestUri=http://{host}']  | 3 | to another address than 'to'
                    to: http://a\\nallow: [anyone]\\nfilters: [TokenRelay=]                    | 3 | knows nobody here
                    to: http://a\\nallow: [anyone]\\nfilters: ['MapRequestHeader=X-A, X-Forwarded-User'] | 3 | would write the header X-Forwarded-User
                    to: http://a\\nallow: [anyone]\\nfilters: ['SetRequestHeader=x_forwarded.email, a']  | 3 | would write the header x_forwarded.email
                    to: http://a\\nallow: [anyone]\\nfilters: ['AddRequestHeader=Remote-User, admin']    | 3 | would write the header Remote-User
                    to: http://a\\nallow: [anyone]\\nfilters: ['AddRequestHeadersIfNotPresent=X-A:1,X-Auth-Request-User:a'] | 3 | would write the header X-Auth-Request-User
                    to: http://a\\nallow: [anyone]\\nfilters: ['AddRequestHeader=Authorization, Basic x'] | 3 | would write the header Authorization
                    to: http://a\\nallow: [anyone]\\nsend: { jwt: { header: X-My-Jwt } }\\nfilters: ['MapRequestHeader=X-A, X-My-JWT'] | 4 | would write the header X-My-JWT
                    to: http://a\\nallow: [anyone]\\nfilters: [{ name: MapRequestHeader, args: { from-header: A, TO_HEADER: X-Forwarded-User } }] | 3 | would write the header X-Forwarded-User
                    to: builtin:forward-auth\\nallow: [anyone]\\nlimits: { timeout: 3s }    | 3 | only 'rate', 'burst', 'body' and 'headers' work
                    to: builtin:github-api\\nallow: [signed-in]\\nsend: { github-token: true } | 3 | called as the person in any case
                    to: builtin:github-api\\nallow: [signed-in]\\nsend: { jwt: { ttl: 1m } } | 3 | 'jwt' has no effect
                    to: builtin:github-api\\nallow: [signed-in]\\nsend: { headers: none }   | 3 | 'headers' has no effect
                    to: builtin:github-api\\nallow: [signed-in]\\nsend: { github-api: true } | 3 | 'github-api' has no effect
                    to: http://a\\nallow: [signed-in]\\nsend: { jwt: false, github-api: true } | 3 | this one is sent none
                    to: builtin:gitlab-api\\nallow: [signed-in]                          | 1 | 'builtin:gitlab-api' is nothing that the gateway has
                    to: ftp://a\\nallow: [signed-in]                                     | 1 | is no address
                    to: http://a/base\\nallow: [signed-in]                               | 1 | more than scheme
                    to: http://u@a\\nallow: [signed-in]                                  | 1 | more than scheme
                    to: http://a\\nallow: [signed-in]\\npath: wiki/**                    | 3 | does not begin with a slash
                    to: http://a\\nallow: [signed-in]\\npath: /wi{ki                     | 3 | is no path pattern
                    to: http://a\\nallow: [signed-in]\\npath: /a/../b                    | 3 | no request ever
                    to: http://a\\nallow: [signed-in]\\nhost: a b                        | 3 | is no host name
                    to: http://a\\nallow: [signed-in]\\nhost: https://a                  | 3 | is no host name
                    to: http://a\\nallow: [signed-in]\\npublic: [GET]                    | 3 | does not begin
                    to: http://a\\nallow: [signed-in]\\npublic: [GET /a /b]              | 3 | is no open path
                    to: http://a\\nallow: [signed-in]\\nsend: { jwt: perhaps }           | 3 | neither true nor false
                    to: http://a\\nallow: [signed-in]\\nsend: { jwt: { ttl: 1h } }       | 3 | no life for a JWT
                    to: http://a\\nallow: [signed-in]\\nsend: { jwt: { header: Cookie } }| 3 | cannot carry
                    to: http://a\\nallow: [signed-in]\\nsend: { headers: apache }        | 3 | is no header preset
                    to: http://a\\nallow: [signed-in]\\nsend: { cookies: true }          | 3 | nothing that can be sent
                    to: http://a\\nto: http://b\\nallow: [signed-in]                      | 2 | stands here twice
                    to: [\\nallow: x                                                     | 2 | is not YAML
                    - a                                                                 | 1 | keys and values
                    """)
    void refusesWithFileLineAndRemedy(String yaml, int line, String what) throws IOException {
        assertThat(read(yaml.replace("\\n", "\n"))).isEmpty();
        assertThat(faults.list()).isNotEmpty();
        ConfigurationFault fault = faults.list().stream()
                .filter(each -> each.what().contains(what))
                .findFirst()
                .orElseThrow(() -> new AssertionError(faults.list()));
        assertThat(fault.place()).endsWith("wiki.yaml:" + line);
        assertThat(fault.remedy()).isNotBlank();
    }

    @Test
    void readsLimitsWithTheirUnits() throws IOException {
        Limits limits = read("""
                to: http://a
                allow: [signed-in]
                limits:
                  rate: 5/10s
                  burst: 20
                  body: 10MB
                  headers: 8KB
                  timeout: 1500ms
                  idle: 5m
                  concurrent: 100
                  retries: 2
                  breaker: { failures: 60%, of: 10, pause: 20s, probes: 2 }
                """).get(0).limits();
        assertThat(limits)
                .isEqualTo(new Limits(
                        new Limits.Rate(5, Duration.ofSeconds(10), 20),
                        10L * 1024 * 1024,
                        8L * 1024,
                        Duration.ofMillis(1500),
                        Duration.ofMinutes(5),
                        100,
                        2,
                        new Limits.Breaker(60, 10, Duration.ofSeconds(20), 2)));
        assertThat(read("to: http://a\nallow: [signed-in]\nlimits: { breaker: true, rate: 5/s }\n")
                        .get(0)
                        .limits()
                        .breaker())
                .isEqualTo(new Limits.Breaker(50, 20, Duration.ofSeconds(10), 3));
    }

    @Test
    void namesTheNearestFilter() throws IOException {
        read("to: http://a\nallow: [signed-in]\nfilters: ['AddRequstHeader=a,b', Metod=GET]\n");
        assertThat(faults.list())
                .extracting(ConfigurationFault::remedy)
                .containsExactly("Did you mean AddRequestHeader?", "Did you mean Method?");
    }

    /** A password of the gateway's own for an app that knows no JWT, and the headers that only describe the way. */
    @Test
    void leavesOtherHeadersToFilters() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), """
                to: http://a
                allow: [anyone]
                send: { jwt: false }
                filters:
                  - AddRequestHeader=Authorization, Basic x
                  - SetRequestHeader=X-Forwarded-Prefix, /a
                  - SetRequestHeader=Host, b
                  - AddResponseHeader=X-Forwarded-User, harmless
                  - MapRequestHeader=X-A, X-B
                """);
        ConfigurationFaults faults = new ConfigurationFaults();
        assertThat(new RouteFolder(folder).read(faults)).hasSize(1);
        assertThat(faults.list()).isEmpty();
    }

    @Test
    void readsFiltersInBothForms() throws IOException {
        Route route = read("""
                to: http://a
                allow: [signed-in]
                filters:
                  - StripPrefix=1
                  - name: Retry
                    args:
                      retries: 2
                      methods: [GET, HEAD]
                      backoff: { firstBackoff: 10ms, factor: 2 }
                  - Method=GET,POST
                """).get(0);
        assertThat(faults.list()).isEmpty();
        assertThat(route.filters()).hasSize(2);
        assertThat(route.filters().get(1).toString()).contains("retries = 2").contains("[GET, HEAD]");
        assertThat(route.condition()).isNotNull();
    }

    @Test
    void tellsAllFaultsOfAllFiles() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), "to: nowhere\nallow: [nobody]\n");
        Files.writeString(folder.resolve("B.yaml"), "");
        Files.writeString(folder.resolve("c.yaml"), "to: nowhere\nallow: []\n");
        read("path: x\n");
        assertThat(faults.list())
                .hasSizeGreaterThanOrEqualTo(8)
                .extracting(fault -> fault.what())
                .contains("'allow' lets nobody in");
    }

    @Test
    void refusesTwoFilesWithOneAddress() throws IOException {
        Files.writeString(folder.resolve("other.yaml"), "path: /wiki/**\nto: http://a\nallow: [signed-in]\n");
        read("path: /wiki/**\nto: http://b\nallow: [anyone]\n");
        assertThat(faults.list())
                .singleElement()
                .satisfies(fault -> assertThat(fault.what()).contains("same host and path", "other"));
    }

    private List<Route> read(String yaml) throws IOException {
        Files.writeString(folder.resolve("wiki.yaml"), yaml);
        return new RouteFolder(folder).read(faults);
    }
}
