package dev.latchkey.gateway.login;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.store.Store;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tickets with which a session goes from the sign-in host to another: for one host, for the browser that asked there, once,
 * and for a minute.
 */
final class HandOff {

    private static final Duration LIFE = Duration.ofMinutes(1);
    private static final String PURPOSE = "hand-off";
    private static final int BYTES = 24;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Store store;
    private final KeyRing keys;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    HandOff(Store store, KeyRing keys, Clock clock) {
        this.store = store;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * What a ticket is for.
     *
     * @param session the session's id
     * @param origin the host that may take it
     * @param browser the name of the cookie that the browser got there
     */
    record Errand(String session, String origin, String browser) {}

    String newSecret() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Emits the ticket. */
    Mono<String> issue(Errand errand) {
        return Mono.defer(() -> {
            String ticket = newSecret();
            byte[] bytes = keys.seal(PURPOSE, JSON.writeValueAsBytes(errand));
            return store.put(keyOf(ticket), bytes, clock.instant().plus(LIFE)).thenReturn(ticket);
        });
    }

    /** What the ticket is for, or empty if there is none such; it is not spent by looking. */
    Mono<Errand> look(String ticket) {
        return store.get(keyOf(ticket))
                .map(record -> JSON.readValue(keys.open(PURPOSE, record), Errand.class))
                .onErrorResume(Unsealable.class, e -> Mono.empty())
                .onErrorResume(JacksonException.class, e -> Mono.empty());
    }

    /** Spends the ticket; true for exactly one. */
    Mono<Boolean> spend(String ticket) {
        return store.delete(keyOf(ticket));
    }

    /** Whoever reads the store's keys has no ticket. */
    private static String keyOf(String ticket) {
        return "hand-off:" + AttemptCookies.nameOf(ticket);
    }
}
