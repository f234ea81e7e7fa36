package dev.latchkey.gateway.login;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.login.DeviceRequest.Decision;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.store.Store;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The terminals that wait to be let in (RFC 8628), for a quarter of an hour each. Every change is a compare-and-set on what
 * was read, so that a terminal is decided about once, and let in once, however many ask at the same time.
 *
 * <p>A device code is the record's name and the gateway's signature: one that was made up costs no look-up.
 */
final class DeviceRequests {

    static final Duration LIFE = Duration.ofMinutes(15);
    private static final int LONGEST_INTERVAL = 60;
    static final int INTERVAL = 5;

    private static final int ID_BYTES = 16;
    private static final String CODE = "device-code";

    private final Store store;
    private final KeyRing keys;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    DeviceRequests(Store store, KeyRing keys, Clock clock) {
        this.store = store;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * A terminal that may begin to ask.
     *
     * @param deviceCode what it asks with
     */
    record Begun(DeviceRequest request, Secret deviceCode) {}

    /** A request and the very bytes it was read from. */
    private record Kept(DeviceRequest request, byte[] bytes) {}

    Mono<Begun> begin(String client, String address, List<String> routes) {
        return Mono.defer(() -> {
            byte[] bytes = new byte[ID_BYTES];
            random.nextBytes(bytes);
            String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            DeviceRequest request = new DeviceRequest(
                    id, UserCode.fresh(random), client, address, routes, clock.millis(), INTERVAL, 0, null, null);
            Instant end = request.askedAt().plus(LIFE);
            return store.putIfAbsent(codeKey(request.userCode()), id.getBytes(US_ASCII), end)
                    .flatMap(free -> free
                            ? store.put(key(id), request.seal(keys), end)
                                    .thenReturn(new Begun(request, Secret.of(id + '.' + keys.sign(CODE, id))))
                            : begin(client, address, routes));
        });
    }

    /** The name in a device code, or null if it is none of ours. */
    @Nullable
    String idIn(String deviceCode) {
        int dot = deviceCode.indexOf('.');
        boolean ours = dot > 0 && keys.verify(CODE, deviceCode.substring(0, dot), deviceCode.substring(dot + 1));
        return ours ? deviceCode.substring(0, dot) : null;
    }

    /** The terminal that shows this code and is undecided; empty if there is none. */
    Mono<DeviceRequest> waiting(String userCode) {
        return keptBy(userCode).map(Kept::request);
    }

    private Mono<Kept> keptBy(String userCode) {
        return store.get(codeKey(userCode))
                .flatMap(id -> find(new String(id, StandardCharsets.US_ASCII)))
                .filter(kept -> kept.request().decision() == null);
    }

    /** Decides about a terminal; false if there is none to decide about, or somebody was faster. */
    Mono<Boolean> decide(String userCode, Decision decision, Person person) {
        return keptBy(userCode)
                .flatMap(kept -> replace(kept, kept.request().decided(decision, person)))
                .defaultIfEmpty(false);
    }

    /** What a terminal hears that asks whether it is let in. */
    sealed interface Answer {

        /** Nobody has decided. */
        record Pending() implements Answer {}

        /** It asks too often, and has to wait longer from now on (RFC 8628, section 3.5). */
        record SlowDown() implements Answer {}

        record Denied() implements Answer {}

        /** It is let in, and this is told once. */
        record Allowed(DeviceRequest request, Person by) implements Answer {}

        /** It is too late. */
        record Expired() implements Answer {}
    }

    Mono<Answer> ask(String id) {
        return find(id).flatMap(kept -> answer(kept, clock.millis()))
                .switchIfEmpty(Mono.fromSupplier(Answer.Expired::new));
    }

    private Mono<Answer> answer(Kept kept, long now) {
        DeviceRequest request = kept.request();
        if (now
                < request.askedAgainAt()
                        + Duration.ofSeconds(request.interval()).toMillis()) {
            return replace(kept, request.askedAgain(now, Math.min(LONGEST_INTERVAL, request.interval() + INTERVAL)))
                    .thenReturn(new Answer.SlowDown());
        }
        if (request.decision() == Decision.ALLOWED && request.person() != null) {
            Answer allowed = new Answer.Allowed(request, request.person());
            return store.deleteIf(key(request.id()), kept.bytes())
                    .map(first -> first ? allowed : new Answer.SlowDown());
        }
        if (request.decision() == Decision.DENIED) {
            return Mono.just(new Answer.Denied());
        }
        // Not counted if somebody decided meanwhile: then the next question finds that.
        return replace(kept, request.askedAgain(now, request.interval())).thenReturn(new Answer.Pending());
    }

    private Mono<Kept> find(String id) {
        return store.get(key(id))
                .map(bytes -> new Kept(DeviceRequest.open(id, bytes, keys), bytes))
                // Of a key that is gone: like one that took too long, the terminal starts over.
                .onErrorResume(Unsealable.class, gone -> Mono.empty())
                .filter(kept ->
                        clock.instant().isBefore(kept.request().askedAt().plus(LIFE)));
    }

    private Mono<Boolean> replace(Kept kept, DeviceRequest request) {
        return store.replace(key(request.id()), kept.bytes(), request.seal(keys));
    }

    private static String key(String id) {
        return "device:" + id;
    }

    private static String codeKey(String userCode) {
        return "device-user:" + userCode;
    }
}
