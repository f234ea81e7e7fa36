package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.provider.TokenRefused.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ReactiveHttpInputMessage;
import org.springframework.http.client.reactive.ClientHttpResponse;
import org.springframework.security.oauth2.client.endpoint.AbstractWebClientReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.web.reactive.function.BodyExtractor;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/**
 * Gets tokens for codes and for refresh tokens (RFC 6749, sections 4.1.3 and 6), with Spring Security's clients, which
 * write the request, and a reader of our own: GitHub says errors with status 200, numbers as strings at times, and nothing
 * about an end for a token that has none, which Spring would take for one second.
 *
 * <p>Nothing is ever sent twice by itself: a code and a refresh token are good once, and a request whose answer is lost may
 * have spent them.
 */
public final class TokenEndpoint {

    private static final ParameterizedTypeReference<Map<String, Object>> JSON = new ParameterizedTypeReference<>() {};
    private static final Set<String> SPENT = Set.of("bad_verification_code", "bad_refresh_token", "invalid_grant");
    private static final Set<String> MISCONFIGURED = Set.of(
            "incorrect_client_credentials",
            "invalid_client",
            "unauthorized_client",
            "unsupported_grant_type",
            "redirect_uri_mismatch",
            "application_suspended");

    private final WebClientReactiveAuthorizationCodeTokenResponseClient codes =
            new WebClientReactiveAuthorizationCodeTokenResponseClient();
    private final WebClientReactiveRefreshTokenTokenResponseClient refreshes =
            new WebClientReactiveRefreshTokenTokenResponseClient();
    private final Supplier<ClientRegistration> registration;
    private final Clock clock;

    TokenEndpoint(Supplier<ClientRegistration> registration, WebClient web, Clock clock) {
        this.registration = registration;
        this.clock = clock;
        prepare(codes, web);
        prepare(refreshes, web);
    }

    private void prepare(AbstractWebClientReactiveOAuth2AccessTokenResponseClient<?> client, WebClient web) {
        client.setWebClient(web);
        client.setBodyExtractor(reader());
    }

    /** The token for a code; fails with {@link TokenRefused}. */
    public Mono<ProviderToken> exchange(OAuth2AuthorizationCodeGrantRequest request) {
        return grant(request).map(Granted::token);
    }

    /** The token for a code and the ID token beside it; fails with {@link TokenRefused}. */
    Mono<Granted> grant(OAuth2AuthorizationCodeGrantRequest request) {
        return received(codes.getTokenResponse(request));
    }

    /**
     * The next token for one with a refresh token, which this spends, and the old access token with it. Fails with {@link
     * TokenRefused}; if that says {@code UNAVAILABLE}, the token may have been spent all the same.
     */
    public Mono<ProviderToken> refresh(ProviderToken token) {
        return Mono.defer(
                () -> received(refreshes.getTokenResponse(refreshGrant(token))).map(Granted::token));
    }

    private OAuth2RefreshTokenGrantRequest refreshGrant(ProviderToken token) {
        Secret refresh = token.refreshToken();
        if (refresh == null) {
            throw new IllegalArgumentException("this token has nothing to refresh it with");
        }
        Instant now = clock.instant();
        return new OAuth2RefreshTokenGrantRequest(
                registration.get(),
                new OAuth2AccessToken(
                        OAuth2AccessToken.TokenType.BEARER, token.accessToken().reveal(), now, now.plusSeconds(1)),
                new OAuth2RefreshToken(refresh.reveal(), now));
    }

    /** Life is counted from before the question: an end that is a moment early does no harm. */
    private Mono<Granted> received(Mono<OAuth2AccessTokenResponse> answer) {
        return Mono.defer(() -> {
                    Instant asked = clock.instant();
                    return answer.map(response -> token(response, asked));
                })
                .switchIfEmpty(Mono.error(() -> new TokenRefused(Reason.UNAVAILABLE, "an empty answer", null, null)))
                .onErrorMap(
                        failure -> !(failure instanceof TokenRefused),
                        failure -> new TokenRefused(Reason.UNAVAILABLE, "no answer", null, failure));
    }

