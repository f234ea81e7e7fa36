package dev.latchkey.gateway.testing;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Scopes of OAuth Apps: parsing, and which of them contain others. */
final class Scopes {

    /** Asked for by apps that want expiring tokens; it grants nothing by itself. */
    static final String OFFLINE_ACCESS = "offline_access";

    private static final Map<String, Set<String>> CONTAINS = Map.of(
            "user", Set.of("read:user", "user:email", "user:follow"),
            "admin:org", Set.of("write:org", "read:org"),
            "write:org", Set.of("read:org"),
            "repo", Set.of("repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events"));

    private Scopes() {}

    /** Reads both the spaces of requests and the commas of answers. */
    static Set<String> parse(String text) {
        Set<String> scopes = new TreeSet<>();
        if (text != null) {
            Collections.addAll(scopes, text.split("[ ,]+"));
        }
        scopes.remove("");
        return scopes;
    }

    /** Drops what another scope of the set contains, as GitHub does on granting. */
    static Set<String> normalise(Set<String> scopes) {
        Set<String> kept = new TreeSet<>(scopes);
        scopes.forEach(scope -> kept.removeAll(CONTAINS.getOrDefault(scope, Set.of())));
        return kept;
    }

    /** Whether the granted scopes hold one of the wanted, itself or inside a wider one. */
    static boolean allowAny(Set<String> granted, String... wanted) {
        for (String scope : wanted) {
            if (granted.contains(scope) || granted.stream().anyMatch(wide -> contains(wide, scope))) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(String wide, String scope) {
        return CONTAINS.getOrDefault(wide, Set.of()).contains(scope);
    }
}
