package dev.latchkey.gateway.identity;

import dev.latchkey.gateway.installation.InstallationTokens;
import dev.latchkey.gateway.installation.Reach;
import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.route.PermittedStage;
import dev.latchkey.gateway.route.RepositoryTemplate;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.web.RequestScope;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The stage that fetches the GitHub token that the route sends on, where it does: the person's, or the one of an
 * installation of the gateway's own App. Whose sign-in is over at GitHub is
 * asked to sign in again.
 */
public final class FreshToken implements PermittedStage {

    private static final String ATTRIBUTE = AccessToken.class.getName();
    private static final String END = ATTRIBUTE + ".end";

    private final TokenVault vault;
    private final InstallationTokens installations;
    private final Challenger challenger;

    FreshToken(TokenVault vault, InstallationTokens installations, Challenger challenger) {
        this.vault = vault;
        this.installations = installations;
        this.challenger = challenger;
    }

    static @Nullable AccessToken tokenOf(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE);
    }

    /** When that token dies; null if it does not by itself, or nobody knows. */
    static @Nullable Instant endOf(ServerWebExchange exchange) {
        return exchange.getAttribute(END);
    }

    @Override
    public Mono<Void> handle(Permit permit, ServerWebExchange exchange, Next next) {
        if (!permit.route().tellsAnApp()) {
            // Whatever is called with a token there fetches it when it turns out to need one.
            return next.proceed(permit, exchange);
        }
        RepositoryTemplate repository = permit.route().send().repository();
        if (repository != null) {
            return ofInstallation(permit, repository, exchange, next);
        }
        Person person = permit.caller() == null ? null : permit.caller().person();
        if (person == null || !permit.route().send().needsGitHubToken()) {
            return next.proceed(permit, exchange);
        }
        return vault.fresh(person.id())
                .map(token -> attached(exchange, token, vault.endOf(person.id(), token)))
                .onErrorResume(FreshToken::isOver, over -> Mono.just(false))
                .flatMap(attached -> attached ? next.proceed(permit, exchange) : challenger.challenge(exchange));
    }

    /** The same for whoever is let in: it is the app behind that is trusted with it, and no client sees it. */
    private Mono<Void> ofInstallation(
            Permit permit, RepositoryTemplate repository, ServerWebExchange exchange, Next next) {
        String name = repository.nameIn(
                permit.route().path(), RequestScope.of(exchange).path());
        if (name == null) {
            throw Problem.of(ProblemCode.REPOSITORY_INVALID);
        }
        Reach reach = Reach.into(new RepositoryName(repository.owner(), name));
        return installations.token(reach).flatMap(token -> {
            attached(exchange, new AccessToken(token.secret()), token.expiresAt());
            return next.proceed(permit, exchange);
        });
    }

    private static boolean attached(ServerWebExchange exchange, AccessToken token, @Nullable Instant end) {
        exchange.getAttributes().put(ATTRIBUTE, token);
        if (end != null) {
            exchange.getAttributes().put(END, end);
        }
        return true;
    }

    private static boolean isOver(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.SIGN_IN_REQUIRED;
    }
}
