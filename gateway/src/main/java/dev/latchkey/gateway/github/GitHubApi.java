package dev.latchkey.gateway.github;

import dev.latchkey.gateway.route.BuiltIn;

/** {@code to: builtin:github-api}. */
public final class GitHubApi implements BuiltIn {

    public static final String NAME = "github-api";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean takesIdentity() {
        return true;
    }

    /** Names of branches, labels and files, which GitHub wants escaped. */
    @Override
    public boolean takesEscapedSlashes() {
        return true;
    }
}
