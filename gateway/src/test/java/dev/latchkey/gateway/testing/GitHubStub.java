package dev.latchkey.gateway.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import java.net.URI;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.LoggerFactory;

/**
 * A stand-in for GitHub on the loopback interface, faithful in what a sign-in gateway can notice: single-use codes, PKCE,
 * rotating refresh tokens, errors with status 200, quotas, and the right moment for each 401. WireMock listens and routes,
 * {@link GitHubState} decides.
 *
 * <p>It is laid out as a GitHub Enterprise host: the web at the root, the API under {@code /api/v3}, so that one address is
 * enough to configure a gateway. One OAuth App ({@link #app()}) and one person ({@code octocat}) exist from the start; other
 * people come into being when first named.
 *
 * <p>Like GitHub it creates at most ten tokens an hour per person, OAuth App and scope: tests that sign one person in more
 * often say {@link StubApp#withoutTokenLimits()}.
 */
public final class GitHubStub implements AutoCloseable {

    public static final String CLIENT_ID = "Ov23liLatchkeyTests0";

    private final GitHubState state;
    private final WireMockServer server;
    private final Consent consent;
    private final Payloads payloads;
    private final StubApp app;
    private final StubContent content = new StubContent();

    private GitHubStub(Clock clock, String host, int port) {
        quietenJetty();
        state = new GitHubState(clock);
        Responder responder = new Responder(state);
        server = new WireMockServer(configuration(responder, host, port));
        server.start();
        state.webUrl("http://127.0.0.1:" + server.port());
        responder.use(routes(), new ContentEndpoints(content, new Api(state), this::installationToken));
        consent = new Consent(state);
        payloads = new Payloads(state);
        app = registerOAuthApp(
                        CLIENT_ID,
                        state.secrets.clientSecret(),
                        "http://localhost/oauth2/callback",
                        "http://127.0.0.1/oauth2/callback")
                .name("Latchkey");
        state.person("octocat").id(583_231);
    }

    /** Starts on a free port, with the system's clock. */
    public static GitHubStub start() {
        return start(Clock.systemUTC());
    }

    /** Starts on a free port; codes, tokens, quotas and the {@code Date} header go by this clock. */
    public static GitHubStub start(Clock clock) {
        return start(clock, 0);
    }

    /** Port 0 takes a free one. */
    public static GitHubStub start(Clock clock, int port) {
        return new GitHubStub(clock, "127.0.0.1", port);
    }

    /** For whoever reaches this machine, as in a container, under that address. */
    public static GitHubStub serving(URI address) {
        GitHubStub github = new GitHubStub(Clock.systemUTC(), "0.0.0.0", address.getPort());
        github.state.webUrl(address.toString());
        return github;
    }

    private static WireMockConfiguration configuration(Responder responder, String host, int port) {
        // Delays are waited out on timers, not on threads, so that a thousand slow calls need no thousand threads.
        return WireMockConfiguration.options()
                .bindAddress(host)
                .port(port)
                .extensions(responder)
                .disableRequestJournal()
                .stubRequestLoggingDisabled(true)
                .templatingEnabled(false)
                .asynchronousResponseEnabled(true)
                .asynchronousResponseThreads(8)
                .containerThreads(40)
                .jettyAcceptors(1)
                .jettyAcceptQueueSize(2_000)
                .jettyIdleTimeout(120_000L)
                .http2PlainDisabled(true)
                .gzipDisabled(true);
    }

    /** Jetty announces each of its parts at every start; tests start many. */
    private static void quietenJetty() {
        if (LoggerFactory.getLogger("org.eclipse.jetty") instanceof Logger jetty) {
            jetty.setLevel(Level.ERROR);
        }
    }

