package dev.latchkey.gateway.login;

import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.ProviderEvent;
import dev.latchkey.gateway.provider.ProviderEventListener;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.token.ApiTokens;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Signs a person out everywhere, and their programs with them, who has taken back at GitHub what they granted this app. */
final class GrantRevoked implements ProviderEventListener {

    private final Sessions sessions;
    private final ApiTokens tokens;

    GrantRevoked(Sessions sessions, ApiTokens tokens) {
        this.sessions = sessions;
        this.tokens = tokens;
    }

    @Override
    public Mono<Void> heard(ProviderEvent event) {
        JsonNode id = event.payload().path("sender").path("id");
        if (!event.is("github_app_authorization", "revoked") || !id.isIntegralNumber()) {
            return Mono.empty();
        }
        PersonId person = new PersonId(GitHub.ID, id.asString());
        // Tokens again after the sessions, with which another may just have been made.
        return tokens.revoked(person)
                .then(Mono.defer(() -> sessions.endAll(person, null, Reason.REVOKED)))
                .then(Mono.defer(() -> tokens.revoked(person)));
    }
}
