package dev.latchkey.gateway.facade.githuboauth;

import dev.latchkey.gateway.keys.SecretSource;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The clients that are configured, by their ids. */
final class Clients {

    private final Map<String, Client> known;

    private Clients(Map<String, Client> known) {
        this.known = Map.copyOf(known);
    }

    /** @throws dev.latchkey.gateway.problem.ConfigurationRefused if a secret's file cannot be read */
    static Clients of(OAuthFacadeProperties properties, Clock clock) {
        Map<String, Client> known = new LinkedHashMap<>();
        for (OAuthFacadeProperties.Client client : properties.clients()) {
            String id = String.valueOf(client.clientId());
            SecretSource secret = client.clientSecret() == null ? null : SecretSource.of(client.clientSecret(), clock);
            String name = client.name() == null || client.name().isBlank() ? id : client.name();
            known.put(id, new Client(id, name, secret, new RedirectUris(client.redirectUris())));
        }
        return new Clients(known);
    }

    @Nullable
    Client named(@Nullable String id) {
        return id == null ? null : known.get(id);
    }
}
