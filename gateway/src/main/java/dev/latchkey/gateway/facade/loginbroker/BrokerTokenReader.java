package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.CredentialReader;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.token.ApiTokens;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Knows people on the routes of the update check by the tokens that their instances were given, as Trackeep's clients send
 * them there. The service itself reads them in words of its own; no app is ever handed one.
 */
@Order(BrokerTokenReader.AFTER_OTHERS)
final class BrokerTokenReader implements CredentialReader {

    static final int AFTER_OTHERS = Integer.MAX_VALUE;

    private final BrokerTokens tokens;

    BrokerTokenReader(BrokerTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public @Nullable Mono<? extends Caller> read(Route route, Secret credential, ServerWebExchange exchange) {
        boolean meant = tokens.isMeant(credential.reveal());
        if (!meant || route.leadsTo(LoginBrokerBuiltIn.NAME)) {
            return null;
        }
        if (!route.leadsTo("updates")) {
            // An app that was handed one could call with it; a JWT there may be the app's own.
            return BrokerTokens.isOpaque(credential.reveal()) ? Mono.error(BrokerTokens::refused) : null;
        }
        return tokens.read(credential.reveal(), exchange)
                .onErrorMap(BrokerTokenReader::isUnknown, unknown -> BrokerTokens.refused())
                .filter(good -> good.token().routes().contains(route.id()))
                .switchIfEmpty(Mono.error(BrokerTokens::refused))
                .map(good -> new Caller.ByCredential(
                        good.person(),
                        ApiTokens.handle(good.token()),
                        good.token().end()));
    }

    private static boolean isUnknown(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.PERSON_UNKNOWN;
    }
}
