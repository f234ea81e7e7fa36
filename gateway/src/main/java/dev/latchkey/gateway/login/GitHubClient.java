package dev.latchkey.gateway.login;

import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.vault.AccessToken;
import dev.latchkey.gateway.web.GatewayAddress;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/** The app's account at GitHub: how it is registered, and the calls to GitHub that are not OAuth. */
final class GitHubClient {

    static final String REGISTRATION = "github";

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int LARGEST_ANSWER = 256 * 1024;

    private final GitHubProperties properties;
    private final SecretSource clientSecret;
    private final GatewayAddress address;
    private final WebClient web;

    GitHubClient(GitHubProperties properties, SecretSource clientSecret, GatewayAddress address) {
        this.properties = properties;
        this.clientSecret = clientSecret;
        this.address = address;
        this.web = WebClient.builder()
                .clientConnector(new ReactorClientHttpConnector(http()))
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(LARGEST_ANSWER))
                .defaultHeader(HttpHeaders.USER_AGENT, "latchkey")
                .build();
    }

    /** Redirects are not followed: a credential goes to the configured host and nowhere else. */
    private static HttpClient http() {
        return HttpClient.create()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT.toMillis())
                .responseTimeout(ANSWER)
                .followRedirect(false);
    }

    WebClient web() {
        return web;
    }

    /** The issuer that GitHub names in callbacks (RFC 9207). */
    String issuer() {
        return properties.web() + "/login/oauth";
    }

    /** The registration with the client secret of this moment, which may change while the gateway runs. */
    ClientRegistration registration() {
        return ClientRegistration.withRegistrationId(REGISTRATION)
                .clientName("GitHub")
                .clientId(String.valueOf(properties.clientId()))
                .clientSecret(clientSecret.current().reveal())
                .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST)
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .redirectUri(address.at("/callback").toString())
                .scope(properties.scopes())
                .authorizationUri(properties.web() + "/login/oauth/authorize")
                .tokenUri(properties.web() + "/login/oauth/access_token")
                .userInfoUri(properties.api() + "/user")
                .userNameAttributeName("id")
                .build();
    }

    /** The addresses of whom the token belongs to, with their {@code primary} and {@code verified} flags. */
    Mono<List<Map<String, Object>>> emails(String token) {
        return web.get()
                .uri(properties.api() + "/user/emails?per_page=100")
                .headers(headers -> headers.setBearerAuth(token))
                .accept(MediaType.valueOf("application/vnd.github+json"))
                .retrieve()
                .bodyToMono(new ParameterizedTypeReference<>() {});
    }

    /** Makes GitHub forget a token of this app; 404 and 422 mean that it had already. */
    Mono<Void> revoke(AccessToken token) {
        String id = String.valueOf(properties.clientId());
        return web.method(HttpMethod.DELETE)
                .uri(properties.api() + "/applications/{id}/token", id)
                .headers(headers ->
                        headers.setBasicAuth(id, clientSecret.current().reveal()))
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Map.of("access_token", token.reveal()))
                .exchangeToMono(response -> {
                    int status = response.statusCode().value();
                    boolean done = response.statusCode().is2xxSuccessful() || status == 404 || status == 422;
                    return done ? response.releaseBody() : response.createError();
                });
    }
}
