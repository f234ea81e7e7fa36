package dev.latchkey.gateway.testing;

import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The GitHub Apps, where they are installed, and the tokens they minted. */
final class Installations {

    private static final long FIRST = 60_000_001;

    private final GitHubState state;
    private final Map<Long, StubGitHubApp> apps = new LinkedHashMap<>();
    private final List<StubInstallation> installed = new ArrayList<>();
    private final Map<String, StubInstallationToken> tokens = new LinkedHashMap<>();
    private final Map<String, Long> movedAway = new LinkedHashMap<>();
    private final Map<Long, String> fullNames = new LinkedHashMap<>();
    private long last = FIRST;

    Installations(GitHubState state) {
        this.state = state;
    }

    synchronized StubGitHubApp app(long id, KeyPair key) {
        return apps.computeIfAbsent(id, number -> new StubGitHubApp(number, key, this));
    }

    /** By its number or its client id. */
    synchronized Optional<StubGitHubApp> named(String issuer) {
        return apps.values().stream()
                .filter(app -> issuer.equals(String.valueOf(app.id())) || issuer.equals(app.clientId()))
                .findFirst();
    }

    synchronized StubInstallation install(StubGitHubApp app, String account, String... repositories) {
        StubInstallation installation = find(app, account).orElseGet(() -> {
            StubInstallation fresh = new StubInstallation(last++, app, account, repositories.length == 0, state.now());
            installed.add(fresh);
            return fresh;
        });
        for (String repository : repositories) {
            installation.add(repository);
        }
        return installation;
    }

    private Optional<StubInstallation> find(StubGitHubApp app, String account) {
        return installed.stream()
                .filter(installation -> installation.app() == app && !installation.isGone())
                .filter(installation -> installation.account().equalsIgnoreCase(account))
                .findFirst();
    }

    synchronized Optional<StubInstallation> at(StubGitHubApp app, String account) {
        return find(app, account);
    }

    synchronized Optional<StubInstallation> of(StubGitHubApp app, String owner, String repository) {
        return find(app, owner).filter(installation -> installation.reaches(repository));
    }

    synchronized Optional<StubInstallation> numbered(StubGitHubApp app, long id) {
        return installed.stream()
                .filter(each -> each.app() == app && each.id() == id && !each.isGone())
                .findFirst();
    }

    synchronized List<StubInstallation> all(StubGitHubApp app) {
        return installed.stream()
                .filter(each -> each.app() == app && !each.isGone())
                .toList();
    }

    // Repositories by number

    synchronized long numberOf(String owner, String repository) {
        String key = key(owner, repository);
        long number = state.number("repo:" + key);
        fullNames.putIfAbsent(number, owner + "/" + repository);
        return number;
    }

    synchronized Optional<String> fullName(long number) {
        return Optional.ofNullable(fullNames.get(number));
    }

    /** From now on the old name leads to the new one, by number. */
    synchronized void move(String from, String to) {
        String[] old = from.split("/");
        long number = numberOf(old[0], old[1]);
        movedAway.put(key(old[0], old[1]), number);
        fullNames.put(number, to);
        find(old[0]).forEach(installation -> installation.remove(old[1]));
    }

    private List<StubInstallation> find(String account) {
        return installed.stream()
                .filter(installation -> installation.account().equalsIgnoreCase(account))
                .filter(installation -> !installation.isForAll())
                .toList();
    }

    synchronized Optional<Long> movedTo(String owner, String repository) {
        return Optional.ofNullable(movedAway.get(key(owner, repository)));
    }

    private static String key(String owner, String repository) {
        return (owner + "/" + repository).toLowerCase(Locale.ROOT);
    }

    // Tokens

    synchronized StubInstallationToken mint(
            StubInstallation installation, List<String> repositories, Map<String, String> permissions) {
        StubGitHubApp app = installation.app();
        String value = app.makesLongTokens() ? state.secrets.longToken("ghs_") : state.secrets.token("ghs_");
        Instant end = state.answerDate().plus(app.tokenLife());
        StubInstallationToken token =
                new StubInstallationToken(value, installation.id(), repositories, permissions, end);
        tokens.put(value, token);
        return token;
    }

    synchronized Optional<StubInstallationToken> live(String value) {
        return Optional.ofNullable(value)
                .map(tokens::get)
                .filter(token -> state.answerDate().isBefore(token.expiresAt()))
                .filter(token -> installed.stream()
                        .anyMatch(each ->
                                each.id() == token.installation() && !each.isGone() && each.suspendedAt() == null));
    }

    synchronized void revoke(String value) {
        tokens.remove(value);
    }

    synchronized Optional<StubInstallation> numbered(long id) {
        return installed.stream().filter(each -> each.id() == id).findFirst();
    }
}
