package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.watch.CallSpans;
import dev.latchkey.gateway.web.GatewayAddress;
import io.netty.channel.ChannelOption;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** The app's account at GitHub: how it is registered, and the calls that an app makes for its people. */
public final class GitHub {

    /** The provider's name, in account ids and in paths. */
    public static final String ID = "github";

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    /** GitHub closes idle connections after about a minute. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    private static final int LARGEST_ANSWER = 256 * 1024;
    private static final MediaType API = MediaType.valueOf("application/vnd.github+json");
    private static final ParameterizedTypeReference<List<Map<String, Object>>> LIST =
            new ParameterizedTypeReference<>() {};

    private final GitHubProperties properties;
    private final SecretSource clientId;
    private final SecretSource clientSecret;
    private final SecretSource webhookSecret;
    private final GatewayAddress address;
    private final WebClient web;
    private final WebClient tokenWeb;

    GitHub(
            GitHubProperties properties,
            SecretSource clientId,
            SecretSource clientSecret,
            SecretSource webhookSecret,
            GatewayAddress address) {
        this.clientId = clientId;
        this.webhookSecret = webhookSecret;
        this.properties = properties;
        this.clientSecret = clientSecret;
        this.address = address;
        ConnectionProvider pool =
                ConnectionProvider.builder("github").maxIdleTime(IDLE).build();
        this.web = client(HttpClient.create(pool).responseTimeout(ANSWER));
        // A connection of its own, and no second try: a request that spends a token must not be sent twice.
        this.tokenWeb =
                client(HttpClient.newConnection().disableRetry(true).responseTimeout(properties.tokenTimeout()));
    }

    /** Redirects are not followed: a credential goes to the configured host and nowhere else. */
    private static WebClient client(HttpClient http) {
        HttpClient careful = http.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT.toMillis())
                .followRedirect(false);
        return WebClient.builder()
                .clientConnector(new ReactorClientHttpConnector(careful))
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(LARGEST_ANSWER))
                .defaultHeader(HttpHeaders.USER_AGENT, "latchkey")
                .filter(CallSpans.named("github"))
                .build();
    }

    /** No secret, but often kept in one file with it. */
    private String id() {
        return clientId.current().reveal().strip();
    }

    /** For calls to GitHub's API; each answer within ten seconds and 256 KB. */
    public WebClient web() {
        return web;
    }

    WebClient tokenWeb() {
        return tokenWeb;
    }

    /** Where the API is, without a trailing slash. */
    public String api() {
        return properties.api();
    }

    /** Where the GraphQL API is. */
    public String graphQl() {
        return properties.graphQl();
    }

    /** Where release assets are uploaded to, without a trailing slash. */
    public String uploads() {
        return properties.uploads();
    }

    /** The longest that a call for a token may take. */
    public Duration tokenTimeout() {
        return CONNECT.plus(properties.tokenTimeout());
    }

    /** What GitHub signs its webhooks with, as it is at this moment. */
    public SecretSource webhookSecret() {
        return webhookSecret;
    }

    /** How often to ask whether a token is still good; zero for never. */
    public Duration recheckInterval() {
        return properties.recheck();
    }

    /** Where browsers are sent to sign in, as an origin (RFC 6454). */
    public String origin() {
        URI web = URI.create(properties.web());
        return web.getScheme() + "://" + web.getRawAuthority();
    }

    /** Where a device asks for its codes (RFC 8628, section 3.1). */
    String deviceCodes() {
        return properties.web() + "/login/device/code";
    }

    /** What the app itself shows in {@code Authorization}, where it calls for nobody; its quota is its own. */
    public Secret appAuthorization() {
        String credentials =
                HttpHeaders.encodeBasicAuth(id(), clientSecret.current().reveal(), StandardCharsets.UTF_8);
        return Secret.of("Basic " + credentials);
    }

    /** The issuer that GitHub names in callbacks (RFC 9207). */
    public String issuer() {
        return properties.web() + "/login/oauth";
    }

    /** The registration with the client secret of this moment, which may change while the gateway runs. */
    public ClientRegistration registration() {
        return registration(address.at("/callback"));
    }

    /** The same, with answers to that address. */
    public ClientRegistration registration(URI callback) {
        return ClientRegistration.withRegistrationId(ID)
                .clientName("GitHub")
                .clientId(id())
                .clientSecret(clientSecret.current().reveal())
                .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST)
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .redirectUri(callback.toString())
                .scope(properties.scopes())
                .authorizationUri(properties.web() + "/login/oauth/authorize")
                .tokenUri(properties.web() + "/login/oauth/access_token")
                .userInfoUri(properties.api() + "/user")
                .userNameAttributeName("id")
                .build();
    }

    /** The addresses of whom the token belongs to, with their {@code primary} and {@code verified} flags. */
    public Mono<List<Map<String, Object>>> emails(AccessToken token) {
        return get("/user/emails?per_page=100", token, response -> response.bodyToMono(LIST));
    }

    /** What is left of this person's quota of REST calls; empty where GitHub counts none, as an Enterprise Server may. */
    public Mono<Quota> quota(AccessToken token) {
        return get("/rate_limit", token, response -> response.bodyToMono(Quota.Answer.class))
                .map(Quota.Answer::core);
    }

    private <T> Mono<T> get(String path, AccessToken token, Function<ClientResponse, Mono<T>> reader) {
        return web.get()
                .uri(properties.api() + path)
                .headers(headers -> headers.setBearerAuth(token.reveal()))
                .accept(API)
                .exchangeToMono(response -> {
                    if (response.statusCode().isSameCodeAs(HttpStatus.UNAUTHORIZED)) {
                        return response.releaseBody().then(Mono.error(TokenRejected::new));
                    }
                    if (response.statusCode().isSameCodeAs(HttpStatus.NOT_FOUND)) {
                        return response.releaseBody().then(Mono.empty());
                    }
                    return response.statusCode().is2xxSuccessful() ? reader.apply(response) : response.createError();
                });
    }

    /**
     * Whether a token of this app is good, which GitHub tells the app without counting a failed sign-in against the person.
     *
     * @return fails if GitHub says neither yes nor no
     */
    public Mono<Boolean> isLive(AccessToken token) {
        return application(HttpMethod.POST, "token", token)
                .exchangeToMono(response -> switch (response.statusCode().value()) {
                    case 200 -> response.releaseBody().thenReturn(true);
                    case 404 -> response.releaseBody().thenReturn(false);
                    default -> response.createError();
                });
    }

    /**
     * Whose a token is, if it is a good one of this app; empty if it is not, whatever else it may be good for.
     *
     * @return fails if GitHub says neither
     */
    public Mono<TokenOwner> ownerOf(AccessToken token) {
        return application(HttpMethod.POST, "token", token).exchangeToMono(response -> switch (response.statusCode()
                .value()) {
            case 200 -> response.bodyToMono(CheckedToken.class).mapNotNull(known -> known.ownerFor(id()));
            case 404, 422 -> response.releaseBody().then(Mono.empty());
            default -> response.createError();
        });
    }

    /** Makes GitHub forget a token of this app, or as configured the person's whole grant with all its tokens. */
    public Mono<Void> revoke(AccessToken token) {
        return revoke(token, properties.revoke().path());
    }

    /** Makes GitHub forget this token and no other. */
    public Mono<Void> revokeAlone(AccessToken token) {
        return revoke(token, Revocation.TOKEN.path());
    }

    /** 404 and 422 mean that it was forgotten already. */
    private Mono<Void> revoke(AccessToken token, String what) {
        return application(HttpMethod.DELETE, what, token).exchangeToMono(response -> {
            int status = response.statusCode().value();
            boolean done = response.statusCode().is2xxSuccessful() || status == 404 || status == 422;
            return done ? response.releaseBody() : response.createError();
        });
    }

    private WebClient.RequestHeadersSpec<?> application(HttpMethod method, String what, AccessToken token) {
        String id = id();
        return web.method(method)
                .uri(properties.api() + "/applications/{id}/{what}", id, what)
                .headers(headers ->
                        headers.setBasicAuth(id, clientSecret.current().reveal()))
                .accept(API)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Map.of("access_token", token.reveal()));
    }
}
