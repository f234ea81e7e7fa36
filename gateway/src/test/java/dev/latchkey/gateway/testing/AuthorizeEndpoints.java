package dev.latchkey.gateway.testing;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The authorization endpoint (RFC 6749 section 4.1.1, with PKCE and the {@code iss} of RFC 9207): checks the request, asks
 * the person, sends the browser back.
 */
final class AuthorizeEndpoints implements Endpoints {

    static final String PATH = "/login/oauth/authorize";

    private final GitHubState state;

    AuthorizeEndpoints(GitHubState state) {
        this.state = state;
    }

    @Override
    public void addTo(Routes routes) {
        routes.get(PATH, call -> checked(call, this::ask));
        routes.post(PATH, call -> checked(call, this::decide));
    }

    private Reply checked(Call call, Step step) {
        Optional<StubApp> app = state.app(call.queryParam("client_id"));
        if (app.isEmpty()) {
            return Reply.html(404, AuthorizePage.message("Not found", "There is no application with this client_id."));
        }
        return refusal(call, app.get()).orElseGet(() -> step.answer(call, app.get()));
    }

    /** Errors that GitHub tells the application, by way of its callback. */
    private Optional<Reply> refusal(Call call, StubApp app) {
        if (app.isSuspended()) {
            return Optional.of(error(call, app, "application_suspended", "Your application has been suspended."));
        }
        if (!app.allowsRedirectTo(redirectUri(call, app))) {
            return Optional.of(error(
                    call,
                    app,
                    "redirect_uri_mismatch",
                    "The redirect_uri MUST match the registered callback URL for this application."));
        }
        String method = call.queryParam("code_challenge_method");
        if (call.queryParam("code_challenge") != null && !"S256".equals(method)) {
            return Optional.of(error(call, app, "invalid_request", "code_challenge_method must be S256."));
        }
        return Optional.empty();
    }

    private Reply ask(Call call, StubApp app) {
        Optional<StubPerson> known = personIn(call).or(state::signedIn);
        Set<String> scopes = scopes(call, app, known);
        boolean tooOften = known.filter(person -> state.tokens.areMadeTooOften(app, person, scopes))
                .isPresent();
        if (known.isPresent() && state.consentRemembered() && !tooOften) {
            return consent(call, app, known.get());
        }
        String action = PATH + "?" + call.query();
        return Reply.html(200, AuthorizePage.consent(app, action, known, state.people(), scopes, tooOften));
    }

    private Reply decide(Call call, StubApp app) {
        Map<String, String> form = call.form();
        if (!"authorize".equals(form.get("decision"))) {
            return error(call, app, "access_denied", "The user has denied your application access.");
        }
        return consent(call, app, state.person(form.get("login")));
    }

    private Reply consent(Call call, StubApp app, StubPerson person) {
        URI redirectUri = redirectUri(call, app);
        String code = state.codes.issue(new Codes.Grant(
                app.clientId(),
                person,
                redirectUri,
                scopes(call, app, Optional.of(person)),
                asked(call).contains(Scopes.OFFLINE_ACCESS),
                call.queryParam("code_challenge"),
                state.codes.expiryFromNow()));
        return backTo(redirectUri, Json.object("code", code, "state", call.queryParam("state"), "iss", issuer(app)));
    }

    private Reply error(Call call, StubApp app, String code, String description) {
        URI asked = redirectUri(call, app);
        URI target = app.allowsRedirectTo(asked) ? asked : app.firstRedirectUri();
        return backTo(
                target,
                Json.object(
                        "error",
                        code,
                        "error_description",
                        description,
                        "error_uri",
                        "/apps/managing-oauth-apps/troubleshooting-authorization-request-errors/",
                        "state",
                        call.queryParam("state"),
                        "iss",
                        issuer(app)));
    }

    private static Reply backTo(URI redirectUri, Map<String, Object> parameters) {
        String separator = redirectUri.getRawQuery() == null ? "?" : "&";
        return Reply.redirect(URI.create(redirectUri + separator + FormFields.encode(parameters)));
    }

    /** Asked without a scope, GitHub grants again whatever was granted before. */
    private Set<String> scopes(Call call, StubApp app, Optional<StubPerson> person) {
        Set<String> asked = asked(call);
        if (asked.isEmpty() && person.isPresent()) {
            asked = state.tokens.grantedTo(app.clientId(), person.get().account());
        }
        return app.grantable(asked);
    }

    private static Set<String> asked(Call call) {
        return Scopes.parse(call.queryParam("scope"));
    }

    private Optional<StubPerson> personIn(Call call) {
        return Optional.ofNullable(call.queryParam("login")).flatMap(state::find);
    }

    private static URI redirectUri(Call call, StubApp app) {
        String asked = call.queryParam("redirect_uri");
        try {
            return asked == null ? app.firstRedirectUri() : URI.create(asked);
        } catch (IllegalArgumentException e) {
            return URI.create("invalid:redirect_uri");
        }
    }

    private String issuer(StubApp app) {
        return app.issuerOr(state.webUrl() + "/login/oauth");
    }

    private interface Step {
        Reply answer(Call call, StubApp app);
    }
}
