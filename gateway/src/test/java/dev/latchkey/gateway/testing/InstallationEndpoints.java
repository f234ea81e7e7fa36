package dev.latchkey.gateway.testing;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import tools.jackson.databind.JsonNode;

/** What a GitHub App does as itself, with a JWT, and what its installation tokens say about themselves. */
final class InstallationEndpoints implements Endpoints {

    static final String MINT = Api.BASE + "/app/installations/{id}/access_tokens";

    private static final long LONGEST_LIFE = 600;
    private static final List<String> LEVELS = List.of("read", "write", "admin");

    private final GitHubState state;
    private final Api api;
    private final Accounts accounts;

    InstallationEndpoints(GitHubState state, Api api) {
        this.state = state;
        this.api = api;
        this.accounts = new Accounts(state);
    }

    @Override
    public void addTo(Routes routes) {
        routes.get(Api.BASE + "/app", call -> asApp(call, this::app));
        routes.get(Api.BASE + "/app/installations", call -> asApp(call, this::list));
        routes.get(Api.BASE + "/app/installations/{id}", call -> asApp(call, this::byNumber));
        routes.post(MINT, call -> asApp(call, this::mint));
        routes.get(Api.BASE + "/repos/{owner}/{repo}/installation", call -> asApp(call, this::ofRepository));
        routes.get(Api.BASE + "/repositories/{number}/installation", call -> asApp(call, this::ofNumber));
        routes.get(Api.BASE + "/orgs/{account}/installation", call -> asApp(call, this::ofAccount));
        routes.get(Api.BASE + "/users/{account}/installation", call -> asApp(call, this::ofAccount));
        routes.get(Api.BASE + "/installation/repositories", call -> asInstallation(call, this::reached));
        routes.on("DELETE", Api.BASE + "/installation/token", call -> asInstallation(call, this::revoke));
    }

    // Who is calling

    private Reply asApp(Call call, BiFunction<Call, StubGitHubApp, Reply> answer) {
        return api.asAnyone(call, () -> {
            Verdict verdict = verdict(call.token());
            return verdict.app() == null ? verdict.refusal() : answer.apply(call, verdict.app());
        });
    }

    private record Verdict(StubGitHubApp app, Reply refusal) {

        static Verdict refused(int status, String message) {
            return new Verdict(null, Reply.message(status, message));
        }
    }

    /** In GitHub's order and words: who, then the signature, then the times. */
    private Verdict verdict(String jwt) {
        JsonNode claims = claims(jwt);
        if (claims == null) {
            return Verdict.refused(401, "A JSON web token could not be decoded");
        }
        Optional<StubGitHubApp> app =
                state.installations.named(claims.path("iss").asString(""));
        if (app.isEmpty()) {
            return Verdict.refused(404, "Integration not found");
        }
        if (app.get().keys().stream().noneMatch(key -> isSigned(jwt, key.getPublic()))) {
            return Verdict.refused(401, "A JSON web token could not be decoded");
        }
        String wrong = wrongTimes(claims);
        return wrong == null ? new Verdict(app.get(), null) : Verdict.refused(401, wrong);
    }

    private String wrongTimes(JsonNode claims) {
        long now = state.answerDate().getEpochSecond();
        JsonNode exp = claims.path("exp");
        if (!exp.isIntegralNumber() || exp.asLong() <= now) {
            return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the"
                    + " assertion expires";
        }
        if (exp.asLong() > now + LONGEST_LIFE) {
            return "'Expiration time' claim ('exp') is too far in the future";
        }
        JsonNode iat = claims.path("iat");
        return iat.isIntegralNumber() && iat.asLong() <= now
                ? null
                : "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
    }

    private static JsonNode claims(String jwt) {
        try {
            JsonWebSignature parsed = parsed(String.valueOf(jwt));
            boolean rs256 = AlgorithmIdentifiers.RSA_USING_SHA256.equals(parsed.getAlgorithmHeaderValue());
            return rs256 ? Json.read(parsed.getUnverifiedPayload()) : null;
        } catch (JoseException e) {
            return null;
        }
    }

