package dev.latchkey.gateway.github.api;

import dev.latchkey.gateway.provider.TokenRejected;
import dev.latchkey.gateway.vault.AsPerson;
import dev.latchkey.gateway.vault.TokenVault;
import reactor.core.publisher.Mono;

/**
 * Calls with the person's own token. A 401 to what can be sent again is looked into: the token may have been renewed
 * meanwhile, or be too new. One to what cannot is passed on as it is.
 */
public final class Credentialed implements Calls {

    private static final int UNAUTHORIZED = 401;

    private final TokenVault vault;
    private final AsPerson asPerson;
    private final Guard guard;

    public Credentialed(TokenVault vault, AsPerson asPerson, Guard guard) {
        this.vault = vault;
        this.asPerson = asPerson;
        this.guard = guard;
    }

    @Override
    public Mono<ApiAnswer> call(ApiRequest request) {
        return request.body().isRepeatable()
                ? asPerson.call(
                        request.person(), token -> guard.send(request, token).flatMap(Credentialed::accepted))
                : vault.fresh(request.person()).flatMap(token -> guard.send(request, token));
    }

    private static Mono<ApiAnswer> accepted(ApiAnswer answer) {
        if (answer.status() != UNAUTHORIZED) {
            return Mono.just(answer);
        }
        return answer.released().then(Mono.error(TokenRejected::new));
    }
}
