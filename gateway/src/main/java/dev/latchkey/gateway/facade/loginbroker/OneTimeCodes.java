package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.facade.loginbroker.Sealed.Waiting;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Sha256;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.store.Store;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import reactor.core.publisher.Mono;

/**
 * Stand in for tokens in addresses: good once, for a minute, and for the instance whose address it was put into. What lies in
 * a browser's history or a proxy's log afterwards opens nothing.
 *
 * <p>Each says when it ends and is signed, so what somebody invents, or keeps, costs no look-up.
 */
final class OneTimeCodes {

    static final Duration LIFE = Duration.ofMinutes(1);

    private static final String PREFIX = "otc_";
    private static final String PURPOSE = "login-broker-code";
    private static final int RANDOM = 32;
    private static final int BYTES = RANDOM + Long.BYTES;
    /** The bytes in base64url. */
    private static final int BODY = PREFIX.length() + 54;
    /** With the signature. */
    private static final int LENGTH = BODY + 26;

    private final Store store;
    private final KeyRing keys;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    OneTimeCodes(Store store, KeyRing keys, Clock clock) {
        this.store = store;
        this.keys = keys;
        this.clock = clock;
    }

    static boolean isMeant(String text) {
        return text.startsWith(PREFIX);
    }

    Mono<String> make(Person person, String client) {
        Instant end = clock.instant().plus(LIFE);
        byte[] bytes = new byte[RANDOM];
        random.nextBytes(bytes);
        byte[] all = ByteBuffer.allocate(BYTES)
                .put(bytes)
                .putLong(end.toEpochMilli())
                .array();
        String body = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(all);
        String code = body + keys.sign(PURPOSE, body);
        String key = keyOf(code);
        return store.put(key, Sealed.seal(keys, key, Waiting.of(person, client)), end)
                .thenReturn(code);
    }

    /**
     * What the code stands for, the first time that it is asked for; empty ever after, and for whoever says that it is for
     * another instance.
     *
     * @param client the origin that asks
     */
    Mono<Waiting> redeem(String code, String client) {
        if (!mayBeGood(code)) {
            return Mono.empty();
        }
        String key = keyOf(code);
        return store.get(key)
                .filterWhen(bytes -> store.deleteIf(key, bytes))
                .flatMap(bytes -> Mono.justOrEmpty(Sealed.open(keys, key, bytes, Waiting.class)))
                .filter(waiting -> client.equals(waiting.client()));
    }

    private boolean mayBeGood(String code) {
        if (code.length() != LENGTH || !keys.verify(PURPOSE, code.substring(0, BODY), code.substring(BODY))) {
            return false;
        }
        byte[] all = Base64.getUrlDecoder().decode(code.substring(PREFIX.length(), BODY));
        return clock.millis() < ByteBuffer.wrap(all, RANDOM, Long.BYTES).getLong();
    }

    private static String keyOf(String code) {
        return "login-broker-code:" + Sha256.name(code);
    }
}
