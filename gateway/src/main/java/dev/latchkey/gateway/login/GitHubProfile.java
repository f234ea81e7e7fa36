package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.provider.TokenRejected;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpStatus;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.userinfo.DefaultReactiveOAuth2UserService;
import org.springframework.security.oauth2.client.userinfo.OAuth2UserRequest;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Reads who has signed in. Always with the new token, since the account may be another than the last one; known by the
 * account's number, since logins change hands; with the primary verified address, which the profile may hide.
 */
final class GitHubProfile {

    private static final Logger LOG = LoggerFactory.getLogger(GitHubProfile.class);

    /** GitHub's own bounds are lower; what is longer goes into no session. */
    private static final int LONGEST = 1024;

    private static final Retry UNTIL_KNOWN =
            Retry.backoff(2, Duration.ofSeconds(1)).jitter(0.1).filter(TokenRejected.class::isInstance);

    private final GitHub gitHub;
    private final DefaultReactiveOAuth2UserService users = new DefaultReactiveOAuth2UserService();

    GitHubProfile(GitHub gitHub) {
        this.gitHub = gitHub;
        users.setWebClient(
                gitHub.web().mutate().filter(GitHubProfile::patiently).build());
    }

    /** GitHub's API may not have heard yet of a token that GitHub has just made. */
    private static Mono<ClientResponse> patiently(ClientRequest request, ExchangeFunction next) {
        return next.exchange(request)
                .flatMap(response -> response.statusCode().isSameCodeAs(HttpStatus.UNAUTHORIZED)
                        ? response.releaseBody().then(Mono.error(TokenRejected::new))
                        : Mono.just(response))
                .retryWhen(UNTIL_KNOWN);
    }

    private record Email(@Nullable String address) {}

    Mono<Person> read(ClientRegistration registration, ProviderToken token) {
        Mono<Map<String, Object>> profile = users.loadUser(new OAuth2UserRequest(registration, bearer(token)))
                .map(user -> user.getAttributes())
                .switchIfEmpty(Mono.error(() -> new IllegalArgumentException("an empty profile")));
        return Mono.zip(profile, primaryEmail(token.accessToken()), GitHubProfile::person)
                .onErrorMap(failure -> !(failure instanceof Problem), GitHubProfile::asProblem);
    }

    /** As Spring Security has it; it looks at the life of a token as little as we do here. */
    private static OAuth2AccessToken bearer(ProviderToken token) {
        return new OAuth2AccessToken(
                OAuth2AccessToken.TokenType.BEARER, token.accessToken().reveal(), null, null, token.scopes());
    }

    private static Problem asProblem(Throwable failure) {
        // Spring Security refuses a profile without an account number by such an exception, deep inside its own.
        return NestedExceptionUtils.getMostSpecificCause(failure) instanceof IllegalArgumentException
                ? Problem.of(ProblemCode.PROFILE_UNUSABLE).causedBy(failure)
                : Problem.of(ProblemCode.PROVIDER_FAILED, "GitHub did not show your profile")
                        .causedBy(failure);
    }

    /** Someone whose addresses may not be read is signed in without one; that is not a reason to keep them out. */
    private Mono<Email> primaryEmail(AccessToken token) {
        return gitHub.emails(token)
                .map(GitHubProfile::primary)
                .onErrorResume(failure -> {
                    LOG.info("The e-mail addresses of a new sign-in could not be read: {}", failure.toString());
                    return Mono.just(new Email(null));
                })
                .defaultIfEmpty(new Email(null));
    }

    private static Email primary(List<Map<String, Object>> emails) {
        return emails.stream()
                .filter(email -> Boolean.TRUE.equals(email.get("primary")))
                .filter(email -> Boolean.TRUE.equals(email.get("verified")))
                .map(email -> email.get("email"))
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .filter(address -> address.length() <= LONGEST)
                .map(Email::new)
                .findFirst()
                .orElse(new Email(null));
    }

    private static Person person(Map<String, Object> profile, Email email) {
        Object id = profile.get("id");
        if (!(id instanceof Integer || id instanceof Long) || ((Number) id).longValue() <= 0) {
            throw Problem.of(ProblemCode.PROFILE_UNUSABLE, "GitHub's profile has no account number");
        }
        String login = text(profile, "login");
        if (login == null) {
            throw Problem.of(ProblemCode.PROFILE_UNUSABLE, "GitHub's profile has no login");
        }
        boolean verified = email.address() != null;
        return new Person(
                new PersonId(GitHub.ID, id.toString()),
                login,
                text(profile, "name"),
                verified ? email.address() : text(profile, "email"),
                verified,
                text(profile, "avatar_url"));
    }

    private static @Nullable String text(Map<String, Object> profile, String key) {
        boolean usable = profile.get(key) instanceof String text && !text.isBlank() && text.length() <= LONGEST;
        return usable ? (String) profile.get(key) : null;
    }
}
