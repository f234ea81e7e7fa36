package dev.latchkey.gateway.github.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.github.api.ApiRequest;
import dev.latchkey.gateway.github.api.Calls;
import dev.latchkey.gateway.github.api.Target;
import dev.latchkey.gateway.github.api.Validators;
import dev.latchkey.gateway.github.pace.Kind;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.QuotaView;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;

/**
 * Answers from what GitHub said before, as a private cache does (RFC 9111): each person has their own answers, kept under
 * who they are and not under a token, so they outlive it.
 *
 * <p>A fresh answer is given at once. An older one is confirmed: GitHub is asked with the tags under which this person would
 * get the bodies that are at hand, and a 304 costs no quota. Among those bodies are some that others were given; a person
 * gets one only if GitHub has said, to that person's own credential, that it is theirs. When GitHub cannot be asked, an
 * older answer is given for a while and says so.
 *
 * <p>All who ask the same at the same time share one call. Successful writes and what GitHub tells by webhook make answers
 * old, see {@link Changes}.
 */
public final class ResponseCache implements Calls {

    private static final int COMMON_BODIES = 3;
    private static final int OVERHEAD = 200;
    /** Below a tenth of a quota an older answer is good enough while a new one is on its way. */
    private static final int LOW = 10;

    private final Terms terms;
    private final Changes changes;
    private final Pacer pacer;
    private final Calls next;
    private final Clock clock;
    private final Cache<PersonalKey, Entry> entries;
    private final Cache<ResourceKey, List<Common>> common;
    private final Flights<FlightKey, Fetched> flights = new Flights<>();

    /**
     * On what terms answers are kept.
     *
     * @param size of all of them, in bytes
     * @param largest body that is kept, in bytes
     * @param stale how old one may be that is given because GitHub cannot be asked
     * @param sparing how old one may be that is given while a new one is fetched, because the quota runs low
     * @param missing how long it is believed that something is not there
     * @param longest how long a call may take as a whole
     */
    public record Terms(long size, int largest, Duration stale, Duration sparing, Duration missing, Duration longest) {}

    public ResponseCache(Terms terms, Changes changes, Pacer pacer, Calls next, Clock clock) {
        this.terms = terms;
        this.changes = changes;
        this.pacer = pacer;
        this.next = next;
        this.clock = clock;
        this.entries = Caffeine.newBuilder()
                .maximumWeight(terms.size() / 4 * 3)
                .<PersonalKey, Entry>weigher(
                        (key, entry) -> OVERHEAD + key.resource().weight() + entry.weight())
                .build();
        this.common = Caffeine.newBuilder()
                .maximumWeight(terms.size() / 4)
                .<ResourceKey, List<Common>>weigher((key, bodies) -> OVERHEAD
                        + key.weight()
                        + bodies.stream()
                                .mapToInt(each -> OVERHEAD + each.body().length)
                                .sum())
                .build();
    }

    /** @param known what the client has itself, if nothing is kept: then GitHub may confirm that */
    private record FlightKey(PersonalKey key, @Nullable String known) {}

    @Override
    public Mono<ApiAnswer> call(ApiRequest request) {
        if (!isReading(request)) {
            return passed(request);
        }
        CacheControl asked = CacheControl.of(request.headers());
        PersonalKey key = new PersonalKey(request.principal().toString(), ResourceKey.of(request));
        Entry entry = entries.getIfPresent(key);
        boolean usable = entry != null && isUntouched(key, entry);
        if (entry != null && usable && isGoodEnough(entry, asked)) {
            return Mono.just(given(request, entry, Mark.hit((entry.freshUntil() - clock.millis()) / 1000)));
        }
        if (asked.has("only-if-cached")) {
            return Mono.error(Problem.of(ProblemCode.NOT_CACHED));
        }
        if (entry != null && usable && !asked.has("no-cache") && isToBeSpared(key, entry)) {
            fetched(request, key, entry).subscribe(ResponseCache::leave, failure -> {});
            return Mono.just(given(request, entry, stale(entry, "STALE_WHILE_QUOTA_LOW")));
        }
        return fetched(request, key, entry).flatMap(landed -> landed(request, landed));
    }