    private static boolean isSigned(String jwt, java.security.Key key) {
        try {
            JsonWebSignature parsed = parsed(jwt);
            parsed.setKey(key);
            return parsed.verifySignature();
        } catch (JoseException e) {
            return false;
        }
    }

    private static JsonWebSignature parsed(String jwt) throws JoseException {
        JsonWebSignature parsed = new JsonWebSignature();
        parsed.setCompactSerialization(jwt);
        return parsed;
    }

    private Reply asInstallation(Call call, Function<StubInstallationToken, Reply> answer) {
        return api.asAnyone(
                call, () -> state.installations.live(call.token()).map(answer).orElseGet(api::badCredentials));
    }

    // Where it is installed

    private Reply app(Call call, StubGitHubApp app) {
        return Reply.json(
                200,
                Json.object(
                        "id", app.id(),
                        "client_id", app.clientId(),
                        "slug", slug(app),
                        "name", slug(app),
                        "permissions", app.permissions()));
    }

    private Reply list(Call call, StubGitHubApp app) {
        return Reply.json(
                200,
                state.installations.all(app).stream().map(this::installation).toList());
    }

    private Reply byNumber(Call call, StubGitHubApp app) {
        return found(state.installations.numbered(app, number(call.variable("id"))));
    }

    private Reply ofAccount(Call call, StubGitHubApp app) {
        return found(state.installations.at(app, call.variable("account")));
    }

    private Reply ofRepository(Call call, StubGitHubApp app) {
        String owner = call.variable("owner");
        String repository = call.variable("repo");
        Optional<Long> moved = state.installations.movedTo(owner, repository);
        if (moved.isPresent()) {
            String location = state.apiUrl() + "/repositories/" + moved.get() + "/installation";
            return Reply.json(301, Json.object("message", "Moved Permanently", "url", location))
                    .with("Location", location);
        }
        return found(state.installations.of(app, owner, repository));
    }

    private Reply ofNumber(Call call, StubGitHubApp app) {
        return found(state.installations
                .fullName(number(call.variable("number")))
                .map(name -> name.split("/"))
                .flatMap(parts -> state.installations.of(app, parts[0], parts[1])));
    }

