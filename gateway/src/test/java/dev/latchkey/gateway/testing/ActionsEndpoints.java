package dev.latchkey.gateway.testing;

import java.util.List;

/** What the issuer of Actions tokens publishes. */
final class ActionsEndpoints implements Endpoints {

    private final GitHubState state;

    ActionsEndpoints(GitHubState state) {
        this.state = state;
    }

    @Override
    public void addTo(Routes routes) {
        routes.get(
                StubActions.PATH + "/.well-known/jwks", call -> state.actions().published());
        routes.get(StubActions.PATH + "/.well-known/openid-configuration", call -> metadata(state.actions()));
    }

    private static Reply metadata(StubActions actions) {
        return Reply.json(
                200,
                Json.object(
                        "issuer",
                        actions.issuer(),
                        "jwks_uri",
                        actions.keysUrl(),
                        "id_token_signing_alg_values_supported",
                        List.of("RS256")));
    }
}
