package dev.latchkey.gateway.problem;

/**
 * Every failure the gateway answers for, by a code that stays the same over releases.
 *
 * <p>The code is what programs match on (the {@code code} member and the {@code X-Latchkey-Problem} header); title and
 * hint are for people and may be reworded. {@code docs} are generated from here.
 */
public enum ProblemCode {
    TARGET_AMBIGUOUS(
            "request.target.ambiguous",
            400,
            "The address can be read in two ways",
            "Ask for the address without dot segments, encoded slashes or dots, empty segments, semicolons or control characters."),
    HOST_INVALID(
            "request.host.invalid",
            400,
            "The Host header is not valid",
            "Send exactly one Host header with a name and an optional port."),
    REQUEST_MALFORMED(
            "request.malformed",
            400,
            "The request is not valid HTTP",
            "Check the client or the proxy in front of the gateway."),
    METHOD_REFUSED(
            "request.method.refused",
            405,
            "This method is not allowed here",
            "Use one of the methods named in the Allow header."),
    TARGET_TOO_LONG("request.target.too-long", 414, "The address is too long", "Shorten the address or its query."),
    HEADERS_TOO_LARGE(
            "request.headers.too-large",
            431,
            "The request's headers are too large",
            "Delete this site's cookies and try again."),
    ROUTE_UNKNOWN("route.unknown", 404, "There is no app at this address", "Check the address."),
    SIGN_IN_REQUIRED("sign-in.required", 401, "You are not signed in", "Open login_url in a browser and sign in."),
    ACCESS_DENIED(
            "access.denied",
            403,
            "You do not have access to this app",
            "Ask the people who run this app to let you in, or sign in with another account."),
    MEMBERSHIP_UNKNOWN(
            "membership.unknown",
            503,
            "GitHub cannot be asked just now what you belong to",
            "You are still signed in, and nothing is decided. Try again in a moment."),
    MEMBERSHIP_SSO_REQUIRED(
            "membership.sso-required",
            403,
            "The organization asks for single sign-on first",
            "Sign in to the organization at GitHub, then sign out here and in again."),
    MEMBERSHIP_APP_RESTRICTED(
            "membership.app-restricted",
            403,
            "The organization hides its members from this gateway",
            "Ask an owner of the organization to approve the app at GitHub, under Third-party access, or to let the gateway's address in."),
    MEMBERSHIP_NOT_VISIBLE(
            "membership.not-visible",
            403,
            "This gateway may not see what you belong to",
            "Sign out and in again. If that does not help, tell the people who run this gateway that its app lacks a scope or permission."),
    FORWARD_AUTH_UNTRUSTED(
            "forward-auth.untrusted",
            403,
            "Only a trusted proxy is told who may pass",
            "Name the proxy's address in latchkey.trusted-proxies, if it is yours."),
    FORWARD_AUTH_TARGET(
            "forward-auth.target",
            403,
            "It is not plain what the proxy asks about",
            "Let the proxy send method, host and target of the request it holds, each once, and nothing of the kind that the client sent."),
    FORWARD_AUTH_ROUTE(
            "forward-auth.route.unknown",
            403,
            "There is no app at the address that the proxy asks about",
            "Add a route file for that host and path."),
    CROSS_SITE_REFUSED(
            "request.cross-site", 403, "This came from another site", "Repeat the action from this site's own pages."),
    FORM_STALE(
            "form.stale",
            403,
            "This form is too old, was sent before, or was not sent by hand",
            "Open the page anew and fill in its form."),
    SCRIPT_REFUSED(
            "request.by-script",
            403,
            "A page's script may not do this here, since apps share this host",
            "Use the form of the account page, send the cookie from a program without a browser, or give the apps hosts of"
                    + " their own."),
    OAUTH_REQUEST_INVALID(
            "oauth.request.invalid",
            400,
            "The app's request to sign you in is not valid",
            "Tell the people who run the app: its client id and its redirect address must be those configured here."),
    LINK_UNFIT(
            "link.unfit",
            400,
            "Such a link cannot be asked for",
            "Send the chat account as 'user' and the room as 'room', each in one line of at most 200 characters."),
    LINK_OVER(
            "link.over",
            404,
            "This address for linking a chat account is not good any more",
            "Ask the chat for a new one; each is good once, for ten minutes."),
    LINK_DECLINED(
            "link.declined",
            401,
            "The chat account was not linked",
            "Ask the chat for a new address if you did not mean to."),
    WEBHOOK_UNSIGNED(
            "webhook.unsigned",
            401,
            "The delivery is not signed with this app's secret",
            "Use the same secret at GitHub and as webhook-secret of the route."),
    WEBHOOK_UNPROVEN(
            "webhook.unproven",
            403,
            "The signature does not fit this delivery",
            "Use the same secret at GitHub and in latchkey.github.webhook-secret."),
    WEBHOOK_CROWDED(
            "webhook.crowded",
            503,
            "There are more deliveries than there is room for",
            "Deliver it again in a minute."),
    WEBHOOK_UNDER_WAY(
            "webhook.under-way",
            503,
            "This delivery is being acted on, or died half acted on",
            "Deliver it again in a minute."),
    COOKIE_AMBIGUOUS(
            "session.cookie.ambiguous",
            400,
            "The browser sent two different sessions",
            "Delete this site's cookies and sign in again."),
    STORE_UNAVAILABLE(
            "store.unavailable",
            503,
            "The gateway cannot look up your session just now",
            "You are still signed in. Try again in a few seconds."),
    STATE_MISSING(
            "sign-in.state.missing",
            400,
            "This sign-in was not started in this browser",
            "Start again here. If it happens twice, check that this browser accepts cookies."),
    STATE_INVALID("sign-in.state.invalid", 400, "This sign-in link is damaged", "Start again here."),
    STATE_USED(
            "sign-in.state.used",
            400,
            "This sign-in was already completed",
            "If you are not signed in, start again here."),
    STATE_EXPIRED(
            "sign-in.state.expired", 400, "This sign-in took too long", "Start again here; you have ten minutes."),
    CODE_MISSING("sign-in.code.missing", 400, "The identity provider sent no usable code", "Start again here."),
    CODE_REFUSED("sign-in.code.refused", 400, "The identity provider refused the code", "Start again here."),
    SIGN_IN_DECLINED("sign-in.declined", 403, "You declined to sign in", "Start again here if you did not mean to."),
    ISSUER_WRONG("sign-in.issuer.wrong", 403, "The answer came from another issuer", "Start again here."),
    PROVIDER_FAILED(
            "sign-in.provider.failed",
            403,
            "The identity provider failed",
            "Nothing is lost. Wait a moment, then try again."),
    PROVIDER_MISCONFIGURED(
            "sign-in.provider.misconfigured",
            403,
            "The gateway is not set up correctly with the identity provider",
            "Tell the people who run this gateway, with the request id."),
    PROFILE_UNUSABLE(
            "sign-in.profile.unusable", 403, "The identity provider sent no usable profile", "Start again here."),
    ID_TOKEN_REFUSED(
            "sign-in.id-token.refused",
            403,
            "The identity provider's proof of who you are was refused",
            "Start again here. If it happens twice, tell the people who run this gateway."),
    PROVIDER_UNKNOWN(
            "provider.unknown", 404, "There is no such identity provider", "Choose one of those on the sign-in page."),
    PROVIDER_EXISTS("provider.exists", 409, "There is such an identity provider already", "Choose another name."),
    PROVIDER_FIXED(
            "provider.fixed",
            409,
            "This identity provider is part of the gateway's configuration",
            "Change latchkey.github.* in the configuration instead."),
    PROVIDER_MOVED(
            "provider.moved",
            409,
            "An identity provider cannot be turned into another",
            "Remove it and add it anew. Its people then sign in to accounts of their own."),
    PROVIDER_CHANGED(
            "provider.changed",
            409,
            "Somebody else changes the identity providers at this moment",
            "Look at the provider, then try again."),
    PROVIDER_UNFIT(
            "provider.unfit", 400, "Such an identity provider cannot be added", "Say what the answer says is missing."),
    PROVIDER_ADDRESS(
            "provider.address",
            400,
            "An identity provider may not have this address",
            "Use an https address of the public internet, or have the host named in latchkey.providers.allowed-hosts."),
    PROVIDER_DISCOVERY(
            "provider.discovery",
            502,
            "The identity provider does not describe itself as OpenID Connect asks",
            "Check the issuer, or say where the provider authorizes, its tokens and its keys."),
    GITHUB_ACCOUNT_REQUIRED(
            "github.account-required",
            403,
            "This needs a GitHub account",
            "Sign out here, and sign in again with GitHub."),
    TOKEN_UNAVAILABLE(
            "token.unavailable",
            503,
            "The identity provider does not answer for your account just now",
            "You are still signed in. Try again in a few seconds."),
    BACKEND_UNREACHABLE("backend.unreachable", 502, "The app does not answer", "Try again in a few seconds."),
    BACKEND_BROKEN("backend.broken", 502, "The app gave no valid answer", "Try again in a few seconds."),
    BACKEND_TIMEOUT("backend.timeout", 504, "The app took too long", "Try again in a few seconds."),
    REPOSITORY_INVALID(
            "repository.invalid",
            400,
            "This is not the name of a repository",
            "Name owner and repository; both consist of letters, digits, dots, dashes and underscores."),
    INSTALLATION_MISSING(
            "installation.missing",
            404,
            "The GitHub App is not installed there",
            "Install the App for this repository at GitHub, or check the name."),
    INSTALLATION_SUSPENDED(
            "installation.suspended",
            403,
            "The installation of the GitHub App is suspended",
            "Ask an owner of the account to end the suspension at GitHub."),
    INSTALLATION_PERMISSIONS(
            "installation.permissions",
            422,
            "The installation of the GitHub App does not grant what is asked for",
            "Ask an owner of the account to accept the App's permissions, or configure fewer."),
    INSTALLATION_HASTE(
            "installation.haste",
            429,
            "New tokens were asked for too often",
            "Wait as long as Retry-After says; tokens made in the meantime are as good."),
    CALLER_UNKNOWN(
            "caller.unknown",
            401,
            "It is not known who is calling",
            "Send the credentials of a configured caller, by Basic or Bearer."),
    CALLER_REFUSED(
            "caller.refused",
            403,
            "This caller may not have this repository's token",
            "Add the repository to the caller's patterns in the gateway's configuration."),
    GITHUB_APP_REFUSED(
            "github.app.refused",
            500,
            "GitHub does not accept the App's key or id",
            "Tell the people who run this gateway: the App's id and private key must belong together."),
    GITHUB_REFUSED(
            "github.refused",
            502,
            "GitHub refused the call",
            "Check the rules of the account at GitHub, such as its list of allowed addresses."),
    GITHUB_LIMITED(
            "github.limited",
            429,
            "GitHub's rate limit is reached",
            "Wait as long as Retry-After says; nothing is sent to GitHub before."),
    GITHUB_BROKEN("github.broken", 502, "GitHub gave no valid answer", "Try again in a few seconds."),
    GITHUB_UNREACHABLE("github.unreachable", 503, "GitHub cannot be reached", "Try again in a few seconds."),
    GITHUB_TIMEOUT("github.timeout", 504, "GitHub took too long", "Try again in a few seconds."),
    GITHUB_BUSY("github.busy", 503, "Too many calls to GitHub are under way", "Try again in a moment."),
    GITHUB_PAUSED(
            "github.paused",
            503,
            "GitHub failed several times and is left alone for a while",
            "Wait as long as Retry-After says, then try again."),
    NOT_CACHED(
            "github.not-cached",
            504,
            "There is no stored answer",
            "Ask without only-if-cached, so that GitHub may be asked."),
    BODY_TOO_LARGE("request.body.too-large", 413, "The request is too large for this app", "Send less in one request."),
    REQUEST_TOO_SLOW("request.too-slow", 408, "The request came too slowly", "Send it again over a better connection."),
    RATE_LIMITED("limit.rate", 429, "Too many requests", "Wait as long as Retry-After says, then go on more slowly."),
    BACKEND_BUSY("backend.busy", 503, "The app has all hands full", "Try again in a moment."),
    BACKEND_PAUSED(
            "backend.paused",
            503,
            "The app failed several times and is left alone for a while",
            "Wait as long as Retry-After says, then try again."),
    INTERNAL_TOKEN_REQUIRED(
            "internal.token.required",
            401,
            "This call is for the people who run the gateway",
            "Send one of latchkey.internal.token as a bearer token, or call from the gateway's own machine if there is none."),
    ACTIONS_TOKEN_REQUIRED(
            "actions.token.required",
            401,
            "This app is for jobs of GitHub Actions only",
            "Call it from a job, with a token made for this gateway as bearer token. Signing in does not help."),
    ACTIONS_TOKEN_REFUSED(
            "actions.token.refused",
            401,
            "The token of the GitHub Actions job was refused",
            "Ask for a new token in the job, for exactly the audience that this gateway expects."),
    ACTIONS_KEYS_UNAVAILABLE(
            "actions.keys.unavailable",
            503,
            "The keys of GitHub Actions cannot be fetched just now",
            "Try again in a few seconds, with a new token."),
    API_TOKEN_REFUSED(
            "api-token.refused",
            401,
            "The token is not valid, or not any more",
            "Make a new token on the account page."),
    GITHUB_TOKEN_REFUSED(
            "github-token.refused",
            401,
            "This GitHub token is not one that this gateway's app got for you",
            "Sign in to the gateway, or use one of its own API tokens: tokens of other apps and personal ones are not taken."),
    API_TOKEN_ELSEWHERE(
            "api-token.elsewhere",
            403,
            "The token is not for this app",
            "Make a token whose list of routes names this app."),
    API_TOKEN_UNFIT(
            "api-token.unfit", 400, "Such a token cannot be made", "Give it a name, an end and routes that fit."),
    API_TOKEN_UNKNOWN("api-token.unknown", 404, "You have no such token", "Look at the list of your tokens."),
    API_TOKENS_FULL(
            "api-token.full",
            409,
            "You have as many tokens as one person may have",
            "End one that you do not use any more."),
    IDENTITY_REFUSED(
            "identity.refused",
            401,
            "The gateway's own JWT was refused",
            "Send the one that came with the request that is being served; it lives a few minutes."),
    IDENTITY_UNTRUSTED(
            "identity.untrusted",
            403,
            "This app may not call GitHub's API with its JWT",
            "Write 'send: { github-api: true }' into the route file of the app that the JWT was made for."),
    SERVICE_TOKEN_REFUSED(
            "service-token.refused",
            401,
            "The token of the sign-in service is not valid, or not any more",
            "Sign in again through the app that it was made for."),
    SESSION_UNKNOWN("session.unknown", 404, "There is no such session", "It may have ended. Look at the list again."),
    KEYS_GIVEN(
            "keys.given",
            409,
            "The signing keys are not made here",
            "Change the file that latchkey.signing-keys.file names; it is read anew by itself."),
    PERSON_UNKNOWN("person.unknown", 404, "This person is not known here", "Let the person sign in first."),
    RETURN_TARGET_REFUSED(
            "return-target.refused",
            400,
            "A sign-in may not lead back there",
            "Add exactly that origin to latchkey.login-broker.return-targets, if it is yours."),
    INTERNAL("internal", 500, "The gateway failed", "Try again. If it goes on, report it with the request id.");

    private final String code;
    private final int status;
    private final String title;
    private final String hint;

    ProblemCode(String code, int status, String title, String hint) {
        this.code = code;
        this.status = status;
        this.title = title;
        this.hint = hint;
    }

    /** The stable, dotted code. */
    public String code() {
        return code;
    }

    /** The HTTP status it is answered with. */
    public int status() {
        return status;
    }

    /** What happened, as a sentence for people, without a full stop. */
    public String title() {
        return title;
    }

    /** What to do next. */
    public String hint() {
        return hint;
    }
}