    private static long number(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    private Reply found(Optional<StubInstallation> found) {
        return found.map(installation -> Reply.json(200, installation(installation)))
                .orElseGet(() -> Reply.message(404, "Not Found"));
    }

    Map<String, Object> installation(StubInstallation installation) {
        StubGitHubApp app = installation.app();
        Map<String, Object> account = accounts.org(installation.account());
        account.put("type", "Organization");
        Instant suspended = installation.suspendedAt();
        Map<String, Object> json = Json.object(
                "id",
                installation.id(),
                "client_id",
                app.clientId(),
                "account",
                account,
                "repository_selection",
                installation.isForAll() ? "all" : "selected",
                "access_tokens_url",
                state.apiUrl() + "/app/installations/" + installation.id() + "/access_tokens",
                "repositories_url",
                state.apiUrl() + "/installation/repositories",
                "html_url",
                state.webUrl() + "/organizations/" + installation.account() + "/settings/installations",
                "app_id",
                app.id(),
                "app_slug",
                slug(app),
                "target_id",
                account.get("id"),
                "target_type",
                "Organization",
                "permissions",
                app.permissions());
        json.put("events", List.of("push"));
        json.put("created_at", installation.createdAt().toString());
        json.put("updated_at", installation.createdAt().toString());
        json.put("single_file_name", null);
        json.put("suspended_by", suspended == null ? null : account);
        json.put("suspended_at", suspended == null ? null : suspended.toString());
        return json;
    }

    private static String slug(StubGitHubApp app) {
        return "app-" + app.id();
    }

    // Tokens

    private Reply mint(Call call, StubGitHubApp app) {
        Optional<StubInstallation> found = state.installations.numbered(app, number(call.variable("id")));
        if (found.isEmpty()) {
            return Reply.message(404, "Not Found");
        }
        StubInstallation installation = found.get();
        if (installation.suspendedAt() != null) {
            return Reply.message(403, "This installation has been suspended");
        }
        JsonNode body = call.body().isBlank() ? Json.read("{}") : Json.read(call.body());
        Optional<List<String>> repositories = repositories(installation, body);
        if (repositories.isEmpty()) {
            return Reply.message(
                    422,
                    "There is at least one repository that does not exist or is not accessible to the parent"
                            + " installation.");
        }
        Optional<Map<String, String>> permissions = permissions(app, body.path("permissions"));
        if (permissions.isEmpty()) {
            return Reply.message(422, "The permissions requested are not granted to this installation.");
        }
        return minted(
                installation, state.installations.mint(installation, repositories.get(), permissions.get()), body);
    }

    /** Names that the token is narrowed to; none for all; empty when one of them is not to be had. */
    private Optional<List<String>> repositories(StubInstallation installation, JsonNode body) {
        List<String> names = new ArrayList<>();
        for (JsonNode name : body.path("repositories")) {
            names.add(name.asString());
        }
        for (JsonNode number : body.path("repository_ids")) {
            String full = state.installations.fullName(number.asLong()).orElse("/");
            boolean here = full.startsWith(installation.account() + "/");
            names.add(here ? full.substring(full.indexOf('/') + 1) : "");
        }
        return names.stream().allMatch(name -> !name.isEmpty() && installation.reaches(name))
                ? Optional.of(names.stream().map(installation::spelled).toList())
                : Optional.empty();
    }

    private static Optional<Map<String, String>> permissions(StubGitHubApp app, JsonNode asked) {
        Map<String, String> granted = app.permissions();
        if (asked.isEmpty()) {
            return Optional.of(Map.copyOf(granted));
        }
        Map<String, String> narrowed = new TreeMap<>();
        for (Map.Entry<String, JsonNode> each : asked.properties()) {
            String level = each.getValue().asString();
            String most = granted.get(each.getKey());
            if (most == null || LEVELS.indexOf(level) > LEVELS.indexOf(most)) {
                return Optional.empty();
            }
            narrowed.put(each.getKey(), level);
        }
        return Optional.of(narrowed);
    }

    private Reply minted(StubInstallation installation, StubInstallationToken token, JsonNode body) {
        Map<String, Object> json = Json.object(
                "token",
                token.value(),
                "expires_at",
                token.expiresAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                "permissions",
                token.permissions(),
                "repository_selection",
                token.repositories().isEmpty() && installation.isForAll() ? "all" : "selected");
        if (!token.repositories().isEmpty()) {
            json.put(
                    "repositories",
                    token.repositories().stream()
                            .map(name -> repository(installation, name))
                            .toList());
        }
        return Reply.json(201, json);
    }

    private Map<String, Object> repository(StubInstallation installation, String name) {
        String fullName = installation.account() + "/" + name;
        return Json.object(
                "id",
                state.installations.numberOf(installation.account(), name),
                "name",
                name,
                "full_name",
                fullName,
                "private",
                true,
                "owner",
                accounts.org(installation.account()),
                "url",
                state.apiUrl() + "/repos/" + fullName);
    }

    private Reply reached(StubInstallationToken token) {
        StubInstallation installation =
                state.installations.numbered(token.installation()).orElseThrow();
        List<String> names = token.repositories().isEmpty()
                ? List.copyOf(installation.repositories().values())
                : token.repositories();
        return Reply.json(
                200,
                Json.object(
                        "total_count",
                        names.size(),
                        "repositories",
                        names.stream()
                                .map(name -> repository(installation, name))
                                .toList()));
    }

    private Reply revoke(StubInstallationToken token) {
        state.installations.revoke(token.value());
        return Reply.empty(204);
    }
}