    private Routes routes() {
        Routes routes = new Routes(server);
        Api api = new Api(state);
        List<Endpoints> families = List.of(
                new AuthorizeEndpoints(state),
                new TokenEndpoint(state),
                new DeviceEndpoints(state),
                new UserEndpoints(state, api),
                new OrganizationEndpoints(state, api),
                new RepositoryEndpoints(state, api),
                new ApplicationEndpoints(state, api),
                new InstallationEndpoints(state, api),
                new ActionsEndpoints(state),
                new RateLimitEndpoint(state, api));
        families.forEach(family -> family.addTo(routes));
        routes.otherwise(call -> Reply.message(404, "Not Found"));
        return routes;
    }

    // Addresses

    /** Where browsers go; also the one address that a GitHub Enterprise configuration needs. */
    public String webUrl() {
        return state.webUrl();
    }

    public String apiUrl() {
        return state.apiUrl();
    }

    public int port() {
        return server.port();
    }

    // Apps and people

    /** The app registered from the start: any loopback port, path {@code /oauth2/callback}. */
    public StubApp app() {
        return app;
    }

    public StubApp registerOAuthApp(String clientId, String clientSecret, String... redirectUris) {
        return state.register(clientId, clientSecret).redirectUris(redirectUris);
    }

    /** The person of that login, made on first sight. */
    public StubPerson person(String login) {
        return state.person(login);
    }

    /** The organisation of that login, for those with rules of their own. */
    public StubOrg org(String login) {
        return state.org(login);
    }

    /** Who sits at the browser: the consent page names this person instead of offering a choice. */
    public GitHubStub signedIn(String login) {
        state.signedIn(login);
        return this;
    }

    /** Skips the consent page for a known person, as GitHub does for whoever consented before. */
    public GitHubStub consentRemembered() {
        state.consentRemembered(true);
        return this;
    }

    /**
     * Consents without a browser.
     *
     * @param authorizeUri where the gateway sent the browser
     * @return where GitHub sends it back to
     */
    public URI authorize(URI authorizeUri, String login) {
        person(login);
        return consent.give(authorizeUri, login);
    }

    /** Presses Cancel without a browser. */
    public URI decline(URI authorizeUri) {
        return consent.refuse(authorizeUri);
    }

    /** A live token for the default app without any flow, with these scopes. */
    public StubToken tokenFor(String login, String... scopes) {
        return tokenFor(app, login, scopes);
    }

    public StubToken tokenFor(StubApp app, String login, String... scopes) {
        return state.tokens.issue(app, person(login), app.grantable(Set.of(scopes)), false, false);
    }

    // What is kept at GitHub

    /** What there is to read and to write under the API, as tests put it there. */
    public StubContent content() {
        return content;
    }

    /** How many REST calls that person has left in this hour. */
    public int remainingOf(String login) {
        return state.quotas
                .look(Api.quotaKey(person(login)), person(login).quota())
                .remaining();
    }

    /** As if somebody had used that person's quota up to this rest, in a window that ends so far ahead. */
    public GitHubStub leave(String login, int remaining, Duration untilReset) {
        state.quotas.leave(Api.quotaKey(person(login)), person(login).quota(), remaining, untilReset);
        return this;
    }

    /** That person makes so many calls past the gateway. */
    public GitHubStub spendElsewhere(String login, int calls) {
        state.quotas.take(Api.quotaKey(person(login)), person(login).quota(), calls);
        return this;
    }

    /** From now on that person's calls are held to GitHub's secondary limits, all that are made by any of their tokens. */
    public SecondaryLimits limiting(String login) {
        return state.secondaryLimits.computeIfAbsent(login, name -> new SecondaryLimits(state.clock()));
    }

    // GitHub Apps as themselves

    /** The GitHub App of this number, made on first sight. All have one key, unless a test gives them others. */
    public StubGitHubApp gitHubApp(long id) {
        return state.installations.app(id, SharedAppKey.PAIR);
    }

    /** GitHub Actions, which vouches for jobs. */
    public StubActions actions() {
        return state.actions();
    }

