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
import io.netty.buffer.ByteBuf;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Flux;
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

    private static final int COMMON_BODIES = 4;
    private static final int GUESSES = 2;
    /** What is longer reaches whoever waits as it comes. */
    private static final int SHORT = 64 * 1024;
    /** Held of a long body for those who are slower than others. */
    private static final int WINDOW = 1024 * 1024;

    private static final int OK = 200;
    private static final Set<Integer> WITHDRAWN = Set.of(401, 403, 404, 410, 451);
    private static final int OVERHEAD = 200;

    /** How far apart a part of what is not there is asked for itself, by how long it has not been there. */
    private static final Duration PART_AT_LEAST = Duration.ofMinutes(15);

    private static final Duration PART_AT_MOST = Duration.ofHours(4);
    /** Below a tenth of a quota an older answer is good enough while a new one is on its way. */
    private static final int LOW = 10;

    private final Terms terms;
    private final Changes changes;
    private final Pacer pacer;
    private final Far far;
    private final Calls next;
    private final Clock clock;
    private final Cache<PersonalKey, Entry> entries;
    private final Cache<ResourceKey, List<Common>> common;
    private final Flights<FlightKey, Fetched> flights = new Flights<>(Fetched.Coming.class::isInstance);

    /**
     * On what terms answers are kept.
     *
     * @param size of all of them, in bytes
     * @param largest body that is kept, in bytes
     * @param stale how old one may be that is given because GitHub cannot be asked
     * @param sparing how old one may be that is given while a new one is fetched, because the quota runs low
     * @param missing how long it is believed that something is not there
     * @param missingLongest the same of what has not been there for long
     * @param longest how long a call may take as a whole
     */
    public record Terms(
            long size,
            int largest,
            Duration stale,
            Duration sparing,
            Duration missing,
            Duration missingLongest,
            Duration longest) {}

    public ResponseCache(Terms terms, Changes changes, Far far, Pacer pacer, Calls next, Clock clock) {
        this.terms = terms;
        this.changes = changes;
        this.far = far;
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
                        + bodies.stream().mapToInt(Common::weight).sum())
                .build();
    }

    /**
     * @param known what the client has itself, if nothing is kept: then GitHub may confirm that
     * @param anyFresh whether what another node has is good enough while it is fresh
     */
    private record FlightKey(PersonalKey key, @Nullable String known, boolean anyFresh) {}

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
            return Mono.just(given(request, entry, Mark.hit(left(entry))));
        }
        if (asked.has("only-if-cached")) {
            return Mono.error(Problem.of(ProblemCode.NOT_CACHED));
        }
        if (entry != null && usable && isToBeSpared(request, asked, entry)) {
            fetched(request, key, entry, false).subscribe(ResponseCache::leave, failure -> {});
            return Mono.just(given(request, entry, stale(entry, "STALE_WHILE_QUOTA_LOW")));
        }
        return fetched(request, key, entry, asked.directives().isEmpty()).flatMap(landed -> landed(request, landed));
    }

    /** Nobody waits for what was asked beside a request: what streams is only read if it is to be kept. */
    private static void leave(Flights.Landed<Fetched> landed) {
        Broadcast.Reader reader =
                landed.result() instanceof Fetched.Coming coming ? coming.body().join() : null;
        if (reader != null) {
            reader.cancel();
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
        Mono<ApiAnswer> passed = next.call(request.withHeaders(headers))
                .doOnNext(answer -> (request.isSafe() ? Mark.BYPASS : Mark.WRITE).on(answer.headers()));
        return request.isSafe() ? passed : noted(request, passed);
    }

    /**
     * A write that succeeded makes old what it touched (RFC 9111, section 4.4), and one of which nobody heard may have
     * succeeded.
     */
    private Mono<ApiAnswer> noted(ApiRequest request, Mono<ApiAnswer> written) {
        HttpHeaders nothing = new HttpHeaders();
        return written.onErrorResume(
                        ResponseCache::isUnheard,
                        failure -> noted(request, nothing, false).then(Mono.error(failure)))
                .flatMap(answer -> answer.status() < 400 || answer.status() >= 500
                        ? noted(request, answer.headers(), answer.redirected()).thenReturn(answer)
                        : Mono.just(answer))
                .doOnCancel(() -> noted(request, nothing, false).subscribe());
    }

    private static boolean isUnheard(Throwable failure) {
        return failure instanceof Problem problem
                && (problem.code() == ProblemCode.GITHUB_TIMEOUT || problem.code() == ProblemCode.GITHUB_BROKEN);
    }

    private Mono<Void> noted(ApiRequest request, HttpHeaders answered, boolean redirected) {
        String person = request.principal().toString();
        if (request.kind() == Kind.GRAPHQL_QUERY) {
            return Mono.empty();
        }
        if (request.kind() == Kind.GRAPHQL_MUTATION) {
            return changes.below(person, "").onErrorComplete();
        }
        Set<String> paths = new LinkedHashSet<>();
        paths.add(request.target().path());
        addPath(paths, answered.getFirst(HttpHeaders.LOCATION));
        addPath(paths, answered.getFirst("Content-Location"));
        boolean anything = redirected || Reach.isOfWriter(request.target().path());
        Mono<Void> own = anything ? changes.below(person, "") : changes.written(person, paths);
        return own.onErrorComplete()
                .thenMany(Flux.fromIterable(paths))
                .mapNotNull(Reach::ofOthers)
                .concatMap(repository -> changes.opened(repository).onErrorComplete())
                .then();
    }

    private static void addPath(Set<String> paths, @Nullable String address) {
        int repository = address == null ? -1 : address.indexOf("/repos/");
        if (address != null && repository >= 0) {
            paths.add(address.substring(repository).split("[?#]", 2)[0]);
        }
    }

    // What is good enough

    private boolean isUntouched(PersonalKey key, Entry entry) {
        String path = key.resource().path();
        long number = entry.asked().number();
        return isHidden(key, entry) ? isStillHidden(key, entry) : changes.isUntouched(key.person(), path, number);
    }

    /** By what this node was told, or, of what another node was, by when it was asked for. */
    private boolean isStillHidden(PersonalKey key, Entry entry) {
        String path = key.resource().path();
        Asked asked = entry.asked();
        return changes.isStillHidden(key.person(), path, asked.number())
                || changes.isStillHiddenSince(key.person(), path, asked.at());
    }

    /** Of a repository that somebody does not see, what happens in it makes no difference to them. */
    private boolean isHidden(PersonalKey key, Entry entry) {
        String path = key.resource().path();
        String repository = entry.isMissing() ? Paths.repository(path) : null;
        return repository != null && (repository.equals(path) || isKnownToBeMissing(key.at(repository)));
    }

    private boolean isKnownToBeMissing(PersonalKey repository) {
        Entry known = entries.getIfPresent(repository);
        return known != null && known.isMissing() && isFresh(repository, known);
    }

    /** What another node kept, judged by what this one knows; what it cannot judge has to be confirmed. */
    private @Nullable Entry trusted(PersonalKey key, @Nullable Entry elsewhere, long now) {
        if (elsewhere == null) {
            return null;
        }
        String path = key.resource().path();
        long at = elsewhere.asked().at();
        boolean untouched = isHidden(key, elsewhere)
                ? changes.isStillHiddenSince(key.person(), path, at)
                : changes.isUntouchedSince(key.person(), path, at);
        return untouched ? elsewhere.known(now) : elsewhere;
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

    private boolean isFresh(PersonalKey key, Entry entry) {
        return clock.millis() < entry.freshUntil() && isUntouched(key, entry);
    }

    private static boolean isLater(Entry one, Entry other) {
        return one.asked().at() > other.asked().at();
    }

    /** Seconds for which it is fresh yet; less than none if it is not. */
    private long left(Entry entry) {
        return (entry.freshUntil() - clock.millis()) / 1000;
    }

    /** A client that says how old an answer may be wants no older one (RFC 9111, section 5.2.1). */
    private boolean isToBeSpared(ApiRequest request, CacheControl asked, Entry entry) {
        boolean any = !asked.has("no-cache") && !asked.has("max-age") && !asked.has("min-fresh");
        if (!any
                || !entry.mayBeStale()
                || clock.millis() - entry.born() > terms.sparing().toMillis()) {
            return false;
        }
        QuotaView quota = pacer.quota(request.principal().payer(), entry.resource());
        return quota != null
                && quota.remaining() * LOW < quota.limit()
                && clock.instant().isBefore(quota.reset());
    }

    private boolean mayStandIn(PersonalKey key, @Nullable Entry entry) {
        return entry != null
                && entry.mayBeStale()
                && clock.millis() - entry.born() <= terms.stale().toMillis()
                && isUntouched(key, entry);
    }

    private Mark stale(Entry entry, String detail) {
        return Mark.stale(left(entry), detail);
    }

    // Asking GitHub

    private Mono<Flights.Landed<Fetched>> fetched(
            ApiRequest request, PersonalKey key, @Nullable Entry entry, boolean anyFresh) {
        String known =
                entry == null || !entry.isConfirmable() ? request.headers().getFirst(HttpHeaders.IF_NONE_MATCH) : null;
        return flights.board(
                new FlightKey(key, known, anyFresh),
                changes.now(),
                since -> changes.isUntouched(key.person(), key.resource().path(), since),
                (flight, over) -> asked(request, flight, over).timeout(terms.longest(), tooLong()));
    }

    private static <T> Mono<T> tooLong() {
        return Mono.error(() -> Problem.of(ProblemCode.GITHUB_TIMEOUT));
    }

    private Mono<Fetched> asked(ApiRequest request, FlightKey flight, Runnable over) {
        PersonalKey key = flight.key();
        Asked now = new Asked(changes.now(), clock.millis());
        return far.find(key).flatMap(found -> {
            Entry near = entries.getIfPresent(key);
            Entry elsewhere = trusted(key, found.own(), now.number());
            boolean newer = elsewhere != null && (near == null || isLater(elsewhere, near));
            if (newer && elsewhere != null && flight.anyFresh() && isFresh(key, elsewhere)) {
                entries.put(key, elsewhere);
                return Mono.just(new Fetched.Kept(elsewhere, Mark.far(left(elsewhere))));
            }
            Entry old = newer ? elsewhere : near;
            List<Common> others = gathered(key.resource(), found.others());
            Question question = new Question(key, old, withGuesses(old, others), flight.known(), now, over);
            return old != null && old.isMissing() ? stillMissing(request, question, old) : asked(request, question);
        });
    }

    private Mono<Fetched> asked(ApiRequest request, Question question) {
        return next.call(upstream(request, question))
                .flatMap(answer -> learned(request, question, answer))
                .onErrorResume(failure -> standIn(question, failure));
    }

    /**
     * In a repository that is not there for somebody there is nothing else for them: for a while it alone is asked for. Not for
     * ever, since some tokens may see a part of what they may not see as a whole.
     */
    private Mono<Fetched> stillMissing(ApiRequest request, Question question, Entry old) {
        PersonalKey key = question.key();
        String path = key.resource().path();
        String repository = Paths.repository(path);
        if (repository == null || repository.equals(path) || !isStillHidden(key, old)) {
            return asked(request, question);
        }
        PersonalKey outer = key.at(repository);
        Entry known = entries.getIfPresent(outer);
        if (known != null && !known.isMissing() && isFresh(outer, known)) {
            return asked(request, question);
        }
        ApiRequest whole = request.to(new Target(Target.Api.REST, repository, null));
        return call(whole).doOnNext(ApiAnswer::discard).flatMap(answer -> {
            Entry hidden = entries.getIfPresent(outer);
            if (answer.status() != old.status() || hidden == null || !hidden.isMissing() || isDue(old)) {
                return asked(request, question);
            }
            Entry still = Entries.stillMissing(old, hidden, question.asked());
            keep(key, still);
            boolean askedNow = !"hit".equals(answer.headers().getFirst(Mark.WORD));
            return Mono.just(new Fetched.Kept(still, askedNow ? Mark.outer(answer.status()) : Mark.hit(left(still))));
        });
    }

    /** Whether a part of what is not there has to be asked for itself again. */
    private boolean isDue(Entry part) {
        long now = clock.millis();
        long apart = Math.min(PART_AT_MOST.toMillis(), (now - part.same()) / Entries.TENTH);
        return now - part.born() >= Math.max(PART_AT_LEAST.toMillis(), apart);
    }

    private void keep(PersonalKey key, Entry entry) {
        entries.put(key, entry);
        far.keep(key, entry);
    }

    /**
     * One call to GitHub.
     *
     * @param old what this person has
     * @param others what others were given
     * @param known tags of what the client itself has
     * @param over to be run at the end of an answer that streams
     */
    private record Question(
            PersonalKey key,
            @Nullable Entry old,
            List<Common> others,
            @Nullable String known,
            Asked asked,
            Runnable over) {

        /** Without a condition, so that the answer is whole. */
        Question plain() {
            return new Question(key, null, List.of(), null, asked, over);
        }

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

    /** What is at hand of others, and what other nodes have of them; each body once and the newest first. */
    private List<Common> gathered(ResourceKey resource, List<Common> elsewhere) {
        List<Common> near = common.getIfPresent(resource);
        if (elsewhere.isEmpty()) {
            return near == null ? List.of() : near;
        }
        if (near == null) {
            common.put(resource, elsewhere);
            return elsewhere;
        }
        return merged(near, elsewhere);
    }

    private static List<Common> merged(List<Common> some, List<Common> others) {
        List<Common> all = new ArrayList<>(some);
        for (Common other : others) {
            if (all.stream().noneMatch(each -> Arrays.equals(each.body(), other.body()))) {
                all.add(other);
            }
        }
        all.sort(Comparator.comparingLong(Common::learned).reversed());
        return List.copyOf(all.subList(0, Math.min(COMMON_BODIES, all.size())));
    }

    /** And what this person's own may have become, if others were given something new since. */
    private static List<Common> withGuesses(@Nullable Entry old, List<Common> others) {
        if (old == null || old.status() != OK || old.vary() == null) {
            return others;
        }
        List<Common> all = new ArrayList<>(others);
        int guesses = 0;
        for (Common other : others) {
            byte[] before = other.before();
            if (before != null && other.learned() > old.asked().at() && guesses < GUESSES) {
                byte[] guess = Rebase.of(old.body(), before, other.body());
                if (guess != null) {
                    guesses++;
                    all.add(new Common(guess, null, other.headers(), other.vary(), other.learned(), old.endOfList()));
                }
            }
        }
        return all;
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
        int most = answer.status() == OK ? Math.min(SHORT, terms.largest()) : terms.largest();
        return answer.gathered(most)
                .flatMap(gathered -> gathered.body() instanceof ApiAnswer.Stream stream
                        ? Mono.just(coming(question, gathered, stream))
                        : withdrawn(question, gathered).then(Mono.fromSupplier(() -> judged(question, gathered))));
    }

    /** What GitHub gives that person no more, no node does; and nothing of a repository that is not there any more. */
    private Mono<Void> withdrawn(Question question, ApiAnswer answer) {
        Entry old = question.old();
        boolean withdrawn =
                old != null && !old.isMissing() && WITHDRAWN.contains(answer.status()) && !Refusals.isNoAnswer(answer);
        PersonalKey key = question.key();
        return withdrawn ? changes.refused(key.person(), key.resource().path()).onErrorComplete() : Mono.empty();
    }

    /** It is judged when it is whole; until then, and if it is too long to be kept, it only passes. */
    private Fetched coming(Question question, ApiAnswer answer, ApiAnswer.Stream stream) {
        Entry old = question.old();
        if (Refusals.isNoAnswer(answer) && mayStandIn(question.key(), old) && old != null) {
            answer.discard();
            return new Fetched.Kept(old, stale(old, "STALE_ON_ERROR"));
        }
        Broadcast body = new Broadcast(
                stream,
                answer.headers().getContentLength(),
                terms.largest(),
                Math.max(WINDOW, terms.largest()),
                bytes -> judged(question, answer.withBody(new ApiAnswer.Bytes(bytes))),
                question.over());
        body.begin();
        return new Fetched.Coming(answer, body, Mark.miss(old != null, answer.status(), false));
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
            Entry renewed = Entries.renewed(old, answer, meant, question.asked(), clock.millis());
            return old.endOfList()
                    ? confirmedEnd(request, question, renewed, answer, Mark.revalidated())
                    : Mono.just(kept(question, renewed, answer, Mark.revalidated()));
        }
        for (Common other : question.others()) {
            if (Tags.isSame(meant, other.tagFor(authorization, question.accept()))) {
                Entry shared = Entries.shared(other, answer, meant, question.asked(), clock.millis());
                return shared.endOfList()
                        ? confirmedEnd(request, question, shared, answer, Mark.shared())
                        : Mono.just(kept(question, shared, answer, Mark.shared()));
            }
        }
        if (question.known() != null && meant != null && Tags.isNamed(question.known(), meant)) {
            return Mono.just(
                    new Fetched.Whole(answer.withBody(new ApiAnswer.Bytes(new byte[0])), Mark.miss(false, 304, false)));
        }
        // It is not clear what was confirmed.
        return askedPlainly(request, question);
    }

    /** What was confirmed under another address is as good now, and not kept: what changes there is not told here. */
    private Fetched kept(Question question, Entry confirmed, ApiAnswer answer, Mark mark) {
        if (!answer.redirected()) {
            keep(question.key(), confirmed);
        }
        return new Fetched.Kept(confirmed, mark);
    }

    /** A list's full last page has not changed; whether it still is the last has to be asked too. */
    private Mono<Fetched> confirmedEnd(
            ApiRequest request, Question question, Entry renewed, ApiAnswer confirmation, Mark mark) {
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
                        ? Mono.just(kept(question, renewed, confirmation, mark))
                        : askedPlainly(request, question));
    }

    /** Without a condition, so that the answer is whole. */
    private Mono<Fetched> askedPlainly(ApiRequest request, Question question) {
        Question plain = question.plain();
        return next.call(upstream(request, plain)).flatMap(again -> learned(request, plain, again));
    }

    private Fetched judged(Question question, ApiAnswer answer) {
        Entry old = question.old();
        if (Refusals.isNoAnswer(answer) && mayStandIn(question.key(), old) && old != null) {
            answer.discard();
            return new Fetched.Kept(old, stale(old, "STALE_ON_ERROR"));
        }
        boolean stale = old != null;
        Entry untouched = old != null && isUntouched(question.key(), old) ? old : null;
        Entry entry = Entries.of(
                answer,
                question.key().resource(),
                untouched,
                terms.missing(),
                terms.missingLongest(),
                question.asked(),
                clock.millis());
        if (entry != null) {
            keep(question.key(), entry);
            if (!answer.redirected()) {
                changes.learn(question.key().resource().path(), answer.headers().getFirst(HttpHeaders.LINK));
            }
            offer(question.key().resource(), answer, entry, old);
            return new Fetched.Kept(entry, Mark.miss(stale, answer.status(), true));
        }
        if (!Refusals.isNoAnswer(answer)) {
            entries.invalidate(question.key());
            if (stale) {
                far.forget(question.key());
            }
        }
        return new Fetched.Whole(answer, Mark.miss(stale, answer.status(), false));
    }

    private void offer(ResourceKey resource, ApiAnswer answer, Entry entry, @Nullable Entry old) {
        Common offered = Sharing.isAllowedFor(resource.path()) ? Sharing.of(answer, entry, old, resource) : null;
        if (offered != null) {
            far.offer(
                    resource,
                    common.asMap().merge(resource, List.of(offered), (bodies, newest) -> merged(newest, bodies)));
        }
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
        return streamed(request, (Fetched.Coming) fetched, mark);
    }

    private Mono<ApiAnswer> streamed(ApiRequest request, Fetched.Coming coming, Mark mark) {
        Broadcast.Reader reader = coming.body().join();
        ApiAnswer head = coming.head();
        if (reader == null) {
            return byItself(request).map(answer -> marked(answer, Mark.miss(false, answer.status(), false)));
        }
        Flux<ByteBuf> bytes =
                reader.onErrorResume(Broadcast.Behind.class, behind -> rest(request, head, behind.position()));
        ApiAnswer answer = marked(head.withBody(new ApiAnswer.Stream(bytes, reader::cancel)), mark);
        String known = String.join(",", request.headers().getOrEmpty(HttpHeaders.IF_NONE_MATCH));
        if (request.method().equals(HttpMethod.HEAD)) {
            return answer.gathered(terms.largest());
        }
        return !known.isEmpty() && Tags.isNamed(known, head.headers().getFirst(HttpHeaders.ETAG))
                ? answer.gathered(terms.largest()).map(ResponseCache::unchanged)
                : Mono.just(answer);
    }

    private static ApiAnswer unchanged(ApiAnswer answer) {
        answer.discard();
        return new ApiAnswer(304, answer.headers(), new ApiAnswer.Bytes(new byte[0]), null, false);
    }

    private Mono<ApiAnswer> byItself(ApiRequest request) {
        PersonalKey nobody = new PersonalKey("", ResourceKey.of(request));
        return next.call(upstream(request, new Question(nobody, null, List.of(), null, new Asked(0, 0), () -> {})));
    }

    /** For one who fell behind the others: the same once more, from where they are. */
    private Flux<ByteBuf> rest(ApiRequest request, ApiAnswer head, long read) {
        return byItself(request).flatMapMany(again -> {
            String tag = again.headers().getFirst(HttpHeaders.ETAG);
            if (again.status() != head.status()
                    || !Tags.isSame(tag, head.headers().getFirst(HttpHeaders.ETAG))) {
                again.discard();
                return Flux.error(Problem.of(ProblemCode.GITHUB_BROKEN, "The answer changed while it was read"));
            }
            AtomicLong skipped = new AtomicLong(read);
            return again.flux().handle((part, sink) -> {
                int skip = (int) Math.min(skipped.get(), part.readableBytes());
                skipped.addAndGet(-skip);
                if (skip == part.readableBytes()) {
                    part.release();
                } else {
                    sink.next(part.skipBytes(skip));
                }
            });
        });
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
