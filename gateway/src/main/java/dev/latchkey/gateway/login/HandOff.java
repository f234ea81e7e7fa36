package dev.latchkey.gateway.login;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What goes through the browser while a session is handed to a further host: an errand on the way there, and a ticket on the
 * way back. Both are sealed, so that nobody can write one, and neither costs the store anything until a ticket that was really
 * given out comes back.
 *
 * <p>Both go in the query of a redirect. A form that is posted would keep them out of addresses, but a browser sends no
 * {@code SameSite=Lax} cookie along with one from another site, and without the cookie of the browser that asked a stolen
 * ticket would be good. So the ticket is made worthless instead: one use, whatever comes of it; a minute; one host; one browser.
 */
final class HandOff {

    /** In it falls the whole sign-in at the provider. */
    private static final Duration ERRAND = SignInAttempt.LIFE;

    private static final Duration TICKET = Duration.ofMinutes(1);
    /** How long beyond its end a ticket is known to be spent: the store's clock may be ahead of this node's. */
    private static final Duration SPENT = Duration.ofMinutes(10);

    private static final String ERRAND_PURPOSE = "hand-off-errand";
    private static final String TICKET_PURPOSE = "hand-off-ticket";
    private static final int RANDOM_BYTES = 24;
    private static final int LONGEST = 1024;
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
     * Who asks for a session.
     *
     * @param host where it is asked for
     * @param browser a digest of the secret in the cookie that the browser was given there
     * @param end milliseconds since the epoch
     */
    record Errand(String host, String browser, long end) {}

    /**
     * The answer.
     *
     * @param session the session's id
     * @param nonce no two tickets have the same
     */
    record Ticket(String session, String host, String browser, String nonce, long end) {

        @Override
        public String toString() {
            return "Ticket[host=" + host + "]";
        }
    }

    /** A text that nobody can guess. */
    String newSecret() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    String errand(String host, String browser) {
        return seal(ERRAND_PURPOSE, new Errand(host, browser, in(ERRAND)));
    }

    /** The errand that was written so, or empty if none was, or not for a long time. */
    Optional<Errand> errand(@Nullable String text) {
        return open(ERRAND_PURPOSE, text, Errand.class).filter(errand -> clock.millis() < errand.end());
    }

    String ticket(Errand errand, String session) {
        return seal(TICKET_PURPOSE, new Ticket(session, errand.host(), errand.browser(), newSecret(), in(TICKET)));
    }

    /**
     * The ticket that was written so. It is spent by this, for whom and where it may be.
     *
     * @return fails with {@code sign-in.state.invalid}, {@code sign-in.state.expired} or {@code sign-in.state.used}
     */
    Mono<Ticket> take(@Nullable String text) {
        return open(TICKET_PURPOSE, text, Ticket.class)
                .map(this::take)
                .orElseGet(() -> Mono.error(Problem.of(ProblemCode.STATE_INVALID)));
    }

    private Mono<Ticket> take(Ticket ticket) {
        if (clock.millis() >= ticket.end()) {
            return Mono.error(Problem.of(ProblemCode.STATE_EXPIRED));
        }
        Instant until = Instant.ofEpochMilli(ticket.end()).plus(SPENT);
        return store.putIfAbsent("hand-off:" + ticket.nonce(), new byte[] {1}, until)
                .flatMap(first -> first ? Mono.just(ticket) : Mono.error(Problem.of(ProblemCode.STATE_USED)));
    }

    private long in(Duration time) {
        return clock.instant().plus(time).toEpochMilli();
    }

    private String seal(String purpose, Object value) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(keys.seal(purpose, JSON.writeValueAsBytes(value)));
    }

    private <T> Optional<T> open(String purpose, @Nullable String text, Class<T> type) {
        if (text == null || text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            byte[] json = keys.open(purpose, Base64.getUrlDecoder().decode(text));
            return Optional.of(JSON.readValue(json, type));
        } catch (IllegalArgumentException | Unsealable | JacksonException e) {
            return Optional.empty();
        }
    }
}
