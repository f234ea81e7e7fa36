package dev.latchkey.gateway.membership;

import java.util.Locale;
import java.util.Optional;

/**
 * What somebody may do in a repository, from least to most; each includes those before it.
 *
 * @see <a href="https://docs.github.com/en/rest/repos/repos#get-a-repository">the {@code permissions} of a repository</a>
 */
public enum Permission {
    PULL("read"),
    TRIAGE("triage"),
    PUSH("write"),
    MAINTAIN("maintain"),
    ADMIN("admin");

    private final String role;

    Permission(String role) {
        this.role = role;
    }

    /** By either of the two names that GitHub uses: {@code push} or {@code write}. */
    public static Optional<Permission> named(String name) {
        for (Permission permission : values()) {
            if (permission.role.equals(name) || permission.apiName().equals(name)) {
                return Optional.of(permission);
            }
        }
        return Optional.empty();
    }

    /** The name in the {@code permissions} of a repository. */
    String apiName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The name that people know from a repository's settings. */
    public String role() {
        return role;
    }

    boolean includes(Permission other) {
        return compareTo(other) >= 0;
    }
}