    private BodyExtractor<Mono<OAuth2AccessTokenResponse>, ReactiveHttpInputMessage> reader() {
        return (message, context) -> {
            HttpStatusCode status = ((ClientHttpResponse) message).getStatusCode();
            Duration wait = Waits.said(message.getHeaders(), clock.instant());
            return BodyExtractors.toMono(JSON)
                    .extract(message, context)
                    .onErrorMap(e -> refusal(status, "an answer that is no JSON", wait, e))
                    .map(answer -> response(answer, status, wait));
        };
    }

    static OAuth2AccessTokenResponse response(
            Map<String, Object> answer, HttpStatusCode status, @Nullable Duration wait) {
        if (answer.get(OAuth2ParameterNames.ACCESS_TOKEN) instanceof String token && !token.isBlank()) {
            return OAuth2AccessTokenResponse.withToken(token)
                    .tokenType(OAuth2AccessToken.TokenType.BEARER)
                    .scopes(scopes(answer.get(OAuth2ParameterNames.SCOPE)))
                    .additionalParameters(new HashMap<>(answer))
                    .build();
        }
        throw refusal(status, answer.get(OAuth2ParameterNames.ERROR), wait);
    }

    /** A limit stays a limit whatever word comes with it; otherwise GitHub's word decides, and not the status. */
    private static TokenRefused refusal(HttpStatusCode status, @Nullable Object error, @Nullable Duration wait) {
        String word = error instanceof String text && text.matches("[a-z_]{1,64}") ? text : "an answer without a token";
        if (status.value() != 429 && SPENT.contains(word)) {
            return new TokenRefused(Reason.SPENT, word, wait, null);
        }
        if (status.value() != 429 && MISCONFIGURED.contains(word)) {
            return new TokenRefused(Reason.MISCONFIGURED, word, wait, null);
        }
        return refusal(status, word, wait, null);
    }

    private static TokenRefused refusal(
            HttpStatusCode status, String what, @Nullable Duration wait, @Nullable Throwable cause) {
        // GitHub has no page for an app that it does not know.
        Reason reason = status.value() == 404 ? Reason.MISCONFIGURED : Reason.UNAVAILABLE;
        return new TokenRefused(reason, "status " + status.value() + ", " + what, wait, cause);
    }

    /** GitHub separates scopes by commas, RFC 6749 by spaces. */
    private static Set<String> scopes(@Nullable Object scope) {
        String text = scope == null ? "" : scope.toString().trim();
        return text.isEmpty() ? Set.of() : Set.of(text.split("[, ]+"));
    }

    static Granted token(OAuth2AccessTokenResponse response, Instant asked) {
        Map<String, Object> answer = response.getAdditionalParameters();
        Object refresh = answer.get(OAuth2ParameterNames.REFRESH_TOKEN);
        ProviderToken token = new ProviderToken(
                new AccessToken(Secret.of(response.getAccessToken().getTokenValue())),
                end(asked, answer.get(OAuth2ParameterNames.EXPIRES_IN)),
                refresh instanceof String text && !text.isBlank() ? Secret.of(text) : null,
                end(asked, answer.get("refresh_token_expires_in")),
                response.getAccessToken().getScopes());
        return new Granted(token, answer.get("id_token") instanceof String idToken ? idToken : null);
    }

    private static @Nullable Instant end(Instant asked, @Nullable Object seconds) {
        if (seconds instanceof Number number && number.longValue() > 0) {
            return asked.plusSeconds(number.longValue());
        }
        if (seconds instanceof String text && text.matches("[1-9][0-9]{0,11}")) {
            return asked.plusSeconds(Long.parseLong(text));
        }
        return null;
    }
}
