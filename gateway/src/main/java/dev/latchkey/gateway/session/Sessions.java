package dev.latchkey.gateway.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.ResponseCookie;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Who is signed in where. The store has the truth; this node keeps what it saw a moment ago ({@link NearSession}), so
 * that a request of a person who is busy costs no look-up and no write.
 *
 * <p>The time of last use is written behind, at most once per {@link SessionProperties#writeInterval()} and always
 * with the exact time, so a session that falls idle ends to the second.
 */
public final class Sessions implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
    private static final String ENDED = "session-ended";
    private static final int NEAR_SESSIONS = 100_000;
    private static final Duration LAST_WRITES = Duration.ofSeconds(5);
    private static final Duration LOOK_FOR_ENDS = Duration.ofMillis(500);

    private static final Retry UNTIL_THE_STORE_IS_BACK =
            Retry.backoff(Long.MAX_VALUE, Duration.ofMillis(200)).maxBackoff(Duration.ofSeconds(5));

    private final StoredSessions<?> stored;
    private final Store store;
    private final KnownPeople people;
    private final SessionCookie cookie;
    private final SessionEnds ends;
    private final OpenStreams streams;
    private final Clock clock;
    private final SessionProperties properties;
    private final long idle;
    private final Cache<String, NearSession> near =
            Caffeine.newBuilder().maximumSize(NEAR_SESSIONS).build();
    /** Sessions that ended moments ago: a look-up that began before the end must not bring one back. */
    private final Cache<String, Boolean> ended = Caffeine.newBuilder()
            .maximumSize(NEAR_SESSIONS)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    private final Map<String, NearSession> used = new ConcurrentHashMap<>();
    private final Map<String, Mono<NearSession>> lookUps = new ConcurrentHashMap<>();
    private final Scheduler writer = Schedulers.newSingle("session-writer", true);
    private final Disposable endings;
    private final LongAdder nearLoads = new LongAdder();
    private final LongAdder storeLoads = new LongAdder();
    private final LongAdder vainLoads = new LongAdder();
    private volatile boolean running;
    private volatile Disposable lookingForEnds = Disposables.disposed();

    Sessions(
            StoredSessions<?> stored,
            Store store,
            KnownPeople people,
            SessionCookie cookie,
            SessionEnds ends,
            OpenStreams streams,
            SessionProperties properties,
            Clock clock) {
        this.stored = stored;
        this.store = store;
        this.people = people;
        this.cookie = cookie;
        this.ends = ends;
        this.streams = streams;
        this.properties = properties;
        this.idle = properties.idle().toMillis();
        this.clock = clock;
        this.endings = store.listen(ENDED).subscribe(this::hearEnd);
    }

    @Override
    public void start() {
        long tick = properties.writeInterval().toMillis() / 4 + 1;
        writer.schedulePeriodically(this::writeDue, tick, tick, TimeUnit.MILLISECONDS);
        lookingForEnds = Mono.delay(LOOK_FOR_ENDS)
                .then(Mono.defer(this::tellOfEnds))
                .repeat()
                .subscribe();
        running = true;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /**
     * A session that has just begun.
     *
     * @param cookie the {@code Set-Cookie} for the browser
     */
    public record Started(BrowserSession session, ResponseCookie cookie) {}

    /** Signs a person in. The session's id is new, whatever cookie the browser brought. */
    public Mono<Started> start(Person person, BrowserSession.Origin origin) {
        Instant now = clock.instant();
        Instant end = now.plus(properties.maxAge());
        return stored.create(person, origin, now, end)
                .flatMap(session -> store.addMember(sessionsOf(person.id()), session.id(), end)
                        .then(ends.expect(person.id(), session.id(), endOf(session, now)))
                        .then(people.signedIn(person, end))
                        .thenReturn(session))
                .map(session -> {
                    remember(session);
                    String value = cookie.valueOf(session.id(), SessionCookie.NO_HOST);
                    return new Started(session, cookie.set(value));
                });
    }

    /**
     * The {@code Set-Cookie} by which that host, one of {@code latchkey.domains}, knows a session from now on; empty if the
     * session has ended. It is for a browser that is known to be the session's own.
     */
    public Mono<ResponseCookie> cookieAt(String host, String id) {
        return stored.find(id).filter(this::isAlive).map(session -> cookie.set(cookie.valueOf(session.id(), host)));
    }

    /**
     * Whether this gateway made the text as the value of a session's cookie at the sign-in host, whether or not the session
     * goes on.
     */
    public boolean isToken(String text) {
        return cookie.isOurs(text, SessionCookie.NO_HOST);
    }

    /** The session of that cookie value of the sign-in host if this node can tell without waiting; notes that it is used. */
    public @Nullable BrowserSession near(String value) {
        return near(value, SessionCookie.NO_HOST);
    }

    /** The same for a cookie that came to that host. */
    @Nullable
    BrowserSession near(String value, String host) {
        NearSession entry = near.getIfPresent(SessionCookie.idOf(value));
        if (entry == null || !isOf(entry, value, host)) {
            return null;
        }
        long now = clock.millis();
        if (entry.isOld(now) || !entry.isAlive(now, idle)) {
            return null;
        }
        if (!entry.isFresh(now) && entry.startsReload()) {
            reloadBeside(entry);
        }
        nearLoads.increment();
        return use(entry, now);
    }

    private boolean isOf(NearSession entry, String value, String host) {
        if (entry.isProven(value, host)) {
            return true;
        }
        if (!cookie.isOurs(value, host)) {
            return false;
        }
        entry.prove(value, host);
        return true;
    }

    /**
     * The session of that cookie value of the sign-in host from the store, or empty if there is none; one look-up serves all
     * who wait.
     */
    public Mono<BrowserSession> load(String value) {
        return load(value, SessionCookie.NO_HOST);
    }

    /** The same for a cookie that came to that host. */
    Mono<BrowserSession> load(String value, String host) {
        if (!cookie.isOurs(value, host)) {
            vainLoads.increment();
            return Mono.empty();
        }
        return lookUps.computeIfAbsent(SessionCookie.idOf(value), this::lookUp)
                .doOnSuccess(entry -> (entry == null ? vainLoads : storeLoads).increment())
                .map(entry -> use(entry.prove(value, host), clock.millis()));
    }

    /**
     * How sessions were looked up since the start.
     *
     * @param near in this node's memory
     * @param store in the store, and found there
     * @param none and not found: ended, or never there
     */
    public record Loads(long near, long store, long none) {}

    public Loads loads() {
        return new Loads(nearLoads.sum(), storeLoads.sum(), vainLoads.sum());
    }

    private Mono<NearSession> lookUp(String id) {
        return stored.find(id)
                .filter(this::isAlive)
                .map(this::remember)
                // Before anybody is told: who comes after that must not be given what was found before.
                .doOnTerminate(() -> lookUps.remove(id))
                .cache();
    }

    /** The sessions of a person that have not ended, on whatever browser. */
    public Flux<BrowserSession> list(PersonId person) {
        return store.members(sessionsOf(person))
                .flatMap(stored::find, 8)
                .filter(this::isAlive)
                .map(this::withLatestUse);
    }

    /** Ends a session on every node. */
    public Mono<Void> end(PersonId person, String id, Reason reason) {
        return stored.delete(id).then(gone(person, id)).then(Mono.defer(() -> ends.tell(person, id, reason)));
    }

    /** Ends all sessions of a person, or all but one. */
    public Mono<Void> endAll(PersonId person, @Nullable String except, Reason reason) {
        return store.members(sessionsOf(person))
                .filter(id -> !id.equals(except))
                .concatMap(id -> end(person, id, reason))
                .then();
    }

    /** When a session ends, from what is known of it. */
    public Instant endOf(BrowserSession session) {
        return endOf(session, session.lastUsed());
    }

    private Instant endOf(BrowserSession session, Instant lastUsed) {
        Instant idleEnd = lastUsed.plus(properties.idle());
        return idleEnd.isBefore(session.end()) ? idleEnd : session.end();
    }

    private Mono<Void> gone(PersonId person, String id) {
        return store.removeMember(sessionsOf(person), id).then(Mono.defer(() -> {
            forget(id);
            return store.publish(ENDED, id);
        }));
    }

    /** Tells of the sessions that the store has ended, or will in a moment: their end has come. */
    private Mono<Void> tellOfEnds() {
        return ends.takeDue().concatMap(this::endDue).then().onErrorResume(e -> {
            LOG.debug("Ended sessions cannot be looked for: {}", e.toString());
            return Mono.empty();
        });
    }

    private Mono<Void> endDue(SessionEnds.Entry due) {
        return alive(due)
                .flatMap(alive -> ends.expect(due.person(), due.sessionId(), endOf(alive))
                        // Whoever ended it meanwhile did not find it in the queue.
                        .then(Mono.defer(() -> alive(due))))
                .hasElement()
                .flatMap(alive -> alive ? Mono.empty() : expired(due))
                // It has been taken out of the queue: nobody else will see to it.
                .retryWhen(UNTIL_THE_STORE_IS_BACK);
    }

    private Mono<BrowserSession> alive(SessionEnds.Entry due) {
        return stored.find(due.sessionId()).filter(this::isAlive);
    }

    private Mono<Void> expired(SessionEnds.Entry due) {
        return gone(due.person(), due.sessionId())
                .then(ends.told(new SessionEnded(due.person(), due.sessionId(), Reason.EXPIRED)));
    }

    private boolean isAlive(BrowserSession session) {
        Instant now = clock.instant();
        return now.isBefore(session.end())
                && now.isBefore(session.lastUsed().plus(properties.idle()))
                && ended.getIfPresent(session.id()) == null;
    }

    private NearSession remember(BrowserSession session) {
        NearSession entry = new NearSession(session, clock.millis());
        NearSession older = near.getIfPresent(session.id());
        if (older != null) {
            entry.after(older);
        }
        near.put(session.id(), entry);
        if (ended.getIfPresent(session.id()) != null) {
            near.invalidate(session.id());
        }
        return entry;
    }

    private BrowserSession use(NearSession entry, long now) {
        if (entry.use(now)) {
            used.put(entry.session().id(), entry);
        }
        return entry.session();
    }

    private BrowserSession withLatestUse(BrowserSession session) {
        NearSession entry = near.getIfPresent(session.id());
        if (entry == null || entry.lastUsed() <= session.lastUsed().toEpochMilli()) {
            return session;
        }
        Instant lastUsed = Instant.ofEpochMilli(entry.lastUsed());
        return new BrowserSession(
                session.id(), session.person(), session.startedAt(), lastUsed, session.end(), session.origin());
    }

    private void reloadBeside(NearSession entry) {
        String id = entry.session().id();
        stored.find(id)
                .filter(this::isAlive)
                .doOnNext(this::remember)
                .switchIfEmpty(Mono.fromRunnable(() -> near.invalidate(id)))
                .doFinally(signal -> entry.endReload())
                .subscribe(session -> {}, e -> LOG.warn("A session could not be looked up again: {}", e.toString()));
    }

    private void hearEnd(String message) {
        if (message.equals(Store.GAP)) {
            near.invalidateAll();
            closeOrphans();
        } else {
            forget(message);
        }
    }

    private void forget(String id) {
        ended.put(id, true);
        used.remove(id);
        near.invalidate(id);
        streams.close(id);
    }

    /** After a time without messages: streams whose session was ended meanwhile. */
    private void closeOrphans() {
        Flux.fromIterable(streams.sessions())
                .concatMap(id -> stored.find(id)
                        .filter(this::isAlive)
                        .hasElement()
                        .doOnNext(alive -> {
                            if (!alive) {
                                streams.close(id);
                            }
                        }))
                .subscribe(alive -> {}, e -> LOG.warn("Open streams could not be checked: {}", e.toString()));
    }

    private void writeDue() {
        long now = clock.millis();
        long interval = properties.writeInterval().toMillis();
        used.forEach((id, entry) -> {
            if (entry.isDue(now, interval) && used.remove(id, entry)) {
                write(entry).subscribe();
            }
        });
    }

    private Mono<Void> write(NearSession entry) {
        BrowserSession session = entry.session();
        long lastUsed = entry.lastUsed();
        return stored.touch(session.id(), Instant.ofEpochMilli(lastUsed), session.end())
                .flatMap(exists -> {
                    entry.written(lastUsed);
                    if (!exists) {
                        near.invalidate(session.id());
                        return Mono.<Void>empty();
                    }
                    return written(session, Instant.ofEpochMilli(lastUsed));
                })
                .onErrorResume(e -> {
                    LOG.warn("The time of a session's last use could not be written yet: {}", e.toString());
                    used.putIfAbsent(session.id(), entry);
                    return Mono.empty();
                });
    }

    private Mono<Void> written(BrowserSession session, Instant lastUsed) {
        PersonId person = session.person().id();
        Instant end = endOf(session, lastUsed);
        return ends.expect(person, session.id(), end).then(ends.used(person, end));
    }

    private static String sessionsOf(PersonId person) {
        return "sessions-of:" + person;
    }

    /** Writes what is still to be written, so that a restart costs nobody a minute of their session. */
    @Override
    public void stop() {
        running = false;
        lookingForEnds.dispose();
        endings.dispose();
        writer.dispose();
        Flux.fromIterable(used.values()).flatMap(this::write, 16).then().block(LAST_WRITES);
    }

    /** After the server has drained, before the connection to the store is closed. */
    @Override
    public int getPhase() {
        return 1000;
    }
}
