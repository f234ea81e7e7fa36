package dev.latchkey.gateway.github.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.github.api.ApiRequest;
import dev.latchkey.gateway.github.api.Calls;
import dev.latchkey.gateway.github.api.Principal;
import dev.latchkey.gateway.github.pace.Call;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.QuotaView;
import dev.latchkey.gateway.github.pace.Slot;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.testing.TestClock;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** GitHub as the cache sees it, which remembers what was true for whom and when. */
final class ModelledGitHub implements Calls {

    private static final String VARY = "Accept, Authorization, Cookie, X-GitHub-OTP";

    private final TestClock clock = TestClock.now();
    private final Random random;
    private final Map<String, Integer> versions = new HashMap<>();
    private final Map<String, Integer> tokens = new HashMap<>();
    private final Map<String, Integer> refused = new HashMap<>();
    private final Set<String> hidden = new HashSet<>();
    private final Map<String, List<Truth>> history = new HashMap<>();
    private final Map<String, Long> toldAt = new HashMap<>();
    private boolean out;
    private int calls;
    private int spent;

    /** What was answered to somebody from a moment on. */
    private record Truth(long since, int status, String body) {}

    ModelledGitHub(Random random, List<String> people, List<String> paths) {
        this.random = random;
        for (String person : people) {
            for (String path : paths) {
                history.put(person + path, new ArrayList<>());
                remember(person, path);
            }
        }
    }

    Clock clock() {
        return clock;
    }

    // What happens

    void advance(Duration time) {
        clock.advance(time);
    }

    void change(String path) {
        versions.merge(path, 1, Integer::sum);
        rememberAll();
    }

    void permit(String person, String path, boolean seen) {
        if (seen) {
            hidden.remove(person + path);
        } else {
            hidden.add(person + path);
        }
        rememberAll();
    }

    void renewToken(String person) {
        tokens.merge(person, 1, Integer::sum);
    }

    /** That person is answered with nothing but that status; 0 ends it. */
    void refuse(String person, int status) {
        refused.put(person, status);
    }

    void outage(boolean on) {
        out = on;
    }

    /** The gateway has been told of a change there and below. */
    void told(String path) {
        history.keySet().stream()
                .filter(key -> key.substring(1).startsWith(path))
                .forEach(key -> toldAt.put(key, clock.millis()));
    }

    /** That person has written there: to it, to what is below, and to each collection above. */
    void written(String person, String path) {
        history.keySet().stream()
                .filter(key -> key.startsWith(person))
                .filter(key -> related(key.substring(1), path))
                .forEach(key -> toldAt.put(key, clock.millis()));
    }

    private static boolean related(String one, String other) {
        return one.equals(other) || one.startsWith(other + '/') || other.startsWith(one + '/');
    }

    private void rememberAll() {
        history.keySet().forEach(key -> remember(key.substring(0, 1), key.substring(1)));
    }

    private void remember(String person, String path) {
        List<Truth> truths = history.get(person + path);
        int status = isHidden(person, path) ? 404 : 200;
        Truth now =
                new Truth(clock.millis(), status, status == 404 ? "{\"message\":\"Not Found\"}" : body(person, path));
        Truth last = truths.isEmpty() ? null : truths.get(truths.size() - 1);
        if (last == null || last.status() != now.status() || !last.body().equals(now.body())) {
            truths.add(now);
        }
    }

    /** What is in a repository is seen by nobody who does not see that. */
    private boolean isHidden(String person, String path) {
        boolean inside = path.startsWith("/repos/a/b/") && hidden.contains(person + "/repos/a/b");
        return inside || hidden.contains(person + path);
    }

    /** The same for everybody, but for what is about the person and for one resource that shows people different things. */
    private String body(String person, String path) {
        boolean personal = path.equals("/user") || path.equals("/orgs/a");
        return "{\"path\":\"" + path + "\",\"v\":" + versions.getOrDefault(path, 0)
                + (personal ? ",\"for\":" + person : "") + "}";
    }

    // What is true

    boolean isTrueNow(String person, String path, int status, String body) {
        List<Truth> truths = history.get(person + path);
        Truth now = truths.get(truths.size() - 1);
        return now.status() == status && now.body().equals(body);
    }

    /** Whether that was so at some moment of the last so many milliseconds, and no change is known since. */
    boolean mayBelieve(String person, String path, int status, String body, long within) {
        long from = Math.max(clock.millis() - within, toldAt.getOrDefault(person + path, 0L));
        List<Truth> truths = history.get(person + path);
        for (int i = 0; i < truths.size(); i++) {
            long until = i + 1 < truths.size() ? truths.get(i + 1).since() : Long.MAX_VALUE;
            Truth truth = truths.get(i);
            if (until >= from && truth.status() == status && truth.body().equals(body)) {
                return true;
            }
        }
        return false;
    }

    boolean isOut() {
        return out;
    }

    int calls() {
        return calls;
    }

    int spent() {
        return spent;
    }

    // What it answers

    @Override
    public Mono<ApiAnswer> call(ApiRequest request) {
        return Mono.fromSupplier(() -> answer(request));
    }

    private ApiAnswer answer(ApiRequest request) {
        calls++;
        if (out) {
            if (random.nextBoolean()) {
                throw Problem.of(ProblemCode.GITHUB_UNREACHABLE);
            }
            return given(502, new HttpHeaders(), "Unicorn", "");
        }
        String person = ((Principal.OfPerson) request.principal()).id().subject();
        String path = request.target().path();
        int refusal = refused.getOrDefault(person, 0);
        if (refusal > 0) {
            return given(refusal, new HttpHeaders(), "{}", "");
        }
        if (!request.method().equals(HttpMethod.GET)) {
            spent++;
            versions.merge(path, 1, Integer::sum);
            rememberAll();
            return given(200, new HttpHeaders(), "{}", "");
        }
        List<Truth> truths = history.get(person + path);
        Truth truth = truths.get(truths.size() - 1);
        String authorization = "Bearer " + person + '-' + tokens.getOrDefault(person, 0);
        HttpHeaders headers = new HttpHeaders();
        if (truth.status() == 404) {
            spent++;
            return given(404, headers, truth.body(), authorization);
        }
        String tag = Tags.compute(
                authorization, "application/vnd.github+json", VARY, truth.body().getBytes(UTF_8));
        headers.set(HttpHeaders.VARY, VARY);
        headers.set(HttpHeaders.CACHE_CONTROL, "private, max-age=60, s-maxage=60");
        if (request.validators().tags(authorization).contains(tag)) {
            if (random.nextInt(4) > 0) {
                headers.set(HttpHeaders.ETAG, tag.substring(2));
            }
            return given(304, headers, "", authorization);
        }
        spent++;
        headers.set(HttpHeaders.ETAG, tag);
        return given(200, headers, truth.body(), authorization);
    }

    private static ApiAnswer given(int status, HttpHeaders headers, String body, String authorization) {
        return new ApiAnswer(
                status,
                headers,
                new ApiAnswer.Bytes(body.getBytes(UTF_8)),
                new ApiAnswer.Authorization(authorization),
                false);
    }

    // What else the cache needs

    /** A store of which only messages are used, and nobody else is there to send any. */
    static Store deafStore() {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(),
                new Class<?>[] {Store.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "listen" -> Flux.never();
                    case "publish" -> Mono.empty();
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    static Pacer carefreePacer() {
        return new Pacer() {
            @Override
            public Mono<Slot> enter(Call call) {
                throw new UnsupportedOperationException();
            }

            @Override
            public QuotaView quota(String principal, String resource) {
                return null;
            }
        };
    }
}
