package dev.latchkey.gateway.testing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What an app does with tokens of its own, authenticated by its id and secret: check, reset, delete a token, delete a
 * person's whole grant.
 */
final class ApplicationEndpoints implements Endpoints {

    static final String TOKEN = Api.BASE + "/applications/{client_id}/token";
    static final String GRANT = Api.BASE + "/applications/{client_id}/grant";

    private final GitHubState state;
    private final Api api;
    private final Accounts accounts;

    ApplicationEndpoints(GitHubState state, Api api) {
        this.state = state;
        this.api = api;
        this.accounts = new Accounts(state);
    }

    @Override
    public void addTo(Routes routes) {
        routes.post(TOKEN, call -> asApp(call, this::check));
        routes.on("PATCH", TOKEN, call -> asApp(call, this::reset));
        routes.on("DELETE", TOKEN, call -> asApp(call, this::deleteToken));
        routes.on("DELETE", GRANT, call -> asApp(call, this::deleteGrant));
        routes.post(Api.BASE + "/credentials/revoke", call -> api.asAnyone(call, () -> revokeCredentials(call)));
    }

    private Reply asApp(Call call, BiFunction<StubApp, String, Reply> answer) {
        return api.asAnyone(
                call,
                () -> authenticated(call)
                        .map(app -> withToken(call, app, answer))
                        .orElseGet(api::badCredentials));
    }

    private Optional<StubApp> authenticated(Call call) {
        return call.basic()
                .filter(basic -> basic.id().equals(call.variable("client_id")))
                .flatMap(basic -> state.app(basic.id()).filter(app -> app.hasSecret(basic.secret())));
    }

    private static Reply withToken(Call call, StubApp app, BiFunction<StubApp, String, Reply> answer) {
        String token = call.form().get("access_token");
        return token == null ? unprocessable() : answer.apply(app, token);
    }

    private Reply check(StubApp app, String value) {
        return liveTokenOf(app, value)
                .map(token -> Reply.json(200, authorization(app, token)))
                .orElseGet(() -> Reply.message(404, "Not Found"));
    }

    private Reply reset(StubApp app, String value) {
        return liveTokenOf(app, value)
                .flatMap(token -> state.tokens.reset(app, value))
                .map(token -> Reply.json(200, authorization(app, token)))
                .orElseGet(ApplicationEndpoints::unprocessable);
    }

    private Reply deleteToken(StubApp app, String value) {
        if (liveTokenOf(app, value).isEmpty()) {
            return unprocessable();
        }
        state.tokens.revoke(value);
        return Reply.empty(204);
    }

    private Reply deleteGrant(StubApp app, String value) {
        Optional<StubToken> token = liveTokenOf(app, value);
        if (token.isEmpty()) {
            return unprocessable();
        }
        state.tokens.revokeGrant(app.clientId(), token.get().personId());
        return Reply.empty(204);
    }

    /** Whoever holds a token may end it; whoever authenticates may not. */
    private Reply revokeCredentials(Call call) {
        if (call.header("Authorization") != null) {
            return Reply.message(403, "This endpoint is for unauthenticated requests only.");
        }
        Json.read(call.body()).path("credentials").forEach(value -> state.tokens.revoke(value.asString()));
        return Reply.json(202, Map.of());
    }

    private Optional<StubToken> liveTokenOf(StubApp app, String value) {
        return state.tokens.live(value).filter(token -> token.clientId().equals(app.clientId()));
    }

    private static Reply unprocessable() {
        return Reply.message(422, "Validation Failed");
    }

    private Map<String, Object> authorization(StubApp app, StubToken token) {
        return Json.object(
                "id", token.number(),
                "url", state.apiUrl() + "/authorizations/" + token.number(),
                "app", Json.object("client_id", app.clientId(), "name", app.name(), "url", "https://example.com"),
                "token", token.value(),
                "hashed_token", sha256(token.value()),
                "token_last_eight", token.value().substring(token.value().length() - 8),
                "note", null,
                "note_url", null,
                "created_at", token.issuedAt().toString(),
                "updated_at", token.issuedAt().toString(),
                "scopes", token.scopes(),
                "fingerprint", null,
                "expires_at",
                        token.expiresAt() == null ? null : token.expiresAt().toString(),
                "user", state.ownerOf(token).map(accounts::user).orElse(null));
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
