package dev.latchkey.gateway.github.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.github.api.ApiRequest;
import dev.latchkey.gateway.github.api.Paced;
import dev.latchkey.gateway.github.api.Principal;
import dev.latchkey.gateway.github.api.RequestBody;
import dev.latchkey.gateway.github.api.Target;
import dev.latchkey.gateway.github.api.Validators;
import dev.latchkey.gateway.github.cache.ChangeEvents;
import dev.latchkey.gateway.github.cache.Changes;
import dev.latchkey.gateway.github.cache.Far;
import dev.latchkey.gateway.github.cache.ResponseCache;
import dev.latchkey.gateway.github.pace.Kind;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.SimulatedPacers;
import dev.latchkey.gateway.github.pace.SimulatedStore;
import dev.latchkey.gateway.github.pace.SimulatedTime;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.provider.ProviderEvent;
import dev.latchkey.gateway.session.PersonId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import tools.jackson.databind.json.JsonMapper;

/**
 * Three nodes of a gateway between an organization's apps and GitHub, in simulated time. Cache, changes and pacing are those
 * that ship, with their defaults; each call comes to any of the nodes, which is the worst a balancer can do. Every answer is
 * held against what was true for that person in the time for which it may be believed.
 */
final class Replay {

    static final Instant MIDNIGHT = Instant.parse("2026-11-03T00:00:00Z");
    private static final int NODES = 3;
    private static final KeyRing KEYS =
            KeyRing.of(List.of(Secret.of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")), Clock.systemUTC());
    /** From a node's hearing of a change to the last node's. */
    private static final long SPREADING = 50;

    private final Random random;
    private final SimulatedTime time;
    private final Organization organization;
    private final ReplayedGitHub gitHub;
    private final List<ResponseCache> nodes = new ArrayList<>();
    private final List<ChangeEvents> ears = new ArrayList<>();
    private Tally tally = new Tally();
    private long trace;

    Replay(long seed, Duration beginning) {
        random = new Random(seed);
        time = new SimulatedTime(MIDNIGHT.plus(beginning));
        organization = new Organization(random);
        gitHub = new ReplayedGitHub(time, organization, new Random(seed + 1));
        SimulatedStore store = new SimulatedStore(time, new Random(seed + 2), 3);
        for (int i = 0; i < NODES; i++) {
            Pacer pacer = SimulatedPacers.node(time, store);
            Changes changes = new Changes(store, time.clock(0));
            Far far = Far.in(store, KEYS, 256 << 20, Duration.ofDays(2), time.clock(0), time.scheduler());
            nodes.add(new ResponseCache(
                    terms(), changes, far, pacer, new Paced(pacer, gitHub, time.scheduler()), time.clock(0)));
            ears.add(new ChangeEvents(changes));
        }
    }

    private static ResponseCache.Terms terms() {
        return new ResponseCache.Terms(
                64 << 20,
                1 << 20,
                Duration.ofHours(1),
                Duration.ofMinutes(10),
                Duration.ofSeconds(5),
                Duration.ofHours(1),
                Duration.ofMinutes(10));
    }

    SimulatedTime time() {
        return time;
    }

    Random random() {
        return random;
    }

    Organization organization() {
        return organization;
    }

    /** A number that tells what was asked, by whom and when. */
    long trace() {
        return trace;
    }

    Tally tally() {
        return tally;
    }

    // Reading and writing

    void read(String person, String app, String path, @Nullable String query) {
        long began = time.now();
        trace = 31 * trace + Objects.hash(person, app, path, query, began);
        nodes.get(random.nextInt(NODES))
                .call(request(HttpMethod.GET, person, app, path, query))
                .subscribe(
                        answer -> judge(answer, person, path, query, began),
                        failure -> tally.refused(person + ' ' + path + ' ' + failure));
    }

    /** Adds to a list below something. */
    void write(String person, String path, String list) {
        nodes.get(random.nextInt(NODES))
                .call(request(HttpMethod.POST, person, "web", path + list, null))
                .subscribe(
                        answer -> {
                            tally.written();
                            told(person, path);
                            told(person, path + list);
                        },
                        failure -> {});
    }

    private void told(String person, String path) {
        Resource resource = organization.find(person, path, null);
        if (resource != null) {
            resource.toldTo(person, time.now());
        }
    }

    private static ApiRequest request(
            HttpMethod method, String person, String app, String path, @Nullable String query) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.ACCEPT, "application/vnd.github+json");
        return new ApiRequest(
                new Principal.OfPerson(new PersonId("github", person)),
                app,
                method,
                new Target(Target.Api.REST, path, query),
                headers,
                RequestBody.NONE,
                Kind.REST,
                Duration.ofSeconds(10),
                Validators.NONE);
    }