    /** Nobody waits for what was asked beside a request: what streams is ended, or it would hold its place for good. */
    private static void leave(Flights.Landed<Fetched> landed) {
        if (landed.result() instanceof Fetched.Alone alone && alone.take()) {
            alone.answer().discard();
        }
    }

    // What is looked for at all

    /** Conditions on writing, parts of bodies and what GitHub says never to keep go by. */
    private static boolean isReading(ApiRequest request) {
        boolean reading =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        HttpHeaders headers = request.headers();
        return reading
                && request.target().api() == Target.Api.REST
                && !request.target().path().equals("/rate_limit")
                && request.body().isEmpty()
                && !headers.containsHeader(HttpHeaders.RANGE)
                && !headers.containsHeader(HttpHeaders.IF_MATCH)
                && !headers.containsHeader(HttpHeaders.IF_UNMODIFIED_SINCE)
                && !CacheControl.of(headers).has("no-store")
                && headers.headerNames().stream().noneMatch(ResponseCache::isUnknown);
    }

    /** What is not part of the key, and might change the answer. */
    private static boolean isUnknown(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.equals("prefer") || (lower.startsWith("x-github-") && !lower.equals("x-github-api-version"));
    }

    private Mono<ApiAnswer> passed(ApiRequest request) {
        HttpHeaders headers = copy(request.headers());
        headers.remove(HttpHeaders.CACHE_CONTROL);
        headers.remove(HttpHeaders.PRAGMA);
        return next.call(request.withHeaders(headers)).flatMap(answer -> {
            (request.isSafe() ? Mark.BYPASS : Mark.WRITE).on(answer.headers());
            return !request.isSafe() && answer.status() < 400
                    ? noted(request, answer).thenReturn(answer)
                    : Mono.just(answer);
        });
    }

    /** A write that succeeded makes old what it touched (RFC 9111, section 4.4), and the lists around it. */
    private Mono<Void> noted(ApiRequest request, ApiAnswer answer) {
        String person = request.principal().toString();
        boolean anything = request.kind() == Kind.GRAPHQL_MUTATION || answer.redirected();
        if (request.kind() == Kind.GRAPHQL_QUERY) {
            return Mono.empty();
        }
        if (anything) {
            return changes.below(person, "").onErrorComplete();
        }
        Set<String> paths = new LinkedHashSet<>();
        paths.add(request.target().path());
        addPath(paths, answer.headers().getFirst(HttpHeaders.LOCATION));
        addPath(paths, answer.headers().getFirst("Content-Location"));
        return changes.written(person, paths).onErrorComplete();
    }

    private static void addPath(Set<String> paths, @Nullable String address) {
        int repository = address == null ? -1 : address.indexOf("/repos/");
        if (address != null && repository >= 0) {
            paths.add(address.substring(repository).split("[?#]", 2)[0]);
        }
    }

    // What is good enough

    private boolean isUntouched(PersonalKey key, Entry entry) {
        return changes.isUntouched(key.person(), key.resource().path(), entry.since());
    }

    /** Fresh, by the answer's terms and the client's (RFC 9111, sections 4.2 and 5.2.1). */
    private boolean isGoodEnough(Entry entry, CacheControl asked) {
        if (asked.has("no-cache")) {
            return false;
        }
        long now = clock.millis();
        Long maxAge = asked.seconds("max-age");
        Long minFresh = asked.seconds("min-fresh");
        boolean youngEnough = maxAge == null || now - entry.born() < maxAge * 1000;
        long margin = minFresh == null ? 0 : minFresh * 1000;
        return youngEnough && now + margin < entry.freshUntil();
    }

    private boolean isToBeSpared(PersonalKey key, Entry entry) {
        if (entry.isMissing() || clock.millis() - entry.born() > terms.sparing().toMillis()) {
            return false;
        }
        QuotaView quota = pacer.quota(key.person(), entry.resource());
        return quota != null
                && quota.remaining() * LOW < quota.limit()
                && clock.instant().isBefore(quota.reset());
    }

