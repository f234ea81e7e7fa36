package dev.latchkey.gateway.testing;

import java.util.Map;

/** {@code GET /rate_limit}, which costs nothing. */
final class RateLimitEndpoint implements Endpoints {

    private final GitHubState state;
    private final Api api;

    RateLimitEndpoint(GitHubState state, Api api) {
        this.state = state;
        this.api = api;
    }

    @Override
    public void addTo(Routes routes) {
        routes.get(Api.BASE + "/rate_limit", call -> api.asPersonForFree(call, this::limits));
    }

    private Reply limits(Api.Caller caller) {
        Quotas.Quota core =
                state.quotas.look(Api.quotaKey(caller.person()), caller.person().quota());
        Map<String, Object> untouched = new Quotas.Quota(30, 0, core.reset()).json();
        Map<String, Object> limits = Json.object(
                "resources",
                Json.object("core", core.json(), "search", untouched, "graphql", core.json()),
                "rate",
                core.json());
        return core.on(Reply.json(200, limits)).with("Cache-Control", "no-cache");
    }
}