    /** Where the keys are, by which Actions vouches for jobs. */
    public StubEndpoint actionsKeys() {
        return exactly("GET", StubActions.PATH + "/.well-known/jwks");
    }

    /** From now on a repository such as {@code acme/old} is {@code acme/new}, and its old name leads there. */
    public GitHubStub moveRepository(String from, String to) {
        state.installations.move(from, to);
        return this;
    }

    /** The installation token of that value, if it is live. */
    public Optional<StubInstallationToken> installationToken(String value) {
        return state.installations.live(value);
    }

    /** Where an App asks which installation a repository belongs to. */
    public StubEndpoint installationLookups() {
        return state.faults.endpoint(
                "installation look-ups",
                call -> call.method().equals("GET") && call.path().endsWith("/installation"));
    }

    /** Where an App gets tokens of an installation. */
    public StubEndpoint mints() {
        return state.faults.endpoint("mints", GitHubStub::isMint);
    }

    private static boolean isMint(Call call) {
        return call.method().equals("POST") && call.path().endsWith("/access_tokens");
    }

    /** Made once, since making one takes its time. */
    private static final class SharedAppKey {

        private static final KeyPair PAIR = AppKeys.rsa(2048);
    }

    // The device flow

    /** Types the code that a device shows, and consents. */
    public GitHubStub approveDevice(String userCode, String login) {
        return decideDevice(userCode, login, true);
    }

    public GitHubStub denyDevice(String userCode, String login) {
        return decideDevice(userCode, login, false);
    }

    private GitHubStub decideDevice(String userCode, String login, boolean allowed) {
        if (!state.devices.decide(userCode, person(login), allowed)) {
            throw new AssertionError("No device is waiting with the code " + userCode);
        }
        return this;
    }

    /** These errors answer the next polls, such as {@code authorization_pending} and {@code slow_down}. */
    public GitHubStub devicePolls(String... errors) {
        state.devices.script(List.of(errors));
        return this;
    }

    // Webhooks

    /** Any event, unsigned; delivered to whom the test says. */
    public Webhook webhook(String event, String json) {
        return Webhook.of(event, json);
    }

    /** {@code github_app_authorization.revoked}: the person took the app's grant back. */
    public Webhook authorizationRevoked(String login) {
        return payloads.authorizationRevoked(person(login));
    }

    /** {@code organization.member_removed}. The membership itself is the test's to end: {@link StubPerson#leaves}. */
    public Webhook organizationMemberRemoved(String org, String login) {
        return payloads.organizationMemberRemoved(org, person(login));
    }

    /** {@code installation.created}, {@code deleted}, {@code suspend} or {@code unsuspend}. */
    public Webhook installationEvent(StubInstallation installation, String action) {
        return payloads.installation(installation, action);
    }

    /** {@code installation_repositories.added}. The repository itself is the test's to add. */
    public Webhook installationRepositoriesAdded(StubInstallation installation, String repository) {
        return payloads.installationRepositoriesAdded(installation, repository);
    }

    /** {@code repository.renamed}. The move itself is the test's: {@link #moveRepository}. */
    public Webhook repositoryRenamed(String fullName, String oldName) {
        return payloads.repositoryRenamed(fullName, oldName);
    }

    /** {@code membership.removed}, of a team such as {@code acme/eng}. */
    public Webhook teamMemberRemoved(String team, String login) {
        return payloads.teamMemberRemoved(StubPerson.Team.of(team), person(login));
    }

    /** {@code member.removed}, of a repository such as {@code acme/wiki}. */
    public Webhook repositoryMemberRemoved(String fullName, String login) {
        return payloads.repositoryMemberRemoved(fullName, person(login));
    }

    // Faults and moods

    public StubEndpoint authorizeEndpoint() {
        return exactly("GET", AuthorizeEndpoints.PATH);
    }

    public StubEndpoint tokenEndpoint() {
        return exactly("POST", TokenEndpoint.PATH);
    }

