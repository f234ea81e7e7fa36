package dev.latchkey.gateway.membership;

import dev.latchkey.gateway.membership.Reading.Entry;
import dev.latchkey.gateway.membership.Reading.Outcome;
import dev.latchkey.gateway.membership.Reading.Page;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.watch.CallSpans;
import io.netty.channel.ChannelOption;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.JsonNode;

/**
 * Asks GitHub with the person's own token. What was read before is asked for on the condition that it changed: a 304
 * takes nothing from the person's quota.
 *
 * <p>An entity tag speaks for a page's body and not for its links. A full page that was the last one may have got a
 * successor without changing, so that one page is asked for without condition.
 */
final class GitHubReader {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration OUTAGE = Duration.ofSeconds(5);
    private static final int LARGEST_PAGE = 4 * 1024 * 1024;
    private static final int FULL_PAGE = 100;
    private static final int MOST_PAGES = 20;
    private static final int MOST_PARENTS = 30;

    private final String api;
    private final Clock clock;
    private final Turns turns;
    private final WebClient web;

    GitHubReader(String api, Clock clock, Turns turns) {
        this.api = api;
        this.clock = clock;
        this.turns = turns;
        this.web = WebClient.builder()
                .clientConnector(new ReactorClientHttpConnector(http()))
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(LARGEST_PAGE))
                .defaultHeader(HttpHeaders.USER_AGENT, "latchkey")
                .defaultHeader(HttpHeaders.ACCEPT, "application/vnd.github+json")
                .defaultHeader("X-GitHub-Api-Version", "2022-11-28")
                .filter(CallSpans.named("github"))
                .build();
    }

    /** Redirects are not followed by the client: a credential goes to the configured API and nowhere else. */
    private static HttpClient http() {
        return HttpClient.create()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT.toMillis())
                .responseTimeout(ANSWER)
                .followRedirect(false);
    }

    /** What GitHub said. */
    record Found(Outcome outcome, @Nullable String ssoUrl, List<Page> pages) {}

    /**
     * Asks.
     *
     * @param known what was read before, or null
     * @return fails with {@link Unanswered} if GitHub says nothing about the person
     */
    Mono<Found> read(PersonId person, Question question, AccessToken token, @Nullable Reading known) {
        Asking asking = new Asking(person, question, token, known, new ArrayList<>());
        Mono<Found> found = pagesFrom(api + question.path(), asking);
        return question.equals(Question.TEAMS) ? found.flatMap(teams -> withParents(teams, asking)) : found;
    }

    private record Asking(
            PersonId person,
            Question question,
            AccessToken token,
            @Nullable Reading known,
            List<Page> pages) {

        @Nullable
        Page knownPage(String url) {
            return known == null ? null : known.page(url);
        }

        Found told() {
            return new Found(Outcome.TOLD, null, pages);
        }
    }

    private Mono<Found> pagesFrom(String url, Asking asking) {
        return call(url, asking, asking.knownPage(url)).flatMap(answer -> {
            Page page = page(url, answer, asking);
            if (page == null) {
                return Mono.just(refused(answer, asking.question()));
            }
            asking.pages().add(page);
            String next = page.next();
            return next == null || asking.pages().size() >= MOST_PAGES
                    ? Mono.just(asking.told())
                    : pagesFrom(next, asking);
        });
    }

    /** Without the scope for them, GitHub says of every private repository that it does not exist. */
    private Found refused(GitHubAnswer answer, Question question) {
        Outcome outcome = answer.refusal(clock.instant());
        if (outcome == Outcome.ABSENT && question.isRepository() && answer.lacksScope("repo")) {
            outcome = Outcome.SCOPE_MISSING;
        }
        return new Found(outcome, outcome == Outcome.SSO_REQUIRED ? answer.ssoUrl() : null, List.of());
    }

    /** The page that the answer brings or confirms, or null if it does neither. */
    private @Nullable Page page(String url, GitHubAnswer answer, Asking asking) {
        if (answer.isUnchanged()) {
            return asking.knownPage(url);
        }
        if (!answer.isTold()) {
            return null;
        }
        String next = answer.next();
        boolean ours = next != null && next.startsWith(api + '/');
        return new Page(
                url, answer.header(HttpHeaders.ETAG), ours ? next : null, answer.isPartial(), entries(answer.json()));
    }

    private Mono<GitHubAnswer> call(String url, Asking asking, @Nullable Page known) {
        return send(url, asking, known == null ? null : known.etag()).flatMap(answer -> {
            if (answer.isUnchanged() && (known == null || mayHaveSuccessor(known))) {
                return send(url, asking, null);
            }
            return answer.isMoved() ? follow(answer, asking) : Mono.just(answer);
        });
    }

    private static boolean mayHaveSuccessor(Page page) {
        return page.next() == null && page.entries().size() >= FULL_PAGE;
    }

    /** A renamed repository has moved to an address of the same API; one step is all it takes. */
    private Mono<GitHubAnswer> follow(GitHubAnswer moved, Asking asking) {
        String location = moved.header(HttpHeaders.LOCATION);
        return location != null && location.startsWith(api + '/') ? send(location, asking, null) : Mono.just(moved);
    }

    private Mono<GitHubAnswer> send(String url, Asking asking, @Nullable String etag) {
        Mono<GitHubAnswer> call = web.get()
                .uri(URI.create(url))
                .headers(headers -> {
                    headers.setBearerAuth(asking.token().reveal());
                    if (etag != null) {
                        headers.set(HttpHeaders.IF_NONE_MATCH, etag);
                    }
                })
                .exchangeToMono(GitHubReader::whole);
        String path = url.substring(api.length()).split("\\?", 2)[0];
        return turns.take(asking.person(), path, call).onErrorMap(GitHubReader::unanswered);
    }

    private static Throwable unanswered(Throwable failure) {
        if (failure instanceof Unanswered) {
            return failure;
        }
        if (failure instanceof Problem limited && limited.retryAfter() != null) {
            return new Unanswered("GitHub is not to be asked now", limited.retryAfter());
        }
        return new Unanswered("GitHub does not answer: " + failure, OUTAGE);
    }

    private static Mono<GitHubAnswer> whole(ClientResponse response) {
        int status = response.statusCode().value();
        HttpHeaders headers = response.headers().asHttpHeaders();
        return response.bodyToMono(byte[].class)
                .defaultIfEmpty(new byte[0])
                .map(body -> new GitHubAnswer(status, headers, body));
    }

    /** A team's list names the team above each, but not the one above that; whoever is in one is in all of them. */
    private Mono<Found> withParents(Found teams, Asking asking) {
        Set<String> listed = teams.pages().stream()
                .flatMap(page -> page.entries().stream())
                .map(entry -> keyOf(entry.organization(), entry.name()))
                .collect(Collectors.toSet());
        String missing = asking.pages().size() >= MOST_PAGES + MOST_PARENTS
                ? null
                : asking.pages().stream()
                        .flatMap(page -> page.entries().stream())
                        .filter(entry -> entry.parent() != null)
                        .filter(entry -> !listed.contains(keyOf(entry.organization(), entry.parent())))
                        .map(entry -> api + "/orgs/" + entry.organization() + "/teams/" + entry.parent())
                        .filter(url -> asking.pages().stream()
                                .noneMatch(page -> page.url().equals(url)))
                        .findFirst()
                        .orElse(null);
        return missing == null ? Mono.just(teams) : parent(missing, asking).flatMap(more -> withParents(more, asking));
    }

    /** One that is not shown is taken for the top. */
    private Mono<Found> parent(String url, Asking asking) {
        return call(url, asking, asking.knownPage(url)).map(answer -> {
            Page page = page(url, answer, asking);
            if (page == null) {
                answer.refusal(clock.instant());
            }
            asking.pages().add(page == null ? new Page(url, null, null, false, List.of()) : page);
            return asking.told();
        });
    }

    private static String keyOf(String organization, @Nullable String slug) {
        return (organization + '/' + slug).toLowerCase(Locale.ROOT);
    }

    private static List<Entry> entries(JsonNode json) {
        List<Entry> entries = new ArrayList<>();
        if (json.isArray()) {
            json.forEach(item -> addEntry(entries, item));
        } else {
            addEntry(entries, json);
        }
        return entries;
    }

    /** A team has a slug, a repository permissions, a membership an organisation and a state. */
    private static void addEntry(List<Entry> entries, JsonNode item) {
        JsonNode organization = item.path("organization");
        if (item.has("slug")) {
            entries.add(new Entry(
                    text(organization, "login"),
                    number(organization, "id"),
                    text(item, "slug"),
                    number(item, "id"),
                    item.path("parent").path("slug").asString(null),
                    null));
        } else if (item.has("permissions")) {
            JsonNode owner = item.path("owner");
            entries.add(new Entry(
                    text(owner, "login"),
                    number(owner, "id"),
                    text(item, "name"),
                    number(item, "id"),
                    null,
                    permission(item.path("permissions"))));
        } else if (item.path("state").asString("").equals("active")) {
            long id = number(organization, "id");
            entries.add(new Entry(text(organization, "login"), id, null, id, null, null));
        }
    }

    private static @Nullable Permission permission(JsonNode permissions) {
        Permission most = null;
        for (Permission permission : Permission.values()) {
            if (permissions.path(permission.apiName()).asBoolean(false)) {
                most = permission;
            }
        }
        return most;
    }

    private static String text(JsonNode node, String member) {
        String text = node.path(member).asString("");
        if (text.isEmpty() || text.length() > 100) {
            throw new Unanswered("GitHub's answer has no usable " + member, OUTAGE);
        }
        return text;
    }

    private static long number(JsonNode node, String member) {
        return node.path(member).asLong(0);
    }
}
