package dev.latchkey.gateway.github.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.SealedRecords;
import dev.latchkey.gateway.keys.Sha256;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Answers in the store. Of each there is a small record of its headers and, apart from it and only once, its body, so that
 * an answer that is confirmed again and again does not bring its body each time. Records are sealed, and named by a hash
 * that only a holder of the key can make: the store's keeper learns neither what was read nor by whom.
 *
 * <p>Each node counts what it wrote and deletes the least used of it when it would be more than it may. A store that does
 * not answer is left alone for a while, and writes that would queue up are not made.
 */
final class FarAnswers implements Far {

    /** The longest body that is kept. */
    static final int LARGEST = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(FarAnswers.class);
    private static final String OWN = "github-answer";
    private static final String COMMON = "github-common";
    private static final String BODY = "github-body";
    /** Much less than GitHub takes to answer. */
    private static final Duration PATIENCE = Duration.ofMillis(250);

    private static final long REST = 5_000;
    private static final int MOST_WRITES = 256;
    private static final int OVERHEAD = 150;

    private final Store store;
    private final KeyRing keys;
    private final Duration life;
    private final Clock clock;
    private final Scheduler scheduler;
    private final SealedRecords<Own> own;
    private final SealedRecords<Offers> common;
    private final AtomicInteger writing = new AtomicInteger();
    private final AtomicLong restsUntil = new AtomicLong();
    /** Bodies as they are at hand anyhow, by their names in the store. */
    private final Cache<String, byte[]> bodies =
            Caffeine.newBuilder().weakValues().build();
    /** What this node has written, and how much of it. */
    private final Cache<String, Written> written;

    /** @param body the name of the body that went with it */
    private record Written(int size, String body, long at) {}

    /** An {@link Entry} but for its body. */
    private record Own(
            String body,
            int status,
            Map<String, List<String>> headers,
            @Nullable String tag,
            @Nullable String shownTag,
            @Nullable String vary,
            long born,
            long freshUntil,
            long asked,
            long same,
            boolean endOfList) {}

    /** A {@link Common} but for its bodies. */
    private record Offer(
            String body,
            @Nullable String before,
            Map<String, List<String>> headers,
            String vary,
            long learned,
            boolean endOfList) {}

    private record Offers(List<Offer> all) {}

    FarAnswers(Store store, KeyRing keys, long size, Duration life, Clock clock, Scheduler scheduler) {
        this.store = store;
        this.keys = keys;
        this.life = life;
        this.clock = clock;
        this.scheduler = scheduler;
        this.own = new SealedRecords<>(store, keys, OWN, Own.class);
        this.common = new SealedRecords<>(store, keys, COMMON, Offers.class);
        this.written = Caffeine.newBuilder()
                .maximumWeight(size)
                .<String, Written>weigher((key, record) -> record.size())
                .expireAfterWrite(life)
                .ticker(() -> clock.millis() * 1_000_000)
                .evictionListener(this::displaced)
                .executor(Runnable::run)
                .build();
    }

    private void displaced(@Nullable String key, @Nullable Written record, RemovalCause cause) {
        if (cause == RemovalCause.SIZE && key != null) {
            aside(() -> store.delete(key).then());
        }
    }

    // Reading

    @Override
    public Mono<Known> find(PersonalKey key) {
        if (clock.millis() < restsUntil.get()) {
            return Mono.just(Known.NOTHING);
        }
        Mono<List<Common>> others = Sharing.isAllowedFor(key.resource().path())
                ? common.find(name(key.resource()))
                        .flatMap(offers -> bodied(offers.value().all()))
                        .defaultIfEmpty(List.of())
                : Mono.just(List.of());
        return Mono.zip(found(key), others, (entry, bodies) -> new Known(entry.orElse(null), bodies))
                .timeout(PATIENCE, scheduler)
                .onErrorResume(failure -> {
                    rest(failure);
                    return Mono.just(Known.NOTHING);
                });
    }

    private Mono<Optional<Entry>> found(PersonalKey key) {
        return own.find(name(key))
                .flatMap(record -> body(record.value().body()).map(body -> Optional.of(entry(record.value(), body))))
                .defaultIfEmpty(Optional.empty());
    }

    private static Entry entry(Own record, byte[] body) {
        return new Entry(
                record.status(),
                headers(record.headers()),
                body,
                record.tag(),
                record.shownTag(),
                record.vary(),
                record.born(),
                record.freshUntil(),
                new Asked(Asked.ELSEWHERE, record.asked()),
                record.same(),
                record.endOfList());
    }

    private Mono<List<Common>> bodied(List<Offer> offers) {
        return Flux.fromIterable(offers).concatMap(this::bodied).collectList();
    }

    private Mono<Common> bodied(Offer offer) {
        String earlier = offer.before();
        Mono<Optional<byte[]>> before = earlier == null
                ? Mono.just(Optional.empty())
                : body(earlier).map(Optional::of).defaultIfEmpty(Optional.empty());
        return body(offer.body())
                .flatMap(body -> before.map(old -> new Common(
                        body,
                        old.orElse(null),
                        headers(offer.headers()),
                        offer.vary(),
                        offer.learned(),
                        offer.endOfList())));
    }