    private boolean mayStandIn(PersonalKey key, @Nullable Entry entry) {
        return entry != null
                && !entry.isMissing()
                && clock.millis() - entry.born() <= terms.stale().toMillis()
                && isUntouched(key, entry);
    }

    private Mark stale(Entry entry, String detail) {
        return Mark.stale((entry.freshUntil() - clock.millis()) / 1000, detail);
    }

    // Asking GitHub

    private Mono<Flights.Landed<Fetched>> fetched(ApiRequest request, PersonalKey key, @Nullable Entry entry) {
        String known =
                entry == null || !entry.isConfirmable() ? request.headers().getFirst(HttpHeaders.IF_NONE_MATCH) : null;
        return flights.board(
                new FlightKey(key, known),
                changes.now(),
                since -> changes.isUntouched(key.person(), key.resource().path(), since),
                flight -> Mono.defer(() -> asked(request, flight)).timeout(terms.longest(), tooLong()));
    }

    private static <T> Mono<T> tooLong() {
        return Mono.error(() -> Problem.of(ProblemCode.GITHUB_TIMEOUT));
    }

    private Mono<Fetched> asked(ApiRequest request, FlightKey flight) {
        PersonalKey key = flight.key();
        Question question =
                new Question(key, entries.getIfPresent(key), candidates(key), flight.known(), changes.now());
        return next.call(upstream(request, question))
                .flatMap(answer -> learned(request, question, answer))
                .onErrorResume(failure -> standIn(question, failure));
    }

    /**
     * One call to GitHub.
     *
     * @param old what this person has
     * @param others what others were given
     * @param known tags of what the client itself has
     */
    private record Question(
            PersonalKey key,
            @Nullable Entry old,
            List<Common> others,
            @Nullable String known,
            long since) {

        String accept() {
            return key.resource().accept();
        }

        /** Of a list's end, only if it can be asked whether it still is the end. */
        boolean canBeConfirmed() {
            return old != null
                    && old.isConfirmable()
                    && (!old.endOfList()
                            || old.vary() != null
                                    && FullPage.next(key.resource().query()) != null);
        }

        List<String> tags(String authorization) {
            Set<String> tags = new LinkedHashSet<>();
            if (old != null && canBeConfirmed()) {
                tags.add(String.valueOf(old.tagFor(authorization, accept())));
            }
            others.forEach(each -> tags.add(each.tagFor(authorization, accept())));
            if (known != null) {
                tags.add(known);
            }
            return List.copyOf(tags);
        }
    }

    private List<Common> candidates(PersonalKey key) {
        List<Common> bodies = common.getIfPresent(key.resource());
        return bodies == null ? List.of() : bodies;
    }

    /** A HEAD is asked as a GET, whose answer can be kept and serves both. */
    private static ApiRequest upstream(ApiRequest request, Question question) {
        HttpHeaders headers = copy(request.headers());
        List.of(
                        HttpHeaders.CACHE_CONTROL,
                        HttpHeaders.PRAGMA,
                        HttpHeaders.IF_NONE_MATCH,
                        HttpHeaders.IF_MODIFIED_SINCE,
                        HttpHeaders.IF_RANGE)
                .forEach(headers::remove);
        boolean unclear = question.old() != null && question.old().endOfList() && !question.canBeConfirmed();
        Validators validators = unclear ? Validators.NONE : question::tags;
        return new ApiRequest(
                request.principal(),
                request.app(),
                HttpMethod.GET,
                request.target(),
                headers,
                request.body(),
                request.kind(),
                request.patience(),
                validators);
    }

    private Mono<Fetched> learned(ApiRequest request, Question question, ApiAnswer answer) {
        if (answer.status() == 304) {
            return answer.released().then(Mono.defer(() -> confirmed(request, question, answer)));
        }
        return answer.gathered(terms.largest()).map(gathered -> judged(question, gathered));
    }

