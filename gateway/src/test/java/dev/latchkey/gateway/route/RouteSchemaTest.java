package dev.latchkey.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The schema that editors use says what the loader says. */
class RouteSchemaTest {

    private static final Path FILE = Path.of("..", "routes", "schema.json");
    private static final String START = "to: http://a\nallow: [signed-in]\n";

    private static JsonNode text;
    private static JsonSchema schema;

    @BeforeAll
    static void read() throws IOException {
        text = new ObjectMapper().readTree(Files.readString(FILE));
        schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(text);
    }

    private static Set<String> keys(String pointer) {
        Set<String> keys = new TreeSet<>();
        text.at(pointer).fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    @Test
    void knowsTheSameKeysAndNames() {
        assertThat(keys("/properties")).isEqualTo(new TreeSet<>(RouteFile.KEYS));
        assertThat(keys("/properties/send/properties")).isEqualTo(new TreeSet<>(RouteFields.SEND_KEYS));
        assertThat(keys("/properties/send/properties/jwt/anyOf/1/properties"))
                .isEqualTo(new TreeSet<>(RouteFields.JWT_KEYS));
        assertThat(keys("/properties/websocket/properties")).isEqualTo(new TreeSet<>(RouteFields.SOCKET_KEYS));
        assertThat(keys("/properties/limits/properties")).isEqualTo(new TreeSet<>(LimitFields.KEYS));
        assertThat(keys("/properties/limits/properties/breaker/anyOf/1/properties"))
                .isEqualTo(new TreeSet<>(LimitFields.BREAKER_KEYS));
        Set<String> presets = new TreeSet<>();
        text.at("/properties/send/properties/headers/enum").forEach(preset -> presets.add(preset.asText()));
        assertThat(presets).isEqualTo(new TreeSet<>(Set.of(HeaderPreset.names().split(", "))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                START,
                START + "host: Wiki.example.com\npath: /wiki/**\n",
                START + "host: '*.example.com'\n",
                START + "public: [GET /a, /b/**, '  HEAD   /c ']\n",
                START + "accept: [github-token]\n",
                START + "webhook-secret: ks8Zp2vX0b7Qm4Lr\n",
                "to: builtin:github-oauth\nallow: [signed-in]\n",
                START + "send: { github-token: installation, repository: acme/wiki.io }\n",
                START + "path: '/r/{repo}/**'\nsend: { github-token: installation, repository: 'acme/{repo}' }\n",
                START + "send: { github-api: true, jwt: { audience: x } }\n",
                START + "send: { github-api: false, jwt: false }\n",
                "to: builtin:forward-auth\nallow: [signed-in]\nsend: { github-api: true, headers: none }\n",
                "to: builtin:github-api\nallow: [signed-in]\nsend: { github-token: installation, repository: a/b }\n",
                START + "send: { jwt: false, headers: none, github-token: true }\n",
                START + "send: { jwt: { header: X-Jwt, audience: x, ttl: 30s } }\n",
                START + "limits: { rate: 5/10s, burst: 9, body: 1KB, headers: 2MB, timeout: 10ms, idle: 24h }\n",
                START + "limits: { concurrent: 1, retries: 0, breaker: true }\n",
                START + "limits: { concurrent: '7', breaker: { failures: 100%, of: 1, pause: 1m, probes: 2 } }\n",
                START + "filters: [StripPrefix=1, SaveSession, { name: SetPath, args: { template: /x } }]\n",
                "to: https://a.example:8443/\nallow: [anyone, user:a, 'user:dependabot[bot]', org:a-b, team:a/b_c.d]\n",
                "to: http://a\nallow: ['actions:a/b', 'actions:a/*@refs/tags/v*', 'actions:a@1/b@2:environment:x y']\n",
                "to: http://a\nallow: ['actions:a/b:pull_request', 'actions:a@1/b@2@refs/heads/main']\n",
                START + "websocket: { origins: ['https://App.example:8443', 'http://a/', '*'], idle: 5m }\n",
                "to: builtin:forward-auth\nallow: [signed-in]\nlimits: { rate: 5/s, body: 1MB }\nfilters: [Method=GET]\n",
                "to: builtin:github-api\nallow: [signed-in]\n",
                "to: builtin:updates\nallow: [signed-in]\nerrors: problem\n",
                START + "send: { jwt: { profile: trackeep-legacy, secret: 3Jd8nQ1xk2c5m7p9r0t2v4w6y8A0C2E4 } }\n",
                "to: http://[::1]:80\nallow: ['repo:a/b', 'repo:a/.github:admin', 'repo:a/b:push', 'email:a.*@*.b-c.de']\n"
            })
    void acceptsWhatTheLoaderAccepts(String yaml) {
        assertThat(faults(yaml)).isEmpty();
        assertThat(schema.validate(json(yaml))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "to: http://a\n",
                "allow: [signed-in]\n",
                "to: http://a\nallow: []\n",
                "to: http://a\nallow: signed-in\n",
                "to: http://a\nallow: [everybody]\n",
                "to: http://a\nallow: ['signed-in:x']\n",
                "to: http://a\nallow: ['org:']\n",
                "to: http://a\nallow: [org:a/b]\n",
                "to: http://a\nallow: [team:a]\n",
                "to: http://a\nallow: [team:a/b/c]\n",
                "to: http://a\nallow: [repo:a]\n",
                "to: http://a\nallow: ['repo:a/..']\n",
                "to: http://a\nallow: ['repo:a/b:owner']\n",
                "to: http://a\nallow: ['email:*@*']\n",
                "to: http://a\nallow: ['email:a@b@c']\n",
                "to: http://a\nallow: ['email:*@*b.de']\n",
                "to: http://a\nallow: ['actions:a/b@main']\n",
                "to: http://a\nallow: ['actions:*/b']\n",
                "to: http://a\nallow: ['actions:a@1/b']\n",
                "to: http://a\nallow: ['actions:a/b:environment:']\n",
                "to: http://a\nallow: ['actions:']\n",
                "to: ftp://a\nallow: [signed-in]\n",
                "to: http://a/b\nallow: [signed-in]\n",
                "to: http://u@a\nallow: [signed-in]\n",
                "to: builtin:nothing\nallow: [signed-in]\n",
                START + "websocket: { origins: [app.example] }\n",
                START + "websocket: { origins: [https://a/x] }\n",
                START + "websocket: { origin: '*' }\n",
                START + "websocket: { idle: 5 }\n",
                START + "what: 1\n",
                START + "errors: french\n",
                START + "send: { jwt: { profile: trackeep-legacy } }\n",
                START + "send: { jwt: { secret: 3Jd8nQ1xk2c5m7p9r0t2v4w6y8A0C2E4 } }\n",
                START + "send: { jwt: { profile: other, secret: 3Jd8nQ1xk2c5m7p9r0t2v4w6y8A0C2E4 } }\n",
                START + "webhook-secret: ' '\n",
                START + "host: https://a\n",
                START + "host: a b\n",
                START + "path: wiki\n",
                START + "path: /a//b\n",
                START + "path: /a/../b\n",
                START + "path: /a;b\n",
                START + "public: [GET]\n",
                START + "public: [get /a]\n",
                START + "public: [GET /a /b]\n",
                START + "accept: [password]\n",
                START + "accept: github-token\n",
                START + "send: { github-token: installation }\n",
                START + "send: { repository: acme/wiki }\n",
                START + "send: { github-token: true, repository: acme/wiki }\n",
                START + "send: { github-token: installation, repository: wiki }\n",
                START + "send: { github-token: installation, repository: acme/.. }\n",
                START + "send: { github-token: installation, repository: '{owner}/wiki' }\n",
                START + "send: { github-api: true, jwt: false }\n",
                START + "send: { github-api: perhaps }\n",
                "to: builtin:github-api\nallow: [signed-in]\nsend: { github-api: true }\n",
                "to: builtin:github-api\nallow: [signed-in]\nsend: { github-token: true }\n",
                "to: builtin:github-api\nallow: [signed-in]\nsend: { jwt: { audience: x } }\n",
                "to: builtin:github-api\nallow: [signed-in]\nsend: { headers: pomerium }\n",
                START + "send: { cookies: true }\n",
                START + "send: { headers: apache }\n",
                START + "send: { jwt: perhaps }\n",
                START + "send: { github-token: perhaps }\n",
                START + "send: { jwt: { header: Cookie } }\n",
                START + "send: { jwt: { header: 'a b' } }\n",
                START + "send: { jwt: { ttl: 1h } }\n",
                START + "limits: { rate: 5 }\n",
                START + "limits: { rate: 0/s }\n",
                START + "limits: { burst: 5 }\n",
                START + "limits: { body: 10 }\n",
                START + "limits: { body: 0MB }\n",
                START + "limits: { timeout: 30 }\n",
                START + "limits: { concurrent: 0 }\n",
                START + "limits: { retries: 9 }\n",
                START + "limits: { speed: 9 }\n",
                START + "limits: { breaker: { failures: 101% } }\n",
                START + "limits: { breaker: { after: 5 } }\n",
                START + "filters: StripPrefix=1\n",
                START + "filters: [{ args: {} }]\n",
                START + "filters: [{ name: SetPath, what: 1 }]\n",
                START + "filters: ['AddRequestHeader=X-A,#{@x.y()}']\n",
                "- a\n"
            })
    void refusesWhatTheLoaderRefuses(String yaml) {
        assertThat(faults(yaml)).isNotEmpty();
        assertThat(schema.validate(json(yaml))).isNotEmpty();
    }

    private static List<?> faults(String yaml) {
        ConfigurationFaults faults = new ConfigurationFaults();
        RouteFile.read(Path.of("wiki.yaml"), yaml, RouteFile.Setting.alone(), faults);
        return faults.list();
    }

    private static JsonNode json(String yaml) {
        return new ObjectMapper().valueToTree(new Yaml().load(yaml));
    }
}
