package dev.latchkey.gateway.route;

import dev.latchkey.gateway.keys.Secret;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Knows one kind of credential that a request can bring in {@code Authorization} instead of a session cookie.
 *
 * <p>Declared here and implemented by whatever hands out or verifies such credentials.
 */
public interface CredentialReader {

    /**
     * Reads a credential if it is of this kind.
     *
     * @param route the one that was asked for, whether or not it lets the caller in
     * @param credential the text behind {@code Bearer} or {@code token}, or the password of Basic
     * @return null if it is of another kind, or of one that this route does not take, which is decided by the look of it
     *     and without waiting; else who is calling, or a failure with the problem that says why nobody is
     */
    @Nullable
    Mono<? extends Caller> read(Route route, Secret credential, ServerWebExchange exchange);
}