    private Mono<Fetched> confirmed(ApiRequest request, Question question, ApiAnswer answer) {
        String authorization =
                answer.authorization() == null ? "" : answer.authorization().value();
        String tag = answer.headers().getFirst(HttpHeaders.ETAG);
        List<String> sent = question.tags(authorization);
        String meant = tag == null && sent.size() == 1 ? sent.get(0) : tag;
        Entry old = question.old();
        if (old != null
                && question.canBeConfirmed()
                && Tags.isSame(meant, old.tagFor(authorization, question.accept()))) {
            Entry renewed = Entries.renewed(old, answer, meant, question.since(), clock.millis());
            return old.endOfList() ? confirmedEnd(request, question, renewed) : Mono.just(kept(question, renewed));
        }
        for (Common other : question.others()) {
            if (Tags.isSame(meant, other.tagFor(authorization, question.accept()))) {
                Entry shared = Entries.shared(other, answer, meant, question.since(), clock.millis());
                entries.put(question.key(), shared);
                return Mono.just(new Fetched.Kept(shared, Mark.shared()));
            }
        }
        if (question.known() != null && meant != null && Tags.isNamed(question.known(), meant)) {
            return Mono.just(
                    new Fetched.Whole(answer.withBody(new ApiAnswer.Bytes(new byte[0])), Mark.miss(false, 304, false)));
        }
        // It is not clear what was confirmed.
        return askedPlainly(request, question);
    }

    private Fetched kept(Question question, Entry renewed) {
        entries.put(question.key(), renewed);
        return new Fetched.Kept(renewed, Mark.revalidated());
    }

    /** A list's full last page has not changed; whether it still is the last has to be asked too. */
    private Mono<Fetched> confirmedEnd(ApiRequest request, Question question, Entry renewed) {
        ResourceKey resource = question.key().resource();
        String vary = String.valueOf(renewed.vary());
        ApiRequest further = upstream(request, question)
                .to(new Target(Target.Api.REST, resource.path(), FullPage.next(resource.query())))
                .withValidators(authorization -> List.of(
                        FullPage.tagOfNothing(authorization, question.accept(), vary),
                        String.valueOf(renewed.tagFor(authorization, question.accept()))));
        return next.call(further)
                .flatMap(answer -> answer.gathered(terms.largest()))
                .doOnNext(ApiAnswer::discard)
                .flatMap(answer -> FullPage.isNothing(answer)
                        ? Mono.just(kept(question, renewed))
                        : askedPlainly(request, question));
    }

    /** Without a condition, so that the answer is whole. */
    private Mono<Fetched> askedPlainly(ApiRequest request, Question question) {
        Question plain = new Question(question.key(), null, List.of(), null, question.since());
        return next.call(upstream(request, plain)).flatMap(again -> learned(request, plain, again));
    }

    private Fetched judged(Question question, ApiAnswer answer) {
        Entry old = question.old();
        if (Refusals.isNoAnswer(answer) && mayStandIn(question.key(), old) && old != null) {
            answer.discard();
            return new Fetched.Kept(old, stale(old, "STALE_ON_ERROR"));
        }
        boolean stale = old != null;
        Entry entry = Entries.of(answer, question.key().resource(), terms.missing(), question.since(), clock.millis());
        if (entry != null) {
            entries.put(question.key(), entry);
            if (!answer.redirected()) {
                changes.learn(question.key().resource().path(), answer.headers().getFirst(HttpHeaders.LINK));
            }
            offer(question.key().resource(), answer, entry);
            return new Fetched.Kept(entry, Mark.miss(stale, answer.status(), true));
        }
        if (!Refusals.isNoAnswer(answer)) {
            entries.invalidate(question.key());
        }
        Mark mark = Mark.miss(stale, answer.status(), false);
        return answer.body() instanceof ApiAnswer.Bytes
                ? new Fetched.Whole(answer, mark)
                : new Fetched.Alone(answer, mark, new AtomicBoolean());
    }

