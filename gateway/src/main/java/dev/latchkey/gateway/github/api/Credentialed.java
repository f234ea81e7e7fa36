package dev.latchkey.gateway.github.api;

import dev.latchkey.gateway.installation.InstallationTokens;
import dev.latchkey.gateway.installation.Reach;
import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.provider.TokenRejected;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.vault.AsPerson;
import dev.latchkey.gateway.vault.TokenVault;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/**
 * Calls with the token of whoever it is for. A 401 to what can be sent again is looked into: the token may have been renewed
 * meanwhile, or be too new. One to what cannot is passed on as it is.
 */
public final class Credentialed implements Calls {

    private static final int UNAUTHORIZED = 401;

    private final TokenVault vault;
    private final AsPerson asPerson;
    private final InstallationTokens installations;
    private final Supplier<Secret> app;
    private final Guard guard;

    /** @param app what the gateway's own app shows in {@code Authorization} */
    public Credentialed(
            TokenVault vault, AsPerson asPerson, InstallationTokens installations, Supplier<Secret> app, Guard guard) {
        this.vault = vault;
        this.asPerson = asPerson;
        this.installations = installations;
        this.app = app;
        this.guard = guard;
    }

    @Override
    public Mono<ApiAnswer> call(ApiRequest request) {
        if (request.principal() instanceof Principal.OfPerson person) {
            return asPerson(person.id(), request);
        }
        if (request.principal() instanceof Principal.OfApp) {
            return guard.send(request, app.get());
        }
        return asInstallation(((Principal.OfInstallation) request.principal()).repository(), request);
    }

    private Mono<ApiAnswer> asPerson(PersonId person, ApiRequest request) {
        return request.body().isRepeatable()
                ? asPerson.call(
                        person,
                        token -> guard.send(request, bearer(token.secret())).flatMap(Credentialed::accepted))
                : vault.fresh(person).flatMap(token -> guard.send(request, bearer(token.secret())));
    }

    /** One that GitHub refuses is not handed out again; what can be repeated is, with another. */
    private Mono<ApiAnswer> asInstallation(RepositoryName repository, ApiRequest request) {
        return withToken(repository, request).flatMap(answer -> {
            if (answer.status() != UNAUTHORIZED) {
                return Mono.just(answer);
            }
            Mono<Void> forgotten = installations.invalidate(repository);
            return request.body().isRepeatable()
                    ? answer.released().then(forgotten).then(Mono.defer(() -> withToken(repository, request)))
                    : forgotten.thenReturn(answer);
        });
    }

    private Mono<ApiAnswer> withToken(RepositoryName repository, ApiRequest request) {
        return installations
                .token(Reach.into(repository))
                .flatMap(token -> guard.send(request, bearer(token.secret())));
    }

    private static Secret bearer(Secret token) {
        return Secret.of("Bearer " + token.reveal());
    }

    private static Mono<ApiAnswer> accepted(ApiAnswer answer) {
        if (answer.status() != UNAUTHORIZED) {
            return Mono.just(answer);
        }
        return answer.released().then(Mono.error(TokenRejected::new));
    }
}