    private Mono<byte[]> body(String name) {
        byte[] atHand = bodies.getIfPresent(name);
        return atHand != null
                ? Mono.just(atHand)
                : store.get(name)
                        .map(bytes -> remembered(name, keys.open(name, bytes)))
                        // None of ours: there is nothing wrong with the store.
                        .onErrorResume(Unsealable.class, other -> Mono.empty());
    }

    private byte[] remembered(String name, byte[] body) {
        byte[] other = bodies.asMap().putIfAbsent(name, body);
        return other == null ? body : other;
    }

    private void rest(Throwable failure) {
        restsUntil.set(clock.millis() + REST);
        LOG.debug("What other nodes keep of GitHub's answers is left alone for a moment", failure);
    }

    // Writing

    /** What was written before and is only confirmed is not written again until half its life is over. */
    @Override
    public void keep(PersonalKey key, Entry entry) {
        if (entry.body().length > LARGEST || isBusy()) {
            return;
        }
        String name = name(key);
        String body = bodyName(entry.body());
        Written last = written.getIfPresent(OWN + ':' + name);
        if (last != null && last.body().equals(body) && !entry.isMissing() && !isOld(last)) {
            return;
        }
        Own record = new Own(
                body,
                entry.status(),
                plain(entry.headers()),
                entry.tag(),
                entry.shownTag(),
                entry.vary(),
                entry.born(),
                entry.freshUntil(),
                entry.asked().at(),
                entry.same(),
                entry.endOfList());
        Instant end = end();
        note(OWN + ':' + name, OVERHEAD + entry.weight() - entry.body().length, body);
        aside(() -> put(body, entry.body(), end).then(own.put(name, record, end)));
    }

    @Override
    public void forget(PersonalKey key) {
        String record = OWN + ':' + name(key);
        written.invalidate(record);
        aside(() -> store.delete(record).then());
    }

    @Override
    public void offer(ResourceKey resource, List<Common> bodies) {
        if (isBusy()) {
            return;
        }
        List<Offer> offers = new ArrayList<>();
        Instant end = end();
        Mono<Void> puts = Mono.empty();
        int weight = OVERHEAD;
        for (Common each : bodies) {
            byte[] earlier = each.before();
            String before = earlier == null ? null : bodyName(earlier);
            String body = bodyName(each.body());
            puts = puts.then(put(body, each.body(), end));
            if (earlier != null && before != null) {
                puts = puts.then(put(before, earlier, end));
            }
            offers.add(new Offer(body, before, plain(each.headers()), each.vary(), each.learned(), each.endOfList()));
            weight += 2 * OVERHEAD;
        }
        String name = name(resource);
        note(COMMON + ':' + name, weight, "");
        Mono<Void> all = puts.then(common.put(name, new Offers(offers), end));
        aside(() -> all);
    }

    /** A body is written once in half its life, for whomever. */
    private Mono<Void> put(String name, byte[] body, Instant end) {
        return Mono.defer(() -> {
            Written last = written.getIfPresent(name);
            if (last != null && !isOld(last)) {
                return Mono.empty();
            }
            note(name, OVERHEAD + body.length, name);
            return store.put(name, keys.seal(name, body), end);
        });
    }

    private void note(String key, int size, String body) {
        written.put(key, new Written(size, body, clock.millis()));
    }

    private boolean isOld(Written record) {
        return clock.millis() - record.at() > life.toMillis() / 2;
    }

    private Instant end() {
        return clock.instant().plus(life);
    }

    private boolean isBusy() {
        return writing.get() >= MOST_WRITES || clock.millis() < restsUntil.get();
    }

    /** Nobody waits for it. */
    private void aside(Supplier<Mono<Void>> write) {
        writing.incrementAndGet();
        Mono.defer(write).doFinally(end -> writing.decrementAndGet()).subscribe(done -> {}, this::rest);
    }

    // Names

    private String name(PersonalKey key) {
        return keys.sign(OWN, key.person() + '\n' + text(key.resource()));
    }

    private String name(ResourceKey resource) {
        return keys.sign(COMMON, text(resource));
    }

    private static String text(ResourceKey resource) {
        return String.join(
                "\n",
                resource.path(),
                given(resource.query()),
                resource.accept(),
                given(resource.version()),
                given(resource.timeZone()));
    }

    /** Nothing is something else than any word. */
    private static String given(@Nullable String text) {
        return text == null ? "" : '=' + text;
    }

    private String bodyName(byte[] body) {
        String name = BODY + ':' + keys.sign(BODY, HexFormat.of().formatHex(Sha256.of(body)));
        remembered(name, body);
        return name;
    }

    private static Map<String, List<String>> plain(HttpHeaders headers) {
        Map<String, List<String>> plain = new LinkedHashMap<>();
        headers.forEach((name, values) -> plain.put(name, List.copyOf(values)));
        return plain;
    }

    private static HttpHeaders headers(Map<String, List<String>> plain) {
        HttpHeaders headers = new HttpHeaders();
        plain.forEach(headers::put);
        return headers;
    }
}
