package dev.latchkey.gateway.login;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares what an app asked for with what it was granted, which a person or an organisation may have cut down. GitHub
 * leaves out of its answer what a wider scope contains.
 *
 * @see <a href="https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps">Scopes</a>
 */
final class GrantedScopes {

    private static final Map<String, Set<String>> CONTAINED = Map.ofEntries(
            Map.entry(
                    "repo", Set.of("repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events")),
            Map.entry("admin:repo_hook", Set.of("write:repo_hook", "read:repo_hook")),
            Map.entry("write:repo_hook", Set.of("read:repo_hook")),
            Map.entry("admin:org", Set.of("write:org", "read:org", "manage_runners:org")),
            Map.entry("write:org", Set.of("read:org")),
            Map.entry("admin:public_key", Set.of("write:public_key", "read:public_key")),
            Map.entry("write:public_key", Set.of("read:public_key")),
            Map.entry("user", Set.of("read:user", "user:email", "user:follow")),
            Map.entry("project", Set.of("read:project")),
            Map.entry("admin:gpg_key", Set.of("write:gpg_key", "read:gpg_key")),
            Map.entry("write:gpg_key", Set.of("read:gpg_key")),
            Map.entry("write:packages", Set.of("read:packages")),
            Map.entry("write:discussion", Set.of("read:discussion")));

    private GrantedScopes() {}

    /** What of the asked was not granted; nothing where none was, which is the way of GitHub Apps. */
    static Set<String> missing(Set<String> asked, Set<String> granted) {
        if (granted.isEmpty()) {
            return Set.of();
        }
        Set<String> missing = new TreeSet<>(asked);
        missing.removeAll(granted);
        granted.forEach(scope -> missing.removeAll(CONTAINED.getOrDefault(scope, Set.of())));
        // It asks for a refresh token and is no permission.
        missing.remove("offline_access");
        return missing;
    }
}
