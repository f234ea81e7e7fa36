package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.facade.loginbroker.BrokerTokens.Good;
import dev.latchkey.gateway.github.GitHubReads;
import dev.latchkey.gateway.installation.InstallationToken;
import dev.latchkey.gateway.installation.InstallationTokens;
import dev.latchkey.gateway.installation.Permissions;
import dev.latchkey.gateway.installation.Reach;
import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.vault.TokenVault;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/**
 * What instances ask of GitHub through this service. Everything is read as the person whose token it is, so nobody is shown an
 * installation or a repository that GitHub would not show them.
 */
final class GitHubFace {

    private static final Logger LOG = LoggerFactory.getLogger(GitHubFace.class);
    private static final int PAGE = 100;
    private static final int MOST_PAGES = 10;
    /** GitHub takes so many by name for one token. */
    private static final int MOST_REPOSITORIES = 500;

    private final GitHubReads reads;
    private final GitHub gitHub;
    private final TokenVault vault;
    private final InstallationTokens installations;
    private final LoginBrokerProperties properties;

    GitHubFace(
            GitHubReads reads,
            GitHub gitHub,
            TokenVault vault,
            InstallationTokens installations,
            LoginBrokerProperties properties) {
        this.reads = reads;
        this.gitHub = gitHub;
        this.vault = vault;
        this.installations = installations;
        this.properties = properties;
    }

    /** The person's own repositories, the one that was changed last first. */
    Mono<Map<String, Object>> repositories(Good good, String app) {
        return reads.get(good.person().id(), app, "/user/repos", "affiliation=owner&sort=updated&per_page=" + PAGE)
                .map(GitHubFace::succeeded)
                .map(list -> Map.of("repos", list));
    }

    Mono<Map<String, Object>> accessToken(Good good) {
        return exposed(good)
                .then(Mono.defer(() -> vault.fresh(good.person().id())))
                .map(token -> {
                    tell(good, "the person's GitHub token");
                    return told(token, "user", null, vault.endOf(good.person().id(), token));
                });
    }

    private Mono<Void> exposed(Good good) {
        if (properties.exposesTo(good.client())) {
            return Mono.empty();
        }
        LOG.info(
                "{} asked for a GitHub token of {} and is not told any",
                good.client(),
                good.person().id());
        return Mono.error(Problem.of(ProblemCode.ACCESS_DENIED, "access_token_not_exposed"));
    }

    private static void tell(Good good, String what) {
        LOG.info("{} was told {} as {}", good.client(), what, good.person().id());
    }

