package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.Waits;
import dev.latchkey.gateway.watch.CallSpans;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.timeout.TimeoutException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientException;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import tools.jackson.databind.JsonNode;

/**
 * The two calls that an App makes about itself (GitHub REST API, "Apps"): which installation a repository belongs to, and
 * a token of that installation.
 *
 * <p>What can go wrong is told apart here: {@code installation.missing}, {@code installation.suspended},
 * {@code installation.permissions}, {@code github.limited}, {@code github.app.refused}, {@code github.refused},
 * {@code github.broken}, {@code github.unreachable}, {@code github.timeout}.
 */
final class AppApi implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AppApi.class);
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration IDLE = Duration.ofSeconds(30);
    /** GitHub lets a hundred calls of an account be under way. */
    private static final int AT_ONCE = 50;
    /** A token for five hundred repositories comes with a description of each. */
    private static final int LARGEST_ANSWER = 8 * 1024 * 1024;

    private static final int REDIRECTS = 3;

    private final Pauses pauses;
    private final Clock clock;
    private final ConnectionProvider connections = ConnectionProvider.builder("latchkey-app")
            .maxConnections(AT_ONCE)
            .maxIdleTime(IDLE)
            .build();
    private final WebClient web;

    AppApi(Pauses pauses, Duration timeout, Clock clock) {
        this.pauses = pauses;
        this.clock = clock;
        this.web = WebClient.builder()
                .clientConnector(new ReactorClientHttpConnector(http(connections, timeout)))
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(LARGEST_ANSWER))
                .defaultHeader(HttpHeaders.USER_AGENT, "latchkey")
                .defaultHeader(HttpHeaders.ACCEPT, "application/vnd.github+json")
                .defaultHeader("X-GitHub-Api-Version", "2022-11-28")
                .filter(CallSpans.named("github"))
                .build();
    }

    /** Redirects are followed here and not by the client, which would take the JWT to any host. */
    private static HttpClient http(ConnectionProvider connections, Duration timeout) {
        return HttpClient.create(connections)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT.toMillis())
                .responseTimeout(timeout)
                .followRedirect(false);
    }

    /**
     * An installation as GitHub described it.
     *
     * @param account whose it is
     * @param repository the number of the repository that was asked for, if it was renamed
     */
    record Installation(long id, String account, @Nullable Long repository, boolean suspended) {}

    /** Fails with {@code installation.missing} where the App is not installed. */
    Mono<Installation> installationOf(App app, RepositoryName repository) {
        URI asked = URI.create(app.api() + "/repos/" + repository + "/installation");
        return lookUp(app, asked, REDIRECTS);
    }

    private Mono<Installation> lookUp(App app, URI asked, int redirects) {
        return call(app, HttpMethod.GET, asked, null)
                .flatMap(answer -> answer.isRedirect() && redirects > 0
                        ? lookUp(app, movedTo(app, asked, answer), redirects - 1)
                        : Mono.just(installation(asked, answer)));
    }

    /** A renamed repository is answered with its address by number, at the same API and nowhere else. */
    private static URI movedTo(App app, URI asked, GitHubAnswer answer) {
        String location = answer.headers().getFirst(HttpHeaders.LOCATION);
        try {
            URI target = asked.resolve(location == null ? "" : location);
            if (target.normalize().equals(target) && target.toString().startsWith(app.api() + "/")) {
                return target;
            }
        } catch (IllegalArgumentException e) {
            // Answered below.
        }
        throw broken("GitHub redirected to another place");
    }

    private static Installation installation(URI asked, GitHubAnswer answer) {
        if (answer.status() == 404) {
            throw Problem.of(ProblemCode.INSTALLATION_MISSING);
        }
        if (answer.status() != 200 || !answer.body().path("id").isIntegralNumber()) {
            throw broken("GitHub did not describe the installation");
        }
        return new Installation(
                answer.body().path("id").asLong(),
                answer.body().path("account").path("login").asString(""),
                numberIn(asked),
                answer.body().path("suspended_at").isString());
    }

    /** The repository's number, where that is what was asked by. */
    private static @Nullable Long numberIn(URI asked) {
        String[] segments = asked.getPath().split("/");
        int last = segments.length - 1;
        boolean byNumber = last >= 2 && segments[last - 2].equals("repositories");
        return byNumber && segments[last - 1].matches("[0-9]{1,18}") ? Long.valueOf(segments[last - 1]) : null;
    }

    /**
     * A new token of that installation, which reaches no further than asked.
     *
     * @param numbers of those repositories that were renamed; the others are named
     */
    Mono<InstallationToken> mint(App app, long installation, Reach reach, Map<RepositoryName, Long> numbers) {
        URI asked = URI.create(app.api() + "/app/installations/" + installation + "/access_tokens");
        return call(app, HttpMethod.POST, asked, body(reach, numbers)).map(answer -> token(reach, numbers, answer));
    }

    private static Map<String, Object> body(Reach reach, Map<RepositoryName, Long> numbers) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (!reach.wholeInstallation()) {
            List<String> names = reach.repositories().stream()
                    .filter(repository -> !numbers.containsKey(repository))
                    .map(RepositoryName::name)
                    .toList();
            if (!names.isEmpty()) {
                body.put("repositories", names);
            }
            if (!numbers.isEmpty()) {
                body.put("repository_ids", List.copyOf(numbers.values()));
            }
        }
        if (!reach.permissions().isEverything()) {
            body.put("permissions", reach.permissions().levels());
        }
        return body;
    }

    private InstallationToken token(Reach reach, Map<RepositoryName, Long> numbers, GitHubAnswer answer) {
        if (answer.status() == 404) {
            throw new InstallationGone();
        }
        if (answer.status() == 422) {
            if (answer.mentions("permission")) {
                throw Problem.of(ProblemCode.INSTALLATION_PERMISSIONS);
            }
            throw new InstallationGone();
        }
        String token = answer.body().path("token").asString("");
        Instant end = end(answer);
        List<String> repositories = names(answer.body().path("repositories"));
        if (answer.status() != 201 || !isToken(token) || end == null) {
            throw broken("GitHub did not hand out a token");
        }
        if (!reach.wholeInstallation()) {
            checkReach(reach, numbers, repositories);
        }
        return new InstallationToken(Secret.of(token), end, repositories);
    }

    /** Where a number led to is known only from the answer, and somebody will want to know. */
    private static void checkReach(Reach reach, Map<RepositoryName, Long> numbers, List<String> repositories) {
        boolean untold = repositories.isEmpty() && !numbers.isEmpty();
        if (untold || repositories.size() > reach.repositories().size()) {
            throw broken("GitHub handed out a token that reaches elsewhere than asked");
        }
    }

    /** Any length and any visible characters: the format of tokens has changed before. */
    private static boolean isToken(String token) {
        return !token.isEmpty() && token.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    }

    /** By this node's clock, however far GitHub's is away from it. */
    private @Nullable Instant end(GitHubAnswer answer) {
        try {
            Instant there = OffsetDateTime.parse(
                            answer.body().path("expires_at").asString(""))
                    .toInstant();
            Instant date = answer.date();
            Duration life = Duration.between(date == null ? clock.instant() : date, there);
            return life.isNegative() || life.isZero() ? null : clock.instant().plus(life);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static List<String> names(JsonNode repositories) {
        List<String> names = new ArrayList<>();
        for (JsonNode repository : repositories) {
            names.add(repository.path("full_name").asString(""));
        }
        return names;
    }

    /** The answer, unless it is a failure that says nothing about what was asked. */
    private Mono<GitHubAnswer> call(App app, HttpMethod method, URI uri, @Nullable Object body) {
        return pauses.check(app)
                .then(Mono.defer(() -> signedCall(app, method, uri, body)))
                .flatMap(answer -> judged(app, answer));
    }

    /** A JWT that is refused over a difference of clocks is made anew by GitHub's, once. */
    private Mono<GitHubAnswer> signedCall(App app, HttpMethod method, URI uri, @Nullable Object body) {
        String jwt = app.jwt().current();
        return send(method, uri, body, jwt).flatMap(answer -> {
            Instant date = answer.date();
            boolean again = answer.status() == 401 && date != null && app.jwt().takeUp(date, jwt);
            return again ? send(method, uri, body, app.jwt().current()) : Mono.just(answer);
        });
    }

    private Mono<GitHubAnswer> send(HttpMethod method, URI uri, @Nullable Object body, String jwt) {
        WebClient.RequestBodySpec request = web.method(method).uri(uri).headers(headers -> headers.setBearerAuth(jwt));
        WebClient.RequestHeadersSpec<?> whole = body == null
                ? request
                : request.contentType(MediaType.APPLICATION_JSON).bodyValue(body);
        return whole.exchangeToMono(response -> response.bodyToMono(String.class)
                        .defaultIfEmpty("")
                        .map(text -> GitHubAnswer.of(
                                response.statusCode().value(),
                                response.headers().asHttpHeaders(),
                                text)))
                .onErrorMap(WebClientException.class, AppApi::untransported)
                .onErrorMap(AppApi::isTooLarge, e -> broken("GitHub's answer is too large"));
    }

    private Mono<GitHubAnswer> judged(App app, GitHubAnswer answer) {
        int status = answer.status();
        if (status == 401 || (status == 404 && answer.mentions("integration not found"))) {
            LOG.error("GitHub does not accept the App {}: its id and private key must belong together", app.id());
            return Mono.error(Problem.of(ProblemCode.GITHUB_APP_REFUSED));
        }
        if (status == 403 && answer.mentions("suspended")) {
            return Mono.error(Problem.of(ProblemCode.INSTALLATION_SUSPENDED));
        }
        if (RateLimit.isReached(answer)) {
            return pauses.begin(app, Waits.said(answer.headers(), clock.instant()));
        }
        if (status == 403) {
            return Mono.error(Problem.of(ProblemCode.GITHUB_REFUSED));
        }
        if (status >= 500) {
            return Mono.error(broken("GitHub failed with status " + status));
        }
        return Mono.just(answer);
    }

    private static Problem untransported(WebClientException failure) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
        boolean late = cause instanceof TimeoutException || cause instanceof ConnectTimeoutException;
        return Problem.of(late ? ProblemCode.GITHUB_TIMEOUT : ProblemCode.GITHUB_UNREACHABLE)
                .causedBy(failure);
    }

    private static boolean isTooLarge(Throwable failure) {
        return failure instanceof DataBufferLimitException;
    }

    private static Problem broken(String what) {
        return Problem.of(ProblemCode.GITHUB_BROKEN, what);
    }

    @Override
    public void close() {
        connections.dispose();
    }
}
