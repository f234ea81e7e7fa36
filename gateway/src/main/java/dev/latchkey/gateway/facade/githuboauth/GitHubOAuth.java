package dev.latchkey.gateway.facade.githuboauth;

import dev.latchkey.gateway.route.BuiltIn;
import java.util.List;

/** {@code to: builtin:github-oauth}. */
final class GitHubOAuth implements BuiltIn {

    static final String NAME = "github-oauth";
    static final String AUTHORIZE = "/login/oauth/authorize";
    static final String TOKEN = "/login/oauth/access_token";
    static final String DEVICE = "/login/device/code";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> paths() {
        return List.of(AUTHORIZE, TOKEN, DEVICE);
    }

    /** A host of GitHub's has nothing else below these. */
    @Override
    public List<String> areas() {
        return List.of("/login/oauth/**", "/login/device/**");
    }
}
