package dev.latchkey.gateway.link;

import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.ProviderEvent;
import dev.latchkey.gateway.provider.ProviderEventListener;
import dev.latchkey.gateway.session.PersonId;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Ends the links of a person who has taken back at GitHub what they granted the gateway's app. */
final class LinkGrantRevoked implements ProviderEventListener {

    private final AccountLinks links;

    LinkGrantRevoked(AccountLinks links) {
        this.links = links;
    }

    @Override
    public Mono<Void> heard(ProviderEvent event) {
        JsonNode id = event.payload().path("sender").path("id");
        return event.is("github_app_authorization", "revoked") && id.isIntegralNumber()
                ? links.revoked(new PersonId(GitHub.ID, id.asString()))
                : Mono.empty();
    }
}