    private static Map<String, Object> told(
            AccessToken token, String source, @Nullable Long installation, @Nullable Instant end) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("access_token", token.reveal());
        members.put("source", source);
        if (installation != null) {
            members.put("installation_id", installation);
        }
        if (end != null) {
            members.put("expires_at", end.toString());
        }
        return members;
    }

    /** What there is, without a secret. */
    Map<String, Object> info() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("app_slug", properties.appSlug() == null ? "" : properties.appSlug());
        members.put("install_enabled", properties.appSlug() != null);
        members.put("sign_in_configured", true);
        members.put("credentials_configured", installations.isOn());
        return members;
    }

    Map<String, Object> installUrl() {
        if (properties.appSlug() == null) {
            throw Problem.of(ProblemCode.INSTALLATION_MISSING, "github_app_not_configured");
        }
        String apps = gitHub.origin().equals("https://github.com") ? "/apps/" : "/github-apps/";
        return Map.of("install_url", gitHub.origin() + apps + properties.appSlug() + "/installations/new");
    }

    Mono<Map<String, Object>> verify(Good good, long installation, String app) {
        return find(good.person().id(), installation, app, 1).map(found -> {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("verified", true);
            members.put("installation_id", installation);
            members.put("account_login", found.path("account").path("login").asString(""));
            members.put("account_type", found.path("account").path("type").asString(""));
            members.put("app_slug", found.path("app_slug").asString(""));
            return members;
        });
    }

    Mono<Map<String, Object>> repositoriesOf(Good good, long installation, String app) {
        return find(good.person().id(), installation, app, 1)
                .then(Mono.defer(
                        () -> seen(good.person().id(), installation, app).collectList()))
                .map(list -> Map.of("repositories", list));
    }

    /**
     * An installation's token can do whatever the App was granted, be the person allowed to or not. So it reaches only into
     * those repositories that the person administers, who could grant as much, and never beyond repositories: what the App
     * may do to an organization is nothing that whoever administers one of its repositories could grant.
     */
    Mono<Map<String, Object>> accessTokenOf(Good good, long installation, String app) {
        return exposed(good)
                .then(Mono.defer(() -> find(good.person().id(), installation, app, 1)))
                .map(found -> properties.mostOfInstallations().ofRepositories(grantedTo(found)))
                .flatMap(permissions -> administered(good, installation, app)
                        .flatMap(repositories -> minted(good, repositories, permissions)))
                .map(token -> {
                    tell(good, "a GitHub token of installation " + installation);
                    AccessToken access = new AccessToken(token.secret());
                    return told(access, "installation", installation, token.expiresAt());
                });
    }

    private static Map<String, String> grantedTo(JsonNode installation) {
        Map<String, String> granted = new HashMap<>();
        installation.path("permissions").forEachEntry((name, level) -> granted.put(name, level.asString("")));
        return granted;
    }

    private Mono<List<RepositoryName>> administered(Good good, long installation, String app) {
        return seen(good.person().id(), installation, app)
                .filter(repository ->
                        repository.path("permissions").path("admin").asBoolean(false))
                .map(GitHubFace::nameOf)
                .take(MOST_REPOSITORIES)
                .collectList();
    }

    private Mono<InstallationToken> minted(Good good, List<RepositoryName> repositories, Permissions permissions) {
        if (repositories.isEmpty() || permissions.isEverything()) {
            return Mono.error(notAccessible());
        }
        return installations.token(Reach.into(repositories.toArray(RepositoryName[]::new))
                .with(permissions)
                .heldBy("login-broker " + good.client() + ' ' + good.person().id()));
    }

    private static RepositoryName nameOf(JsonNode repository) {
        return new RepositoryName(
                repository.path("owner").path("login").asString(""),
                repository.path("name").asString(""));
    }

    /** The installation among those that the person can see. */
    private Mono<JsonNode> find(PersonId person, long installation, String app, int page) {
        return page(person, app, "/user/installations", "installations", page).flatMap(list -> {
            for (JsonNode found : list) {
                if (found.path("id").asLong(0) == installation && isOurs(found)) {
                    return Mono.just(found);
                }
            }
            return list.size() < PAGE || page == MOST_PAGES
                    ? Mono.error(notAccessible())
                    : find(person, installation, app, page + 1);
        });
    }

    private boolean isOurs(JsonNode installation) {
        String slug = properties.appSlug();
        return slug == null || slug.equals(installation.path("app_slug").asString(""));
    }

    private Flux<JsonNode> seen(PersonId person, long installation, String app) {
        return Flux.range(1, MOST_PAGES)
                .concatMap(
                        page -> page(
                                person,
                                app,
                                "/user/installations/" + installation + "/repositories",
                                "repositories",
                                page),
                        1)
                .takeUntil(list -> list.size() < PAGE)
                .concatMapIterable(list -> list);
    }

    private Mono<List<JsonNode>> page(PersonId person, String app, String path, String member, int page) {
        return reads.getNow(person, app, path, "per_page=" + PAGE + "&page=" + page)
                .map(read -> {
                    if (read.status() == 403 || read.status() == 404) {
                        throw notAccessible();
                    }
                    List<JsonNode> list = new ArrayList<>();
                    succeeded(read).path(member).forEach(list::add);
                    return list;
                });
    }

    private static Problem notAccessible() {
        return Problem.of(ProblemCode.ACCESS_DENIED, "installation_not_accessible");
    }

    private static JsonNode succeeded(GitHubReads.Read read) {
        if (!read.isSuccess()) {
            throw Problem.of(ProblemCode.GITHUB_REFUSED, "GitHub API returned status " + read.status());
        }
        return JsonAnswers.parsed(read.body());
    }
}
