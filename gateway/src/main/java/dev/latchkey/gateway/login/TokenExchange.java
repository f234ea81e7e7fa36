package dev.latchkey.gateway.login;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.vault.AccessToken;
import dev.latchkey.gateway.vault.ProviderToken;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.web.reactive.function.BodyExtractors;
import reactor.core.publisher.Mono;

/**
 * Exchanges an authorization code for a token, with Spring Security's client, which sends the request, and an answer
 * reader of our own: GitHub says errors with status 200, numbers as strings at times, and nothing about an end for a
 * token that has none, which Spring would take for one second.
 */
final class TokenExchange {

    private static final ParameterizedTypeReference<Map<String, Object>> JSON = new ParameterizedTypeReference<>() {};
    private static final Set<String> OUR_FAULT =
            Set.of("incorrect_client_credentials", "invalid_client", "unauthorized_client", "redirect_uri_mismatch");

    private final WebClientReactiveAuthorizationCodeTokenResponseClient client =
            new WebClientReactiveAuthorizationCodeTokenResponseClient();
    private final Clock clock;

    TokenExchange(GitHubClient gitHub, Clock clock) {
        this.clock = clock;
        client.setWebClient(gitHub.web());
        client.setBodyExtractor((message, context) ->
                BodyExtractors.toMono(JSON).extract(message, context).map(TokenExchange::response));
    }

    /** A token and its answer's raw members. */
    record Granted(OAuth2AccessToken accessToken, ProviderToken token) {}

    Mono<Granted> exchange(OAuth2AuthorizationCodeGrantRequest request) {
        return client.getTokenResponse(request)
                .map(this::granted)
                .switchIfEmpty(Mono.error(() -> new OAuth2AuthorizationException(new OAuth2Error("empty_answer"))))
                .onErrorMap(failure -> !(failure instanceof Problem), TokenExchange::asProblem);
    }

    private static OAuth2AccessTokenResponse response(Map<String, Object> answer) {
        if (!(answer.get(OAuth2ParameterNames.ACCESS_TOKEN) instanceof String token) || token.isBlank()) {
            String error = String.valueOf(answer.getOrDefault(OAuth2ParameterNames.ERROR, "no_access_token"));
            throw new OAuth2AuthorizationException(new OAuth2Error(error));
        }
        return OAuth2AccessTokenResponse.withToken(token)
                .tokenType(OAuth2AccessToken.TokenType.BEARER)
                .scopes(scopes(answer.get(OAuth2ParameterNames.SCOPE)))
                .additionalParameters(new HashMap<>(answer))
                .build();
    }

    /** GitHub separates scopes by commas, RFC 6749 by spaces. */
    private static Set<String> scopes(@Nullable Object scope) {
        String text = scope == null ? "" : scope.toString().trim();
        return text.isEmpty() ? Set.of() : Set.of(text.split("[, ]+"));
    }

    private Granted granted(OAuth2AccessTokenResponse response) {
        Instant now = clock.instant();
        Map<String, Object> answer = response.getAdditionalParameters();
        Object refresh = answer.get(OAuth2ParameterNames.REFRESH_TOKEN);
        ProviderToken token = new ProviderToken(
                new AccessToken(Secret.of(response.getAccessToken().getTokenValue())),
                end(now, answer.get(OAuth2ParameterNames.EXPIRES_IN)),
                refresh instanceof String text && !text.isBlank() ? Secret.of(text) : null,
                end(now, answer.get("refresh_token_expires_in")),
                response.getAccessToken().getScopes());
        return new Granted(response.getAccessToken(), token);
    }

    private static @Nullable Instant end(Instant now, @Nullable Object seconds) {
        if (seconds instanceof Number number && number.longValue() > 0) {
            return now.plusSeconds(number.longValue());
        }
        if (seconds instanceof String text && text.matches("[1-9][0-9]{0,11}")) {
            return now.plusSeconds(Long.parseLong(text));
        }
        return null;
    }

    private static Problem asProblem(Throwable failure) {
        if (failure instanceof OAuth2AuthorizationException oauth) {
            String error = oauth.getError().getErrorCode();
            if (OUR_FAULT.contains(error)) {
                return Problem.of(ProblemCode.PROVIDER_MISCONFIGURED).causedBy(failure);
            }
            if (error.equals("bad_verification_code") || error.equals("invalid_grant")) {
                return Problem.of(ProblemCode.CODE_REFUSED).causedBy(failure);
            }
        }
        return Problem.of(ProblemCode.PROVIDER_FAILED, "GitHub did not hand out a token")
                .causedBy(failure);
    }
}