    private void judge(ApiAnswer answer, String person, String path, @Nullable String query, long began) {
        tally.read(outcome(answer.headers()));
        Resource resource = organization.find(person, path, query);
        String what = person + ' ' + path + ' ' + answer.headers().getFirst("Cache-Status");
        Repository repository = resource == null ? null : resource.repository();
        long told = repository == null ? Long.MIN_VALUE : repository.toldBefore(began - SPREADING);
        long wrote = resource == null ? Long.MIN_VALUE : resource.toldBefore(person, began - SPREADING);
        String outcome = String.valueOf(answer.headers().getFirst("X-Latchkey-Cache"));
        long within = resource == null || outcome.equals("stale")
                ? Duration.ofMinutes(10).toMillis()
                : resource.nature().maxAge();
        long from = Math.max(began - within, Math.max(told, wrote));
        boolean seen = repository == null || repository.isSeenBy(person, from);
        if (answer.status() == 404) {
            boolean hidden = repository != null && !repository.isSeenBy(person, time.now());
            if (resource != null && !hidden) {
                tally.wrong("missing: " + what);
            }
        } else if (answer.status() != 200 || resource == null) {
            tally.wrong(answer.status() + ": " + what);
        } else if (!seen) {
            tally.foreign("not to be seen: " + what);
        } else {
            String body = new String(((ApiAnswer.Bytes) answer.body()).bytes(), UTF_8);
            if (!resource.isTrue(body, person, from, time.now())) {
                if (resource.isTheirs(body, person)) {
                    tally.wrong("old: " + what + ' ' + body);
                } else {
                    tally.foreign("another's: " + what + ' ' + body);
                }
            }
        }
    }

    private static String outcome(HttpHeaders headers) {
        String status = String.valueOf(headers.getFirst("Cache-Status"));
        return status.contains("SHARED") && !status.contains("collapsed")
                ? "shared"
                : String.valueOf(headers.getFirst("X-Latchkey-Cache"));
    }

    // Telling

    /** A webhook of a repository comes to one of the nodes, a moment after the event. */
    void tell(Repository repository, String event) {
        if (!repository.hasWebhooks()) {
            return;
        }
        time.after(500 + random.nextInt(2_500), () -> {
            String json = "{\"repository\":{\"id\":" + repository.id() + ",\"full_name\":\""
                    + repository.path().substring("/repos/".length()) + "\"}}";
            ears.get(random.nextInt(NODES))
                    .heard(new ProviderEvent(
                            event, "edited", JsonMapper.shared().readTree(json)))
                    .subscribe();
            repository.toldAt(time.now());
        });
    }

    // The report

    void run(Duration time) {
        this.time.pass(time);
    }

    /** What happened until now was only to fill what is kept. */
    void countAnew() {
        tally = new Tally();
        gitHub.countAnew();
    }

    double free() {
        return Tally.free(tally.reads(), gitHub.spent());
    }

    int secondary() {
        int met = 0;
        for (Account account : gitHub.accounts()) {
            met += account.secondary();
        }
        return met;
    }

    int primary() {
        int met = 0;
        for (Account account : gitHub.accounts()) {
            met += account.primary();
        }
        return met;
    }

    private long least() {
        long least = Long.MAX_VALUE;
        for (Account account : gitHub.accounts()) {
            least = Math.min(least, account.least());
        }
        return least;
    }

    String table() {
        StringBuilder table = new StringBuilder();
        table.append(Tally.row("reads", tally.reads()));
        for (String outcome : List.of("hit", "revalidated", "shared", "coalesced", "stale", "miss")) {
            table.append(Tally.row("  " + outcome, tally.of(outcome)));
        }
        table.append(Tally.row("  refused", tally.refused()))
                .append(Tally.row("writes", tally.writes()))
                .append(Tally.row("calls to GitHub", gitHub.calls()))
                .append(Tally.row("quota spent on reads", gitHub.spent()));
        gitHub.spentOn().forEach((why, kinds) -> {
            table.append(Tally.row(
                    "  " + why, kinds.values().stream().mapToInt(each -> each).sum()));
            kinds.forEach((kind, many) -> table.append(Tally.row("    " + kind, many)));
        });
        return table.append(Tally.row("least left of anybody's 5,000", least()))
                .append(Tally.row("reads that cost no quota", String.format(Locale.ROOT, "%.2f %%", 100 * free())))
                .append(Tally.row("quotas used up", primary()))
                .append(Tally.row("secondary limits met", secondary()))
                .append(Tally.row("answers with wrong bytes", tally.wrong()))
                .append(Tally.row("answers with another's bytes", tally.foreign()))
                .toString();
    }
}
