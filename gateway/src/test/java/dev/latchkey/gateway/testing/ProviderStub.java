package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * A stand-in for an OAuth 2 or OpenID Connect provider on the loopback interface: single-use codes with PKCE, ID tokens,
 * profiles of any shape, refresh tokens that rotate or do not, and the faults that a gateway must survive. One of these
 * can look like GitLab, Google, Discord or Spotify by what it is told to put into its answers.
 */
public final class ProviderStub implements AutoCloseable {

    private final Clock clock;
    private final DisposableServer server;
    private final String clientId = "client-" + UUID.randomUUID();
    private final String clientSecret = "secret-" + UUID.randomUUID();
    private final Map<String, Map<String, Object>> people = new ConcurrentHashMap<>();
    private final Map<String, Grant> codes = new ConcurrentHashMap<>();
    private final Map<String, String> refreshTokens = new ConcurrentHashMap<>();
    private final Map<String, String> accessTokens = new ConcurrentHashMap<>();
    private final List<String> given = new CopyOnWriteArrayList<>();
    private final List<String> revoked = new CopyOnWriteArrayList<>();
    private final AtomicInteger refreshes = new AtomicInteger();
    private final AtomicInteger exchanges = new AtomicInteger();
    private final AtomicInteger refusedRefreshes = new AtomicInteger();
    private final KeyPair key = AppKeys.rsa(2048);
    private volatile KeyPair signingKey = key;
    private volatile Integer expiresIn = 3600;
    private volatile boolean refreshToken = true;
    private volatile boolean rotates = true;
    private volatile boolean basic;
    private volatile boolean idTokens = true;
    private volatile boolean namesIssuer;
    private volatile String refusal;
    private volatile int failure;
    private volatile String redirect;
    private volatile String issuer;
    private volatile UnaryOperator<Map<String, Object>> claims = same -> same;
    private volatile UnaryOperator<Map<String, Object>> metadata = same -> same;

    private record Grant(String subject, String redirectUri, String challenge, String nonce) {}

