package dev.latchkey.gateway.login;

import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.provider.TokenEndpoint;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import reactor.core.publisher.Mono;

/** Signs people in with the GitHub of the configuration. */
final class GitHubSignIn implements SignInProvider {

    private static final Logger LOG = LoggerFactory.getLogger(GitHubSignIn.class);

    private final GitHub gitHub;
    private final TokenEndpoint tokens;
    private final GitHubProfile profiles;

    GitHubSignIn(GitHub gitHub, TokenEndpoint tokens, GitHubProfile profiles) {
        this.gitHub = gitHub;
        this.tokens = tokens;
        this.profiles = profiles;
    }

    @Override
    public String id() {
        return GitHub.ID;
    }

    @Override
    public String name() {
        return GitHub.ID;
    }

    @Override
    public String label() {
        return "GitHub";
    }

    @Override
    public ClientRegistration registration(URI callback) {
        return gitHub.registration(callback);
    }

    @Override
    public Map<String, String> extraParameters() {
        return Map.of();
    }

    @Override
    public String issuer() {
        return gitHub.issuer();
    }

    @Override
    public boolean answersAs(@Nullable String issuer) {
        return issuer == null || issuer.equals(gitHub.issuer());
    }

    @Override
    public boolean hasPeopleOf(SignInProvider other) {
        return other instanceof GitHubSignIn;
    }

    @Override
    public Mono<Arrived> arrive(
            OAuth2AuthorizationCodeGrantRequest request, @Nullable String nonce, Consumer<ProviderToken> unclaimed) {
        ClientRegistration registration = request.getClientRegistration();
        return tokens.exchange(request)
                .doOnNext(token -> noticeMissing(registration.getScopes(), token.scopes()))
                .flatMap(token -> profiles.read(registration, token)
                        .doOnError(unread -> unclaimed.accept(token))
                        .map(person -> new Arrived(person, token)));
    }

    /** Whoever's rules need such a scope refuses later, and says so; here is why. */
    private static void noticeMissing(Set<String> asked, Set<String> granted) {
        Set<String> missing = GrantedScopes.missing(asked, granted);
        if (!missing.isEmpty()) {
            LOG.warn(
                    "GitHub granted a new sign-in less than was asked for: {} is missing. What needs it will not work",
                    String.join(", ", missing));
        }
    }
}