    private void offer(ResourceKey resource, ApiAnswer answer, Entry entry) {
        Common offered = Sharing.isAllowedFor(resource.path()) ? Sharing.of(answer, entry) : null;
        if (offered == null) {
            return;
        }
        common.asMap().compute(resource, (key, bodies) -> {
            List<Common> all = new ArrayList<>();
            all.add(offered);
            if (bodies != null) {
                bodies.stream()
                        .filter(each -> !java.util.Arrays.equals(each.body(), offered.body()))
                        .limit(COMMON_BODIES - 1)
                        .forEach(all::add);
            }
            return List.copyOf(all);
        });
    }

    private Mono<Fetched> standIn(Question question, Throwable failure) {
        Entry old = question.old();
        return Refusals.isNoAnswer(failure) && mayStandIn(question.key(), old) && old != null
                ? Mono.just(new Fetched.Kept(old, stale(old, "STALE_ON_ERROR")))
                : Mono.error(failure);
    }

    // Giving

    private Mono<ApiAnswer> landed(ApiRequest request, Flights.Landed<Fetched> landed) {
        Fetched fetched = landed.result();
        Mark mark = landed.joined() ? fetched.mark().collapsed() : fetched.mark();
        if (fetched instanceof Fetched.Kept kept) {
            return Mono.just(given(request, kept.entry(), mark));
        }
        if (fetched instanceof Fetched.Whole whole) {
            return Mono.just(marked(whole.answer(), mark));
        }
        Fetched.Alone alone = (Fetched.Alone) fetched;
        if (alone.take()) {
            return Mono.just(marked(alone.answer(), fetched.mark()));
        }
        return next.call(upstream(
                        request, new Question(new PersonalKey("", ResourceKey.of(request)), null, List.of(), null, 0)))
                .map(answer -> marked(answer, Mark.miss(false, answer.status(), false)));
    }

    private static ApiAnswer marked(ApiAnswer answer, Mark mark) {
        HttpHeaders headers = copy(answer.headers());
        mark.on(headers);
        return new ApiAnswer(answer.status(), headers, answer.body(), answer.authorization(), answer.redirected());
    }

    private ApiAnswer given(ApiRequest request, Entry entry, Mark mark) {
        HttpHeaders headers = copy(entry.headers());
        if (entry.shownTag() != null) {
            headers.set(HttpHeaders.ETAG, entry.shownTag());
        }
        headers.set(HttpHeaders.AGE, Long.toString(Math.max(0, (clock.millis() - entry.born()) / 1000)));
        setQuota(headers, pacer.quota(request.principal().payer(), entry.resource()));
        mark.on(headers);
        boolean known = entry.status() == 200 && isKnown(request.headers(), entry);
        byte[] body = known ? new byte[0] : entry.body();
        return new ApiAnswer(known ? 304 : entry.status(), headers, new ApiAnswer.Bytes(body), null, false);
    }

    /** Whether the client has this very body (RFC 9110, section 13.2.2). */
    private static boolean isKnown(HttpHeaders asked, Entry entry) {
        List<String> tags = asked.getOrEmpty(HttpHeaders.IF_NONE_MATCH);
        if (!tags.isEmpty()) {
            String condition = String.join(",", tags);
            return Tags.isNamed(condition, entry.shownTag()) || Tags.isNamed(condition, entry.tag());
        }
        String since = asked.getFirst(HttpHeaders.IF_MODIFIED_SINCE);
        return since != null && since.equals(entry.headers().getFirst(HttpHeaders.LAST_MODIFIED));
    }

    /** As it is now, and not as it was when the answer was new. */
    private static void setQuota(HttpHeaders headers, @Nullable QuotaView quota) {
        List.of("Limit", "Remaining", "Used", "Reset").forEach(each -> headers.remove("X-RateLimit-" + each));
        if (quota != null) {
            headers.set("X-RateLimit-Limit", Long.toString(quota.limit()));
            headers.set("X-RateLimit-Remaining", Long.toString(quota.remaining()));
            headers.set("X-RateLimit-Used", Long.toString(quota.used()));
            headers.set("X-RateLimit-Reset", Long.toString(quota.reset().getEpochSecond()));
        }
    }

    private static HttpHeaders copy(HttpHeaders headers) {
        HttpHeaders copy = new HttpHeaders();
        copy.putAll(headers);
        return copy;
    }
}