    private ProviderStub(Clock clock) {
        this.clock = clock;
        this.server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> request.receive()
                        .aggregate()
                        .asString()
                        .defaultIfEmpty("")
                        .flatMap(body -> answer(request, body, response)))
                .bindNow();
        this.issuer = url();
    }

    public static ProviderStub start() {
        return start(Clock.systemUTC());
    }

    public static ProviderStub start(Clock clock) {
        return new ProviderStub(clock);
    }

    public String url() {
        return "http://127.0.0.1:" + server.port();
    }

    public String clientId() {
        return clientId;
    }

    public String clientSecret() {
        return clientSecret;
    }

    // How it behaves

    /** As it was at the start, with nobody in it; who it is stays. */
    public ProviderStub reset() {
        people.clear();
        codes.clear();
        revoked.clear();
        refreshes.set(0);
        refusedRefreshes.set(0);
        signingKey = key;
        expiresIn = 3600;
        refreshToken = true;
        rotates = true;
        basic = false;
        idTokens = true;
        namesIssuer = false;
        refusal = null;
        failure = 0;
        redirect = null;
        claims = same -> same;
        metadata = same -> same;
        return endEverything();
    }

    /** Somebody with an account, by what their profile shows besides {@code sub}; names and values in turn. */
    public ProviderStub person(String subject, Object... profile) {
        Map<String, Object> told = Json.object("sub", subject);
        told.putAll(Json.object(profile));
        people.put(subject, told);
        return this;
    }

    /** A life of access tokens in seconds, or null to say nothing about it. */
    public ProviderStub tokensLive(Integer seconds) {
        expiresIn = seconds;
        return this;
    }

    public ProviderStub withoutRefreshTokens() {
        refreshToken = false;
        return this;
    }

    /** Answers a refresh without a new refresh token, and takes the old one again, as Google and Spotify do. */
    public ProviderStub keepingRefreshTokens() {
        rotates = false;
        return this;
    }

    /** Takes the client's secret by Basic and in no other way. */
    public ProviderStub basicOnly() {
        basic = true;
        return this;
    }

    /** Plain OAuth 2: a profile and no ID token. */
    public ProviderStub withoutIdTokens() {
        idTokens = false;
        return this;
    }

    /** Says that it puts its issuer into answers (RFC 9207), and does. */
    public ProviderStub namingIssuer() {
        namesIssuer = true;
        return this;
    }

    /** Refuses codes and refresh tokens with that word from now on; null takes them again. */
    public ProviderStub refusing(String word) {
        refusal = word;
        return this;
    }

    /** Answers everything with that status from now on; 0 is well again. */
    public ProviderStub failing(int status) {
        failure = status;
        return this;
    }

    /** Answers token and profile calls with a redirect to there; null does not. */
    public ProviderStub redirecting(String target) {
        redirect = target;
        return this;
    }

    /** Changes the claims of ID tokens. */
    public ProviderStub idTokenClaims(UnaryOperator<Map<String, Object>> change) {
        claims = change;
        return this;
    }

    /** Changes what discovery tells. */
    public ProviderStub metadata(UnaryOperator<Map<String, Object>> change) {
        metadata = change;
        return this;
    }

    /** Signs by a key that it does not publish. */
    public ProviderStub forging() {
        signingKey = AppKeys.rsa(2048);
        return this;
    }

    /** Ends all tokens it ever gave. */
    public ProviderStub endEverything() {
        refreshTokens.clear();
        accessTokens.clear();
        return this;
    }

    // What became of it

    public int refreshes() {
        return refreshes.get();
    }

    /** How often somebody came with a code. */
    public int exchanges() {
        return exchanges.get();
    }

    /** Refresh tokens that came although they were spent. */
    public int refusedRefreshes() {
        return refusedRefreshes.get();
    }

    /** Access tokens that were given back. */
    public List<String> revoked() {
        return List.copyOf(revoked);
    }

    /** All tokens, codes and secrets that it ever handed out. */
    public List<String> secrets() {
        List<String> all = new ArrayList<>(given);
        all.add(clientSecret);
        return all;
    }

    public boolean isLive(String accessToken) {
        return accessTokens.containsKey(accessToken);
    }

    // What a person does

    /** Somebody signs in at the address that they were sent to, and is sent back to what this answers. */
    public URI authorize(URI request, String subject) {
        if (!request.toString().startsWith(url() + "/authorize?")) {
            throw new AssertionError("Not a way to sign in here: " + request);
        }
        Map<String, String> asked = FormFields.parse(request.getRawQuery());
        if (!clientId.equals(asked.get("client_id")) || !"S256".equals(asked.get("code_challenge_method"))) {
            throw new AssertionError("Not asked as it should be: " + request);
        }
        String code = secret("code");
        codes.put(code, new Grant(subject, asked.get("redirect_uri"), asked.get("code_challenge"), asked.get("nonce")));
        String answer = asked.get("redirect_uri") + "?code=" + code + "&state=" + FormFields.encode(asked.get("state"));
        return URI.create(namesIssuer ? answer + "&iss=" + FormFields.encode(issuer) : answer);
    }

    private String secret(String kind) {
        String secret = kind + "-" + UUID.randomUUID();
        given.add(secret);
        return secret;
    }

    // What it answers

    private Mono<Void> answer(HttpServerRequest request, String body, HttpServerResponse response) {
        String path = request.fullPath();
        if (failure != 0) {
            return response.status(failure).send();
        }
        if (redirect != null && Set.of("/token", "/userinfo").contains(path)) {
            return response.status(307).header("Location", redirect).send();
        }
        return switch (path) {
            case "/.well-known/openid-configuration" -> json(response, 200, metadata.apply(described()));
            case "/keys" -> json(response, 200, Json.object("keys", List.of(published())));
            case "/token" -> token(request, FormFields.parse(body), response);
            case "/userinfo" -> userInfo(request, response);
            case "/userinfo/emails" -> emails(request, response);
            case "/revoke" -> revoke(FormFields.parse(body), response);
            default -> response.status(404).send();
        };
    }

    private Map<String, Object> described() {
        return Json.object(
                "issuer",
                issuer,
                "authorization_endpoint",
                url() + "/authorize",
                "token_endpoint",
                url() + "/token",
                "userinfo_endpoint",
                url() + "/userinfo",
                "jwks_uri",
                url() + "/keys",
                "revocation_endpoint",
                url() + "/revoke",
                "authorization_response_iss_parameter_supported",
                namesIssuer);
    }

    private Map<String, Object> published() {
        try {
            Map<String, Object> jwk = PublicJsonWebKey.Factory.newPublicJwk(key.getPublic())
                    .toParams(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
            jwk.put("kid", "one");
            jwk.put("use", "sig");
            jwk.put("alg", "RS256");
            return jwk;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private Mono<Void> token(HttpServerRequest request, Map<String, String> form, HttpServerResponse response) {
        if (!isClient(request.requestHeaders().get("Authorization"), form)) {
            return json(response, 401, Json.object("error", "invalid_client"));
        }
        boolean refreshing = "refresh_token".equals(form.get("grant_type"));
        (refreshing ? refreshes : exchanges).incrementAndGet();
        if (refusal != null) {
            return json(response, 400, Json.object("error", refusal));
        }
        return refreshing ? refresh(form, response) : exchange(form, response);
    }

    private boolean isClient(String authorization, Map<String, String> form) {
        if (basic) {
            String expected = Base64.getEncoder().encodeToString((clientId + ":" + clientSecret).getBytes(UTF_8));
            return ("Basic " + expected).equals(authorization) && !form.containsKey("client_secret");
        }
        return clientId.equals(form.get("client_id")) && clientSecret.equals(form.get("client_secret"));
    }

    private Mono<Void> exchange(Map<String, String> form, HttpServerResponse response) {
        Grant grant = codes.remove(String.valueOf(form.get("code")));
        boolean good = grant != null
                && grant.redirectUri().equals(form.get("redirect_uri"))
                && grant.challenge().equals(challenge(String.valueOf(form.get("code_verifier"))));
        if (!good) {
            return json(response, 400, Json.object("error", "invalid_grant"));
        }
        Map<String, Object> answer = pair(grant.subject(), null);
        if (idTokens) {
            answer.put("id_token", idToken(grant));
        }
        return json(response, 200, answer);
    }

    private Mono<Void> refresh(Map<String, String> form, HttpServerResponse response) {
        String old = String.valueOf(form.get("refresh_token"));
        String subject = rotates ? refreshTokens.remove(old) : refreshTokens.get(old);
        if (subject == null) {
            refusedRefreshes.incrementAndGet();
        }
        return subject == null
                ? json(response, 400, Json.object("error", "invalid_grant"))
                : json(response, 200, pair(subject, old));
    }

    private Map<String, Object> pair(String subject, String old) {
        String access = secret("access");
        accessTokens.put(access, subject);
        Map<String, Object> answer = Json.object("access_token", access, "token_type", "Bearer");
        if (expiresIn != null) {
            answer.put("expires_in", expiresIn);
        }
        if (refreshToken && (old == null || rotates)) {
            String refresh = secret("refresh");
            refreshTokens.put(refresh, subject);
            answer.put("refresh_token", refresh);
        }
        return answer;
    }

    private String idToken(Grant grant) {
        long now = clock.instant().getEpochSecond();
        Map<String, Object> told =
                Json.object("iss", issuer, "aud", clientId, "sub", grant.subject(), "iat", now, "exp", now + 300);
        if (grant.nonce() != null) {
            told.put("nonce", grant.nonce());
        }
        JsonWebSignature jws = new JsonWebSignature();
        jws.setPayload(Json.write(claims.apply(told)));
        jws.setAlgorithmHeaderValue("RS256");
        jws.setKeyIdHeaderValue("one");
        jws.setKey(signingKey.getPrivate());
        try {
            String token = jws.getCompactSerialization();
            given.add(token);
            return token;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As GitHub shows them, from what the person's profile holds under {@code emails}. */
    private Mono<Void> emails(HttpServerRequest request, HttpServerResponse response) {
        String subject = subjectOf(request);
        return subject == null
                ? response.status(401).send()
                : response.header("Content-Type", "application/json")
                        .sendString(Mono.just(Json.write(people.get(subject).getOrDefault("emails", List.of()))))
                        .then();
    }

    private String subjectOf(HttpServerRequest request) {
        String authorization = String.valueOf(request.requestHeaders().get("Authorization"));
        return accessTokens.get(authorization.replaceFirst("^Bearer ", ""));
    }

    private Mono<Void> userInfo(HttpServerRequest request, HttpServerResponse response) {
        String subject = subjectOf(request);
        return subject == null
                ? response.status(401).send()
                : json(response, 200, people.getOrDefault(subject, Json.object("sub", subject)));
    }

    private Mono<Void> revoke(Map<String, String> form, HttpServerResponse response) {
        String token = String.valueOf(form.get("token"));
        accessTokens.remove(token);
        revoked.add(token);
        return response.status(200).send();
    }

    private static String challenge(String verifier) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Mono<Void> json(HttpServerResponse response, int status, Map<String, Object> value) {
        return response.status(status)
                .header("Content-Type", "application/json")
                .sendString(Mono.just(Json.write(value)))
                .then();
    }

    /** A description for {@code POST /admin/providers}, by discovery; more fields and values in turn. */
    public String described(String name, Object... more) {
        Map<String, Object> fields = new LinkedHashMap<>(Json.object(
                "name",
                name,
                "kind",
                "oidc",
                "client_id",
                clientId,
                "client_secret",
                clientSecret,
                "client_authentication",
                basic ? "basic" : "post",
                "issuer",
                issuer));
        fields.putAll(Json.object(more));
        fields.values().removeIf(value -> value == null);
        return Json.write(fields);
    }

    /** A description by its addresses alone, of a kind whose homes are elsewhere. */
    public String describedAs(String kind, String name, Object... more) {
        Map<String, Object> fields = Json.object(
                "kind",
                kind,
                "issuer",
                null,
                "authorization_url",
                url() + "/authorize",
                "token_url",
                url() + "/token",
                "user_info_url",
                url() + "/userinfo",
                "revocation_url",
                url() + "/revoke");
        fields.putAll(Json.object(more));
        Object[] all = fields.entrySet().stream()
                .flatMap(field -> Stream.of(field.getKey(), field.getValue()))
                .toArray();
        return described(name, all);
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
