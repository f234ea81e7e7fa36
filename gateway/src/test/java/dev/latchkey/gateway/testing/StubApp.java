package dev.latchkey.gateway.testing;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An app registered at the stand-in: an OAuth App with lasting tokens unless told otherwise. Every method takes effect for
 * what is issued from then on.
 */
public final class StubApp {

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]", "localhost");

    private final String clientId;
    private final Secrets secrets;
    private final List<String> clientSecrets = new CopyOnWriteArrayList<>();
    private final List<URI> redirectUris = new CopyOnWriteArrayList<>();
    private final Set<String> missingPermissions = ConcurrentHashMap.newKeySet();

    private volatile String name;
    private volatile boolean gitHubApp;
    private volatile boolean wildcardRedirects;
    private volatile Duration accessLife;
    private volatile boolean refreshTokens = true;
    private volatile boolean numbersAsText;
    private volatile boolean formEncoded;
    private volatile boolean longTokens;
    private volatile boolean tokenLimits = true;
    private volatile boolean deviceFlow = true;
    private volatile boolean suspended;
    private volatile boolean sendsIssuer = true;
    private volatile String issuer;
    private volatile Set<String> grantable;
    private volatile int tokenRequestsPerHour = 2_000;

    StubApp(String clientId, String clientSecret, Secrets secrets) {
        this.clientId = clientId;
        this.name = clientId;
        this.secrets = secrets;
        addSecret(clientSecret);
    }

    public String clientId() {
        return clientId;
    }

    /** The newest secret. */
    public String clientSecret() {
        return clientSecrets.get(clientSecrets.size() - 1);
    }

    /** Makes a second secret; the earlier ones stay valid until revoked. */
    public String addSecret() {
        return addSecret(secrets.clientSecret());
    }

    public String addSecret(String secret) {
        clientSecrets.add(secrets.note(secret));
        return secret;
    }

    public StubApp revokeSecret(String secret) {
        clientSecrets.remove(secret);
        return this;
    }

    /** What the consent page calls it. */
    public StubApp name(String shown) {
        name = shown;
        return this;
    }

    public StubApp redirectUris(String... more) {
        for (String uri : more) {
            redirectUris.add(URI.create(uri));
        }
        return this;
    }

    /** Lets sub-domains and sub-paths of the redirect URIs through. */
    public StubApp wildcardRedirects() {
        wildcardRedirects = true;
        return this;
    }

    /** Tokens begin with {@code ghu_}, expire, and have no scopes. */
    public StubApp asGitHubApp() {
        gitHubApp = true;
        return expiringTokens();
    }

    /** Eight hours, and a refresh token. */
    public StubApp expiringTokens() {
        return expiringTokens(Duration.ofHours(8));
    }

    public StubApp expiringTokens(Duration life) {
        accessLife = life;
        return this;
    }

    public StubApp lastingTokens() {
        accessLife = null;
        return this;
    }

    /** Tokens that expire and cannot be refreshed. */
    public StubApp withoutRefreshTokens() {
        refreshTokens = false;
        return this;
    }

    /** {@code "expires_in": "28800"}, as GitHub's older documentation has it. */
    public StubApp numbersAsText() {
        numbersAsText = true;
        return this;
    }

    /** Form-encoded token answers, whatever the caller accepts. */
    public StubApp answersFormEncoded() {
        formEncoded = true;
        return this;
    }

    /** Access tokens of 560 characters, with dots. */
    public StubApp longTokens() {
        longTokens = true;
        return this;
    }

    /** Grants at most these scopes, whatever is asked. */
    public StubApp grantsOnly(String... scopes) {
        grantable = Set.of(scopes);
        return this;
    }

    /** Lifts the ten live tokens, and ten an hour, per person, app and scope. */
    public StubApp withoutTokenLimits() {
        tokenLimits = false;
        return this;
    }

    public StubApp tokenRequestsPerHour(int limit) {
        tokenRequestsPerHour = limit;
        return this;
    }

    /** Sends this {@code iss} to the callback instead of the right one. */
    public StubApp issuer(String wrong) {
        issuer = wrong;
        return this;
    }

    /** Sends no {@code iss}, as before April 2026. */
    public StubApp withoutIssuer() {
        sendsIssuer = false;
        return this;
    }

    public StubApp withoutDeviceFlow() {
        deviceFlow = false;
        return this;
    }

    /** Takes a permission from a GitHub App: {@code email_addresses}, {@code members}. */
    public StubApp withoutPermission(String permission) {
        missingPermissions.add(permission);
        return this;
    }

    public StubApp suspended() {
        suspended = true;
        return this;
    }

    String name() {
        return name;
    }

    boolean hasSecret(String secret) {
        return clientSecrets.contains(secret);
    }

    boolean isGitHubApp() {
        return gitHubApp;
    }

    boolean isSuspended() {
        return suspended;
    }

    boolean hasPermission(String permission) {
        return !missingPermissions.contains(permission);
    }

    /** Null for tokens that last. */
    Duration accessLife() {
        return accessLife;
    }

    boolean issuesRefreshTokens() {
        return refreshTokens;
    }

    boolean writesNumbersAsText() {
        return numbersAsText;
    }

    boolean alwaysFormEncoded() {
        return formEncoded;
    }

    boolean limitsTokens() {
        return tokenLimits && !gitHubApp;
    }

    int tokenRequestsPerHour() {
        return tokenRequestsPerHour;
    }

    boolean offersDeviceFlow() {
        return deviceFlow;
    }

    String newAccessToken() {
        String prefix = gitHubApp ? "ghu_" : "gho_";
        return longTokens ? secrets.longToken(prefix) : secrets.token(prefix);
    }

    /** The {@code iss} of callbacks, or null. */
    String issuerOr(String right) {
        if (!sendsIssuer) {
            return null;
        }
        return issuer == null ? right : issuer;
    }

    Set<String> grantable(Set<String> asked) {
        if (gitHubApp) {
            return Set.of();
        }
        Set<String> granted = Scopes.normalise(asked);
        granted.remove(Scopes.OFFLINE_ACCESS);
        if (grantable != null) {
            granted.retainAll(grantable);
        }
        return granted;
    }

    /** Where errors go that concern the redirect URI itself. */
    URI firstRedirectUri() {
        return redirectUris.get(0);
    }

    boolean allowsRedirectTo(URI asked) {
        return redirectUris.stream().anyMatch(registered -> matches(registered, asked));
    }

    private boolean matches(URI registered, URI asked) {
        return registered.equals(asked)
                || loopbackMatch(registered, asked)
                || (wildcardRedirects && wildcardMatch(registered, asked));
    }

    /** Any port on a loopback host. GitHub's documentation speaks of addresses; its practice has always included the name. */
    private static boolean loopbackMatch(URI registered, URI asked) {
        return LOOPBACK.contains(String.valueOf(asked.getHost()))
                && sameButPort(registered, asked)
                && registered.getHost().equals(asked.getHost())
                && registered.getRawPath().equals(asked.getRawPath());
    }

    private static boolean wildcardMatch(URI registered, URI asked) {
        String host = String.valueOf(asked.getHost());
        boolean hostFits = host.equals(registered.getHost()) || host.endsWith("." + registered.getHost());
        boolean portFits = asked.getPort() == registered.getPort() || LOOPBACK.contains(host);
        return hostFits && portFits && sameButPort(registered, asked) && isSubPath(registered, asked);
    }

    private static boolean isSubPath(URI registered, URI asked) {
        String base = registered.getRawPath();
        String path = asked.normalize().getRawPath();
        return path.equals(base) || path.startsWith(base.endsWith("/") ? base : base + "/");
    }

    private static boolean sameButPort(URI registered, URI asked) {
        return registered.getScheme().equals(asked.getScheme())
                && asked.getRawUserInfo() == null
                && asked.getRawQuery() == null
                && asked.getRawFragment() == null;
    }
}
