package dev.latchkey.gateway.testing;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** One App at one account, changeable while tests run. */
public final class StubInstallation {

    private final long id;
    private final StubGitHubApp app;
    private final String account;
    private final Map<String, String> repositories = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Instant createdAt;
    private boolean all;
    private Instant suspendedAt;
    private boolean gone;

    StubInstallation(long id, StubGitHubApp app, String account, boolean all, Instant createdAt) {
        this.id = id;
        this.app = app;
        this.account = account;
        this.all = all;
        this.createdAt = createdAt;
    }

    public long id() {
        return id;
    }

    public String account() {
        return account;
    }

    public synchronized StubInstallation add(String repository) {
        repositories.put(repository, repository);
        return this;
    }

    public synchronized StubInstallation remove(String repository) {
        all = false;
        repositories.remove(repository);
        return this;
    }

    public synchronized StubInstallation suspend() {
        suspendedAt = createdAt;
        return this;
    }

    public synchronized StubInstallation unsuspend() {
        suspendedAt = null;
        return this;
    }

    /** Ends it, and its tokens; installing again makes another. */
    public synchronized void uninstall() {
        gone = true;
    }

    StubGitHubApp app() {
        return app;
    }

    Instant createdAt() {
        return createdAt;
    }

    synchronized boolean isGone() {
        return gone;
    }

    synchronized boolean isForAll() {
        return all;
    }

    /** Null unless it is suspended. */
    synchronized Instant suspendedAt() {
        return suspendedAt;
    }

    synchronized boolean reaches(String repository) {
        return !gone && (all || repositories.containsKey(repository));
    }

    /** As it is spelled, whatever the case it was asked in. */
    synchronized String spelled(String repository) {
        return repositories.getOrDefault(repository, repository);
    }

    synchronized Map<String, String> repositories() {
        return new TreeMap<>(repositories);
    }
}
