package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.userinfo.DefaultReactiveOAuth2UserService;
import org.springframework.security.oauth2.client.userinfo.OAuth2UserRequest;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import reactor.core.publisher.Mono;

/**
 * Reads who has signed in. Always with the new token, since the account may be another than the last one; known by the
 * account's number, since logins change hands; with the primary verified address, which the profile may hide.
 */
final class GitHubProfile {

    private static final Logger LOG = LoggerFactory.getLogger(GitHubProfile.class);

    private final GitHubClient gitHub;
    private final DefaultReactiveOAuth2UserService users = new DefaultReactiveOAuth2UserService();

    GitHubProfile(GitHubClient gitHub) {
        this.gitHub = gitHub;
        users.setWebClient(gitHub.web());
    }

    private record Email(@Nullable String address) {}

    Mono<Person> read(ClientRegistration registration, OAuth2AccessToken token) {
        Mono<Map<String, Object>> profile = users.loadUser(new OAuth2UserRequest(registration, token))
                .map(user -> user.getAttributes())
                .switchIfEmpty(Mono.error(() -> new IllegalArgumentException("an empty profile")));
        return Mono.zip(profile, primaryEmail(token), GitHubProfile::person)
                .onErrorMap(failure -> !(failure instanceof Problem), GitHubProfile::asProblem);
    }

    private static Problem asProblem(Throwable failure) {
        // Spring Security refuses a profile without an account number by such an exception, deep inside its own.
        return NestedExceptionUtils.getMostSpecificCause(failure) instanceof IllegalArgumentException
                ? Problem.of(ProblemCode.PROFILE_UNUSABLE).causedBy(failure)
                : Problem.of(ProblemCode.PROVIDER_FAILED, "GitHub did not show your profile")
                        .causedBy(failure);
    }

    /** Someone whose addresses may not be read is signed in without one; that is not a reason to keep them out. */
    private Mono<Email> primaryEmail(OAuth2AccessToken token) {
        return gitHub.emails(token.getTokenValue())
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
                .map(address -> new Email((String) address))
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
                new PersonId(GitHubClient.REGISTRATION, id.toString()),
                login,
                text(profile, "name"),
                verified ? email.address() : text(profile, "email"),
                verified,
                text(profile, "avatar_url"),
                List.of());
    }

    private static @Nullable String text(Map<String, Object> profile, String key) {
        return profile.get(key) instanceof String text && !text.isBlank() ? text : null;
    }
}
