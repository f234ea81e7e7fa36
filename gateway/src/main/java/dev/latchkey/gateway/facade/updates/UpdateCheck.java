package dev.latchkey.gateway.facade.updates;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.github.GitHubReads;
import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.PersonId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Asks GitHub for the newest release, as somebody who is signed in. What one person was told is told to nobody else: the
 * repository may be one that only some can see.
 */
final class UpdateCheck {

    private static final int MOST = 10_000;
    private static final int MOST_RELEASES = 50;

    private final GitHubReads gitHub;
    private final RepositoryName repository;
    private final boolean prereleases;
    private final Duration believed;
    private final Clock clock;
    private final Cache<PersonId, Found> known =
            Caffeine.newBuilder().maximumSize(MOST).build();

    UpdateCheck(GitHubReads gitHub, UpdatesProperties properties, Clock clock) {
        this.gitHub = gitHub;
        this.repository = properties.repositoryName().orElseThrow();
        this.prereleases = properties.prereleases();
        this.believed = properties.cache();
        this.clock = clock;
    }

    /**
     * What was found.
     *
     * @param cache what the passthrough's cache says of it, such as {@code stale}; null if it says nothing
     */
    record Found(Release release, @Nullable String cache, Instant at) {}

    /** The newest release, perhaps of some time ago. */
    Mono<Found> newest(PersonId person, String app) {
        Found found = known.getIfPresent(person);
        return found != null && clock.instant().isBefore(found.at().plus(believed))
                ? Mono.just(found)
                : look(person, app);
    }

    /** The newest release, asked for now. */
    Mono<Found> look(PersonId person, String app) {
        String releases = "/repos/" + repository + "/releases";
        Mono<GitHubReads.Read> read = prereleases
                ? gitHub.get(person, app, releases, "per_page=" + MOST_RELEASES)
                : gitHub.get(person, app, releases + "/latest", null);
        return read.map(this::found).doOnNext(found -> known.put(person, found));
    }

    private Found found(GitHubReads.Read read) {
        if (read.status() != 200) {
            throw Problem.of(ProblemCode.GITHUB_REFUSED, "GitHub API returned status " + read.status());
        }
        Release release = prereleases ? Release.highest(read.body()) : Release.latest(read.body());
        return new Found(release, read.headers().getFirst("X-Latchkey-Cache"), clock.instant());
    }
}
