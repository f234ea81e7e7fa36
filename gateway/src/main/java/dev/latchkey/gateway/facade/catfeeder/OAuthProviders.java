package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.route.BuiltIn;
import java.util.List;

/** {@code to: builtin:oauth-providers}. */
final class OAuthProviders implements BuiltIn {

    static final String NAME = "oauth-providers";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> paths() {
        return List.of("/api/v1/oauth/**", "/api/v1/token/**", "/api/v1/logout");
    }
}
