package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.LogLines;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.token.ApiToken;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.watch.TokenHash;
import dev.latchkey.gateway.web.InternalRoutes;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators do at the internal port, and that its description is true. */
class AdminTest {

    private static final String TOKEN = "operators-token-of-some-length";
    private static final String[] AS_OPERATOR = {"Authorization", "Bearer " + TOKEN};
    private static final Pattern ROUTE = Pattern.compile("\\((GET|POST|PUT|PATCH|DELETE) && (/admin[^)]*)\\)");
    private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static HttpPerson operator;
    private static LogLines audit;
    private static Description description;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .app(app.url())
                .property("latchkey.internal.token", TOKEN)
                .start();
        // A gateway that starts sets up the logs anew.
        audit = LogLines.of("latchkey.audit");
        operator = HttpPerson.at("http://localhost:" + gateway.internalPort());
        description = new Description(
                new Yaml().load(ask("GET", "/admin/openapi.yaml", null).body()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        audit.close();
        app.close();
        github.close();
    }

    private static HttpResponse<String> ask(String method, String path, String body) {
        return operator.send(method, path, body, AS_OPERATOR);
    }

    /** The answer, after a look at whether it is as described. */
    private static JsonNode told(String method, String path, String template, String body, int status) {
        HttpResponse<String> answer = ask(method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        if (answer.body().isEmpty()) {
            description.checkEmpty(method, template, status);
            return null;
        }
        JsonNode json = JsonMapper.shared().readTree(answer.body());
        description.check(method, template, status, json);
        return json;
    }

    private static JsonNode told(String path) {
        return told("GET", path, path.replaceAll("\\?.*", ""), null, 200);
    }

    private static String idOf(String login) {
        return "github:" + github.person(login).id();
    }

    private static HttpPerson signedIn(String login) {
        HttpPerson person = gateway.stranger();
        person.signIn(github, login, "/");
        assertThat(person.fetch("/").statusCode()).isEqualTo(200);
        return person;
    }

    // The description

    @Test
    void everythingThatIsServedIsDescribedAndNothingElse() {
        TreeSet<String> served = new TreeSet<>();
        gateway.beans(InternalRoutes.class)
                .forEach(routes -> ROUTE.matcher(routes.routes().toString())
                        .results()
                        .forEach(match -> served.add(match.group(1) + ' ' + match.group(2))));
        assertThat(served).hasSizeGreaterThan(15).isEqualTo(description.operations());
    }

    @Test
    void whoHasNoTokenIsToldNothingAndChangesNothing() {
        for (String operation : description.operations()) {
            String[] words = operation.split(" ");
            String path = words[1].replaceAll("\\{[^}]*}", "github:1");
            for (String token : new String[] {"Bearer wrong", "Bearer ", "Basic " + TOKEN}) {
                assertThat(operator.send(words[0], path, null, "Authorization", token)
                                .statusCode())
                        .as(operation)
                        .isEqualTo(401);
            }
        }
        assertThat(audit.await("operation=DELETE", "/admin/people/{person}", "reason=internal.token.required"))
                .doesNotContain("actor=", TOKEN);
    }

    @Test
    void nothingOfItAnswersAtTheEdge() {
        for (String path : List.of("/admin/people", "/admin/keys", "/admin/openapi.yaml")) {
            assertThat(gateway.stranger().get(path, AS_OPERATOR).statusCode())
                    .as(path)
                    .isEqualTo(401);
        }
    }

    @Test
    void routesAndProvidersAnswerAsDescribed() {
        assertThat(told("/admin/routes").path("routes").size()).isEqualTo(1);
        assertThat(told("/admin/explain?as=mona&url=/x").path("decision").asString())
                .isNotEmpty();
        told("GET", "/admin/explain?as=mona", "/admin/explain", null, 400);
        assertThat(told("/admin/providers").path("providers").size()).isZero();
        String form = "{\"name\":\"gl\",\"kind\":\"gitlab\",\"client_id\":\"a\",\"client_secret\":\"b\"}";
        told("POST", "/admin/providers", "/admin/providers", form, 201);
        told("GET", "/admin/providers/gl", "/admin/providers/{name}", null, 200);
        told("PATCH", "/admin/providers/gl", "/admin/providers/{name}", "{\"label\":\"G\"}", 200);
        told("PATCH", "/admin/providers/gl", "/admin/providers/{name}", "{\"nonsense\":1}", 400);
        told("DELETE", "/admin/providers/gl", "/admin/providers/{name}", null, 204);
        told("GET", "/admin/providers/gl", "/admin/providers/{name}", null, 404);
    }

    // People and sessions

    @Test
    void whoIsSignedInIsListedAndOneSessionCanBeEnded() {
        HttpPerson first = signedIn("mona");
        HttpPerson second = signedIn("mona");
        JsonNode people = told("/admin/people").path("people");
        JsonNode mona = people.valueStream()
                .filter(person -> person.path("login").asString("").equals("mona"))
                .findFirst()
                .orElseThrow();
        assertThat(mona.path("id").asString()).isEqualTo(idOf("mona"));
        assertThat(mona.path("sessions").asInt()).isEqualTo(2);
        JsonNode sessions = told("/admin/sessions?person=" + idOf("mona")).path("sessions");
        assertThat(sessions.size()).isEqualTo(2);
        String latest = sessions.get(0).path("id").asString();
        told("DELETE", "/admin/sessions/" + latest + "?person=" + idOf("mona"), "/admin/sessions/{session}", null, 204);
        assertThat(List.of(first.fetch("/").statusCode(), second.fetch("/").statusCode()))
                .containsExactlyInAnyOrder(200, 401);
        told("DELETE", "/admin/sessions/" + latest + "?person=" + idOf("mona"), "/admin/sessions/{session}", null, 404);
        String[] call = {"operation=DELETE\\u0020/admin/sessions/{session}", "session=" + TokenHash.of(latest)};
        audit.await(lines -> audit.with(call).size() == 2);
        assertThat(audit.with(call).get(0))
                .contains("action=operation outcome=success", " person=" + idOf("mona") + ' ', " status=204")
                .containsPattern(" actor=token:[0-9a-f]{8}( |$)");
        assertThat(audit.with(call).get(1)).contains("outcome=failure", "status=404", "reason=session.unknown");
        assertThat(audit.all()).noneMatch(line -> line.contains(latest) || line.contains(TOKEN));
    }

    @Test
    void allSessionsOfAPersonCanBeEndedAndTheirTokensGoOn() {
        HttpPerson first = signedIn("defunkt");
        HttpPerson second = signedIn("defunkt");
        HttpPerson other = signedIn("octocat");
        String token = apiTokenOf("defunkt");
        String sessions = "/admin/sessions?person=" + idOf("defunkt");
        told("DELETE", sessions, "/admin/sessions", null, 204);
        assertThat(first.fetch("/").statusCode()).isEqualTo(401);
        assertThat(second.fetch("/").statusCode()).isEqualTo(401);
        assertThat(told(sessions).path("sessions").size()).isZero();
        assertThat(callBy(token)).isEqualTo(200);
        assertThat(other.fetch("/").statusCode()).isEqualTo(200);
        told("DELETE", sessions, "/admin/sessions", null, 204);
        told("DELETE", "/admin/sessions", "/admin/sessions", null, 400);
        audit.await("operation=DELETE\\u0020/admin/sessions ", "person=" + idOf("defunkt"), "outcome=success");
    }

    @Test
    void endingAPersonEndsSessionsAndTokensAndTheTokenAtGitHub() {
        HttpPerson hubot = signedIn("hubot");
        String atGitHub = GivenToken.in(hubot.fetch("/"));
        String token = apiTokenOf("hubot");
        assertThat(callBy(token)).isEqualTo(200);
        JsonNode known = told("GET", "/admin/people/" + idOf("hubot"), "/admin/people/{person}", null, 200);
        assertThat(known.path("login").asString()).isEqualTo("hubot");
        told("DELETE", "/admin/people/" + idOf("hubot"), "/admin/people/{person}", null, 204);
        assertThat(hubot.fetch("/").statusCode()).isEqualTo(401);
        assertThat(callBy(token)).isEqualTo(401);
        SessionsContract.await(() -> !github.isLive(atGitHub));
        assertThat(told("/admin/sessions?person=" + idOf("hubot"))
                        .path("sessions")
                        .size())
                .isZero();
        told("DELETE", "/admin/people/" + idOf("hubot"), "/admin/people/{person}", null, 204);
        audit.await(lines -> audit.with("outcome=success", "target=/admin/people/" + idOf("hubot"))
                        .size()
                == 2);
    }

    @Test
    void aPersonMayBeNamedByTheLoginTheyUsedLast() {
        HttpPerson person = signedIn("defunkt");
        assertThat(told("/admin/people?login=DefunKT").path("people").size()).isEqualTo(1);
        assertThat(told("DELETE", "/admin/people?login=DefunKT", "/admin/people", null, 200)
                        .path("people")
                        .toString())
                .isEqualTo("[\"" + idOf("defunkt") + "\"]");
        assertThat(person.fetch("/").statusCode()).isEqualTo(401);
        audit.await("operation=DELETE\\u0020/admin/people ", "login=DefunKT", "outcome=success");
        JsonNode left = told("/admin/people?login=defunkt").path("people").path(0);
        assertThat(left.path("login").asString()).isEqualTo("defunkt");
        assertThat(left.path("sessions").asInt(-1)).isZero();
        told("DELETE", "/admin/people?login=nobody-here", "/admin/people", null, 404);
        told("DELETE", "/admin/people?login=defunkt&provider=other", "/admin/people", null, 404);
        for (String wrong :
                List.of("", "?login=", "?login=%20", "?login=" + "x".repeat(256), "?login=x&provider=A:b")) {
            told("DELETE", "/admin/people" + wrong, "/admin/people", null, 400);
        }
    }

    @Test
    void aListThatWasCutGoesOnBehindItsLast() {
        signedIn("mona");
        signedIn("octocat");
        List<String> all = ids(told("/admin/people"));
        assertThat(all).isSorted().hasSizeGreaterThan(1);
        assertThat(ids(told("/admin/people?after=" + all.get(0)))).isEqualTo(all.subList(1, all.size()));
        told("GET", "/admin/people?after=x", "/admin/people", null, 400);
    }

    private static List<String> ids(JsonNode listing) {
        return listing.path("people")
                .valueStream()
                .map(person -> person.path("id").asString())
                .toList();
    }

    private static String apiTokenOf(String login) {
        PersonId id = new PersonId("github", Long.toString(github.person(login).id()));
        Person person = gateway.bean(Sessions.class).list(id).blockFirst().person();
        return gateway.bean(ApiTokens.class)
                .make(person, "nightly", List.of(ApiToken.EVERY_ROUTE), Duration.ofDays(1))
                .block()
                .text()
                .reveal();
    }

    private static int callBy(String token) {
        return gateway.stranger().get("/", "Authorization", "Bearer " + token).statusCode();
    }

    @Test
    void whoIsNotKnownOrNoOneIsSaidToBe() {
        told("GET", "/admin/people/github:999999", "/admin/people/{person}", null, 404);
        told("GET", "/admin/people/nobody", "/admin/people/{person}", null, 400);
        told("GET", "/admin/sessions", "/admin/sessions", null, 400);
        told("GET", "/admin/sessions?person=octocat", "/admin/sessions", null, 400);
        told("GET", "/admin/people?provider=A:b", "/admin/people", null, 400);
    }

    // Keys, quota, log

    @Test
    void theNextKeySignsFromNowOnAndTheOldOneIsStillPublished() {
        JsonNode sealing = told("/admin/keys").path("sealing");
        assertThat(sealing.size()).isEqualTo(1);
        assertThat(sealing.path(0).path("id").asString()).matches("[0-9a-f]{8}");
        assertThat(sealing.path(0).path("seals").asBoolean()).isTrue();
        JsonNode before = told("/admin/keys").path("signing");
        JsonNode after = told("POST", "/admin/keys/rotate", "/admin/keys/rotate", null, 200)
                .path("signing");
        assertThat(signing(after)).hasSize(1).isNotEqualTo(signing(before));
        assertThat(kids(after)).containsAll(signing(before));
        String published = gateway.stranger().get("/oauth2/jwks.json").body();
        kids(after).forEach(kid -> assertThat(published).contains(kid));
        audit.await("operation=POST\\u0020/admin/keys/rotate", "outcome=success", "actor=token:");
    }

    @Test
    void keysThatAreGivenChangeWithTheirFileAlone(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("keys.json");
        ECKey key = new ECKeyGenerator(Curve.P_256)
                .keyID("mine")
                .keyUse(KeyUse.SIGNATURE)
                .generate();
        Files.writeString(file, new JWKSet(key).toString(false));
        try (TestGateway given = TestGateway.signingInAt(github)
                .property("latchkey.signing-keys.file", file)
                .start()) {
            HttpPerson here = HttpPerson.at("http://localhost:" + given.internalPort());
            HttpResponse<String> refused = here.send("POST", "/admin/keys/rotate", null);
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.headers().firstValue("X-Latchkey-Problem")).hasValue("keys.given");
            assertThat(here.get("/admin/keys").body())
                    .startsWith("{\"signing\":[{\"kid\":\"mine\",\"signs\":true}],\"sealing\":[{");
        }
    }

    private static List<String> kids(JsonNode keys) {
        return keys.valueStream().map(key -> key.path("kid").asString()).toList();
    }

    private static List<String> signing(JsonNode keys) {
        return keys.valueStream()
                .filter(key -> key.path("signs").asBoolean())
                .map(key -> key.path("kid").asString())
                .toList();
    }

    @Test
    void quotaIsToldForAllAndForOne() {
        assertThat(told("/admin/quota").path("waiting").isInt()).isTrue();
        assertThat(told("/admin/quota?of=github:1").path("quota").isArray()).isTrue();
        told("GET", "/admin/quota?of=", "/admin/quota", null, 400);
    }

    @Test
    void aLoggersLevelChangesAndComesBack() {
        String name = "dev.latchkey.gateway.none." + AdminTest.class.getSimpleName();
        String path = "/admin/loggers/" + name;
        JsonNode changed = told("PUT", path, "/admin/loggers/{name}", "{\"level\":\"debug\"}", 200);
        assertThat(changed.path("loggers").toString()).contains("\"" + name + "\",\"level\":\"debug\"");
        assertThat(LoggerFactory.getLogger(name).isDebugEnabled()).isTrue();
        told("PUT", path, "/admin/loggers/{name}", "{\"level\":null}", 200);
        assertThat(LoggerFactory.getLogger(name).isDebugEnabled()).isFalse();
        for (String wrong : List.of("", "{}", "{\"level\":\"loud\"}", "{\"level\":1}", "no", " ".repeat(5000))) {
            told("PUT", path, "/admin/loggers/{name}", wrong, 400);
        }
    }

    @Test
    void noLevelHidesWhatOperatorsDo() {
        told("PUT", "/admin/loggers/latchkey.audit", "/admin/loggers/{name}", "{\"level\":\"off\"}", 400);
        for (String above : List.of("latchkey", "ROOT")) {
            String path = "/admin/loggers/" + above;
            boolean root = above.equals("ROOT");
            told("PUT", path, "/admin/loggers/{name}", "{\"level\":\"off\"}", 200);
            assertThat(LoggerFactory.getLogger("latchkey.audit").isInfoEnabled())
                    .isTrue();
            told("PUT", path, "/admin/loggers/{name}", root ? "{\"level\":\"info\"}" : "{\"level\":null}", 200);
        }
    }

    /** OpenAPI 3.1, as far as it is used here. */
    private static final class Description {

        private final Map<String, Object> root;

        Description(Map<String, Object> root) {
            this.root = root;
            assertThat(root).containsEntry("openapi", "3.1.0");
        }

        TreeSet<String> operations() {
            TreeSet<String> operations = new TreeSet<>();
            map(root, "paths")
                    .forEach((path, item) -> METHODS.stream()
                            .filter(method -> ((Map<?, ?>) item).containsKey(method))
                            .forEach(method -> operations.add(method.toUpperCase(Locale.ROOT) + ' ' + path)));
            return operations;
        }

        private Map<String, Object> response(String method, String path, int status) {
            Map<String, Object> responses =
                    map(map(map(map(root, "paths"), path), method.toLowerCase(Locale.ROOT)), "responses");
            String key = responses.containsKey(Integer.toString(status)) ? Integer.toString(status) : "default";
            return resolved(map(responses, key));
        }

        void checkEmpty(String method, String path, int status) {
            assertThat(response(method, path, status)).doesNotContainKey("content");
        }

        void check(String method, String path, int status, JsonNode json) {
            Map<String, Object> content = map(response(method, path, status), "content");
            Map<String, Object> media = map(content, content.keySet().iterator().next());
            List<String> faults = new ArrayList<>();
            check(map(media, "schema"), json, "$", faults);
            assertThat(faults).as(method + " " + path + " " + json).isEmpty();
        }

        private void check(Map<String, Object> described, JsonNode json, String at, List<String> faults) {
            Map<String, Object> schema = resolved(described);
            if (schema.get("enum") instanceof List<?> values
                    && !values.contains(json.isNull() ? null : json.asString())) {
                faults.add(at + " is none of " + values);
            }
            if (schema.containsKey("type") && types(schema).stream().noneMatch(type -> isOf(type, json))) {
                faults.add(at + " is no " + schema.get("type"));
            }
            if (json.isObject()) {
                checkObject(schema, json, at, faults);
            }
            if (json.isArray()) {
                json.forEach(item -> check(map(schema, "items"), item, at + "[]", faults));
            }
        }

        private void checkObject(Map<String, Object> schema, JsonNode json, String at, List<String> faults) {
            Map<String, Object> properties = schema.containsKey("properties") ? map(schema, "properties") : Map.of();
            if (schema.get("required") instanceof List<?> required) {
                required.stream()
                        .filter(name -> !json.has((String) name))
                        .forEach(name -> faults.add(at + " lacks " + name));
            }
            json.propertyStream().forEach(property -> {
                if (properties.containsKey(property.getKey())) {
                    check(
                            map(properties, property.getKey()),
                            property.getValue(),
                            at + '.' + property.getKey(),
                            faults);
                } else if (Boolean.FALSE.equals(schema.get("additionalProperties"))) {
                    faults.add(at + " has " + property.getKey());
                }
            });
        }

        private static List<?> types(Map<String, Object> schema) {
            return schema.get("type") instanceof List<?> list ? list : List.of(schema.get("type"));
        }

        private static boolean isOf(Object type, JsonNode json) {
            return switch ((String) type) {
                case "object" -> json.isObject();
                case "array" -> json.isArray();
                case "string" -> json.isString();
                case "integer" -> json.isIntegralNumber();
                case "number" -> json.isNumber();
                case "boolean" -> json.isBoolean();
                case "null" -> json.isNull();
                default -> false;
            };
        }

        private Map<String, Object> resolved(Map<String, Object> node) {
            if (!(node.get("$ref") instanceof String reference)) {
                return node;
            }
            Map<String, Object> at = root;
            for (String step : reference.substring(2).split("/")) {
                at = map(at, step);
            }
            return at;
        }

        @SuppressWarnings("unchecked")
        private static Map<String, Object> map(Map<String, Object> from, String key) {
            assertThat(from).containsKey(key);
            return (Map<String, Object>) from.get(key);
        }
    }
}
