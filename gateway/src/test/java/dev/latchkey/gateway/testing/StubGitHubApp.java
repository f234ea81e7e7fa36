package dev.latchkey.gateway.testing;

import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A GitHub App as its own identity: it has a key, is installed at accounts, and mints tokens for them. */
public final class StubGitHubApp {

    private final long id;
    private final Installations installations;
    private final List<KeyPair> keys = new CopyOnWriteArrayList<>();
    private final Map<String, String> permissions = new ConcurrentSkipListMap<>();
    private volatile boolean longTokens;
    private volatile Duration tokenLife = Duration.ofHours(1);

    StubGitHubApp(long id, KeyPair key, Installations installations) {
        this.id = id;
        this.installations = installations;
        keys.add(key);
        permissions.putAll(Map.of("contents", "write", "issues", "write", "metadata", "read", "pull_requests", "read"));
    }

    public long id() {
        return id;
    }

    public String clientId() {
        return "Iv23li" + String.format("%014d", id);
    }

    /** The newest key. */
    public KeyPair key() {
        return keys.get(keys.size() - 1);
    }

    /** A second key; the earlier ones stay valid until revoked. */
    public StubGitHubApp addKey(KeyPair key) {
        keys.add(key);
        return this;
    }

    public StubGitHubApp revokeKey(KeyPair key) {
        keys.remove(key);
        return this;
    }

    /** Installs it there for these repositories, or for all that there are and will be if none is named. */
    public StubInstallation installedAt(String account, String... repositories) {
        return installations.install(this, account, repositories);
    }

    /** Tokens of 560 characters, with dots, as since 2026. */
    public StubGitHubApp longTokens() {
        longTokens = true;
        return this;
    }

    public StubGitHubApp tokenLife(Duration life) {
        tokenLife = life;
        return this;
    }

    /** Grants it a level of a permission; null takes the permission away. */
    public StubGitHubApp permission(String name, String level) {
        if (level == null) {
            permissions.remove(name);
        } else {
            permissions.put(name, level);
        }
        return this;
    }

    /** What a gateway needs to be told to hand out its tokens. */
    public Map<String, String> gatewayProperties() {
        return Map.of(
                "latchkey.github.app-id", String.valueOf(id), "latchkey.github.private-key", AppKeys.pkcs1(key()));
    }

    List<KeyPair> keys() {
        return keys;
    }

    Map<String, String> permissions() {
        return permissions;
    }

    boolean makesLongTokens() {
        return longTokens;
    }

    Duration tokenLife() {
        return tokenLife;
    }
}
