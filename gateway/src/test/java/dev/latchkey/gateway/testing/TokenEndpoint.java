package dev.latchkey.gateway.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** {@code POST /login/oauth/access_token}: codes, refresh tokens and device codes become access tokens. */
final class TokenEndpoint implements Endpoints {

    static final String PATH = "/login/oauth/access_token";
    static final String DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

    private final GitHubState state;

    TokenEndpoint(GitHubState state) {
        this.state = state;
    }

    @Override
    public void addTo(Routes routes) {
        routes.post(PATH, this::answer);
    }

    private Reply answer(Call call) {
        Optional<StubApp> app = state.app(clientId(call));
        if (app.isEmpty()) {
            return Reply.json(404, Json.object("error", "Not Found"));
        }
        Quotas.Quota quota =
                state.quotas.take("tokens:" + app.get().clientId(), app.get().tokenRequestsPerHour());
        if (quota.isExceeded()) {
            return Quotas.secondaryLimit(429, Duration.between(state.now(), quota.reset()));
        }
        return encoded(call, app.get(), outcome(call, app.get()));
    }

    private Map<String, Object> outcome(Call call, StubApp app) {
        try {
            return fields(app, tokenFor(call, app));
        } catch (OAuthError refusal) {
            return refusal.fields();
        }
    }

    private StubToken tokenFor(Call call, StubApp app) {
        String grant = call.form().getOrDefault("grant_type", "authorization_code");
        return switch (grant) {
            case "authorization_code" -> redeem(call, app);
            case "refresh_token" -> refresh(call, app);
            case DEVICE_GRANT -> state.devices.poll(app, call.form().get("device_code"));
            default -> throw OAuthError.unsupportedGrantType();
        };
    }

    private StubToken redeem(Call call, StubApp app) {
        if (!isAuthenticated(call, app)) {
            throw OAuthError.incorrectClientCredentials();
        }
        Map<String, String> form = call.form();
        Codes.Grant grant = state.codes.redeem(
                form.get("code"), app.clientId(), form.get("redirect_uri"), form.get("code_verifier"));
        if (grant.person().isUnverified()) {
            throw OAuthError.unverifiedUserEmail();
        }
        return state.tokens.issue(app, grant.person(), grant.scopes(), grant.offline(), false);
    }

    private StubToken refresh(Call call, StubApp app) {
        if (secret(call) != null && !isAuthenticated(call, app)) {
            throw OAuthError.incorrectClientCredentials();
        }
        return state.tokens.refresh(app, call.form().get("refresh_token"), secret(call) != null);
    }

    private static boolean isAuthenticated(Call call, StubApp app) {
        return app.hasSecret(secret(call));
    }

    private static String clientId(Call call) {
        return call.basic().map(Call.Basic::id).orElseGet(() -> call.form().get("client_id"));
    }

    private static String secret(Call call) {
        return call.basic().map(Call.Basic::secret).orElseGet(() -> call.form().get("client_secret"));
    }

    private static Map<String, Object> fields(StubApp app, StubToken token) {
        Map<String, Object> fields = Json.object("access_token", token.value());
        if (token.expiresAt() != null) {
            fields.put("expires_in", seconds(app, token.issuedAt(), token.expiresAt()));
        }
        if (token.refreshToken() != null) {
            fields.put("refresh_token", token.refreshToken());
            fields.put("refresh_token_expires_in", seconds(app, token.issuedAt(), token.refreshExpiresAt()));
        }
        fields.put("scope", String.join(",", token.scopes()));
        fields.put("token_type", "bearer");
        return fields;
    }

    private static Object seconds(StubApp app, Instant from, Instant to) {
        long seconds = Duration.between(from, to).toSeconds();
        return app.writesNumbersAsText() ? String.valueOf(seconds) : (Object) seconds;
    }

    /** Form-encoded unless JSON was asked for; 200 even for errors. */
    private static Reply encoded(Call call, StubApp app, Map<String, Object> fields) {
        boolean json = call.accepts("application/json") && !app.alwaysFormEncoded();
        Reply reply = json ? Reply.json(200, fields) : Reply.form(fields);
        return reply.with("Cache-Control", "max-age=0, private, must-revalidate");
    }
}