    /** The token endpoint, but only for refreshes. */
    public StubEndpoint refreshes() {
        return state.faults.endpoint(
                "refreshes",
                call -> call.path().equals(TokenEndpoint.PATH)
                        && "refresh_token".equals(call.form().get("grant_type")));
    }

    public StubEndpoint userEndpoint() {
        return exactly("GET", Api.BASE + "/user");
    }

    public StubEndpoint emailsEndpoint() {
        return exactly("GET", Api.BASE + "/user/emails");
    }

    /** Where an app asks whether a token of its own is good. */
    public StubEndpoint checkEndpoint() {
        return applications("check", "POST", "/token");
    }

    /** Where an app deletes a token, or a whole grant. */
    public StubEndpoint revocationEndpoint() {
        return applications("revocation", "DELETE", "");
    }

    private StubEndpoint applications(String name, String method, String suffix) {
        return state.faults.endpoint(
                name,
                call -> call.method().equals(method)
                        && call.path().startsWith(Api.BASE + "/applications/")
                        && call.path().endsWith(suffix));
    }

    /** Every path that begins so, whatever the method. */
    public StubEndpoint endpoint(String pathPrefix) {
        return state.faults.endpoint(pathPrefix, call -> call.path().startsWith(pathPrefix));
    }

    private StubEndpoint exactly(String method, String path) {
        return state.faults.endpoint(
                method + " " + path,
                call -> call.method().equals(method) && call.path().equals(path));
    }

    /** Tokens younger than this get 401 from the API: the replicas have not heard of them. */
    public GitHubStub replicaLag(Duration lag) {
        state.replicaLag(lag);
        return this;
    }

    /** While on, the API answers every token with 401 and {@code x-ratelimit-limit: 60}; the token check goes on working. */
    public GitHubStub incident(boolean on) {
        state.incident(on);
        return this;
    }

    /** Lets GitHub's own clock, and so its {@code Date}, run ahead of the one handed in. */
    public GitHubStub clockAhead(Duration skew) {
        state.clockSkew(skew);
        return this;
    }

    // What it has seen, and what it holds

    /** Every call so far, oldest first. */
    public CallLog calls() {
        return state.calls.snapshot();
    }

    public GitHubStub forgetCalls() {
        state.calls.clear();
        return this;
    }

    /** Calls that asked for an installation token. */
    public CallLog mintCalls() {
        return calls().matching(GitHubStub::isMint);
    }

    public boolean isLive(String token) {
        return state.tokens.live(token).isPresent();
    }

    /** Whether that refresh token is or once was that person's. */
    public boolean hasRefreshToken(String login, String token) {
        return Objects.equals(
                state.tokens.accountOfRefreshToken(token), person(login).account());
    }

    /** That person's live tokens, of all apps, oldest first. */
    public List<StubToken> liveTokensOf(String login) {
        return state.tokens.liveOf(person(login).account());
    }

    /** Ends a token, and the refresh token beside it. */
    public void revoke(String token) {
        state.tokens.revoke(token);
    }

    /** Takes back what the person granted the default app: all its tokens end. */
    public void revokeGrant(String login) {
        revokeGrant(app, login);
    }

    public void revokeGrant(StubApp app, String login) {
        state.tokens.revokeGrant(app.clientId(), person(login).account());
    }

    /** Lets an access token expire now; its refresh token goes on. */
    public void expire(String token) {
        state.tokens.expire(token);
    }

    /** Every client secret, code, device code, access and refresh token ever made, for leak scans. */
    public Set<String> secretsSeen() {
        return state.secrets.seen();
    }

    /** What a gateway needs to be told to sign people in here. */
    public Map<String, String> gatewayProperties() {
        return Map.of(
                "latchkey.github.url", webUrl(),
                "latchkey.github.api-url", apiUrl(),
                "latchkey.github.client-id", app.clientId(),
                "latchkey.github.client-secret", app.clientSecret());
    }

    @Override
    public void close() {
        server.stop();
    }
}
