package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.Provider;
import dev.latchkey.gateway.provider.Providers;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** All ways to sign in: the GitHub of the configuration, then those that were added. */
final class SignInProviders {

    private final SignInProvider gitHub;
    private final Providers added;

    SignInProviders(SignInProvider gitHub, Providers added) {
        this.gitHub = gitHub;
        this.added = added;
    }

    Mono<List<SignInProvider>> all() {
        return added.all()
                .flatMapIterable(providers -> providers)
                .map(this::way)
                .startWith(gitHub)
                .collectList();
    }

    /** The one of that name; fails with {@code provider.unknown}. */
    Mono<SignInProvider> named(String name) {
        return name.equals(GitHub.ID)
                ? Mono.just(gitHub)
                : added.named(name).map(this::way).switchIfEmpty(Mono.error(SignInProviders::unknown));
    }

    /** The one with that id, as long as it takes people in; fails with {@code provider.unknown}. */
    Mono<SignInProvider> withId(String id) {
        return id.equals(GitHub.ID)
                ? Mono.just(gitHub)
                : Flux.from(added.all())
                        .flatMapIterable(providers -> providers)
                        .filter(provider -> provider.id().equals(id))
                        .next()
                        .map(this::way)
                        .switchIfEmpty(Mono.error(SignInProviders::unknown));
    }

    /**
     * Whether an answer with that issuer can be this provider's. Where several share a callback and one of them is not known
     * by an issuer, an answer that names another is that other's, and its code must not be shown to this one (RFC 9207,
     * section 1).
     */
    Mono<Boolean> isAnswerOf(SignInProvider provider, @Nullable String issuer) {
        if (!provider.answersAs(issuer)) {
            return Mono.just(false);
        }
        return issuer == null || issuer.equals(provider.issuer())
                ? Mono.just(true)
                : all().map(ways -> ways.stream().noneMatch(way -> issuer.equals(way.issuer())));
    }

    /** Whether people who came by that provider, as it was then, may still be signed in; fails with {@code provider.unknown}. */
    Mono<Boolean> takesIn(SignInProvider asUsed) {
        return withId(asUsed.id()).map(now -> now.hasPeopleOf(asUsed));
    }

    private SignInProvider way(Provider provider) {
        return new AddedSignIn(added.client(provider));
    }

    static Problem unknown() {
        return Problem.of(ProblemCode.PROVIDER_UNKNOWN);
    }
}
