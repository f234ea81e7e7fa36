package dev.latchkey.gateway.facade.githuboauth;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.SealedRecords;
import dev.latchkey.gateway.keys.SealedRecords.Kept;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.login.DeviceSignIn;
import dev.latchkey.gateway.login.DeviceSignIn.Progress;
import dev.latchkey.gateway.provider.DeviceFlow;
import dev.latchkey.gateway.provider.TokenRefused;
import dev.latchkey.gateway.provider.TokenRefused.Reason;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Terminals whose people type a code at GitHub (RFC 8628). GitHub is asked with its own code, which the terminal never
 * sees, and never sooner after its last answer than it wants to be: a terminal that is faster is told to slow down without
 * GitHub hearing of it. One of many who ask at the same time asks GitHub, on whichever node.
 */
final class Devices {

    private static final String CODE = "oauth-device-code";
    private static final Duration MORE = Duration.ofSeconds(5);

    private final DeviceSignIn signIn;
    private final Grants grants;
    private final SealedRecords<Device> records;
    private final KeyRing keys;
    private final Clock clock;

    Devices(DeviceSignIn signIn, Grants grants, Store store, KeyRing keys, Clock clock) {
        this.signIn = signIn;
        this.grants = grants;
        this.records = new SealedRecords<>(store, keys, "oauth-device", Device.class);
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * A terminal, as it is stored.
     *
     * @param code GitHub's
     * @param interval milliseconds that GitHub wants between two questions
     * @param askedAt when GitHub answered last, or will have answered; zero before it was asked
     */
    record Device(String client, String code, long interval, long askedAt) {

        Device askedAgain(long now, long newInterval) {
            return new Device(client, code, newInterval, now);
        }

        private boolean isEarly(long now) {
            return now < askedAt + interval;
        }

        /** Never the record's own form, which would print the code. */
        @Override
        public String toString() {
            return "Device[" + client + ']';
        }
    }

    /** Codes for a terminal; fails with a {@link Refusal}. */
    Mono<Map<String, Object>> begin(Client client) {
        return signIn.begin().onErrorMap(TokenRefused.class, Devices::asRefusal).flatMap(codes -> {
            String id = Grants.freshId();
            Device device = new Device(
                    client.id(), codes.deviceCode().reveal(), codes.interval().toMillis(), 0);
            Instant end = clock.instant().plus(codes.life());
            return records.put(id, device, end).thenReturn(fields(id, codes));
        });
    }

    private Map<String, Object> fields(String id, DeviceFlow.Codes codes) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("device_code", id + '.' + keys.sign(CODE, id));
        fields.put("user_code", codes.userCode());
        fields.put("verification_uri", codes.page());
        fields.put("expires_in", codes.life().toSeconds());
        fields.put("interval", codes.interval().toSeconds());
        return fields;
    }

    private static Refusal asRefusal(TokenRefused refused) {
        return refused.reason() == Reason.MISCONFIGURED
                ? Refusal.of("device_flow_disabled", "The device flow is not enabled for the gateway's app at GitHub")
                : Refusal.of("temporarily_unavailable", "GitHub gives no codes just now");
    }

    /** The fields of a token endpoint's answer; fails with a {@link Refusal}. */
    Mono<Map<String, Object>> ask(Client client, @Nullable String code) {
        int dot = code == null ? -1 : code.indexOf('.');
        if (code == null || dot < 0 || !keys.verify(CODE, code.substring(0, dot), code.substring(dot + 1))) {
            return Mono.error(unknownCode());
        }
        String id = code.substring(0, dot);
        return records.find(id)
                .switchIfEmpty(Mono.error(Devices::expired))
                .flatMap(kept ->
                        kept.value().client().equals(client.id()) ? ask(client, kept) : Mono.error(unknownCode()));
    }

    private Mono<Map<String, Object>> ask(Client client, Kept<Device> kept) {
        Device device = kept.value();
        long now = clock.millis();
        if (device.isEarly(now)) {
            return Mono.error(tooEarly(device.interval()));
        }
        // As long as GitHub has not answered, nobody else asks; the answer begins the pause.
        long answered = now + signIn.longestCall().toMillis();
        return records.replace(kept, device.askedAgain(answered, device.interval()))
                .filter(first -> first)
                .switchIfEmpty(Mono.error(() -> tooEarly(device.interval())))
                .flatMap(first -> signIn.ask(Secret.of(device.code()), grants.lifetime()))
                .onErrorResume(TokenRefused.class, Devices::patiently)
                .flatMap(progress -> answer(client, kept.id(), progress));
    }

    /** An outage decides nothing: the terminal asks again, until GitHub answers or the code's time is over. */
    private static Mono<Progress> patiently(TokenRefused refused) {
        return refused.reason() == Reason.UNAVAILABLE
                ? Mono.just(new Progress.Pending())
                : Mono.error(Refusal.of("access_denied", "GitHub does not accept the gateway's app"));
    }

    private Mono<Map<String, Object>> answer(Client client, String id, Progress progress) {
        if (progress instanceof Progress.SignedIn done) {
            return forget(id).then(grants.make(Grants.freshId(), client, done.person(), done.scopes()));
        }
        if (progress instanceof Progress.Denied) {
            return forget(id).then(Mono.error(Refusal.of("access_denied", "It was denied")));
        }
        if (progress instanceof Progress.Expired) {
            return forget(id).then(Mono.error(expired()));
        }
        Duration asked = progress instanceof Progress.SlowDown slower ? slower.interval() : null;
        boolean slower = progress instanceof Progress.SlowDown;
        return answered(id, slower, asked)
                .flatMap(interval -> Mono.error(
                        slower ? tooEarly(interval) : Refusal.of("authorization_pending", "Nobody has decided yet")));
    }

    /** The pause begins with GitHub's answer, so that it is no shorter where the question took its time. */
    private Mono<Long> answered(String id, boolean slower, @Nullable Duration asked) {
        return records.find(id)
                .flatMap(kept -> {
                    long before = kept.value().interval();
                    long more = before + MORE.toMillis();
                    long interval = !slower ? before : asked == null ? more : Math.max(before, asked.toMillis());
                    return records.replace(kept, kept.value().askedAgain(clock.millis(), interval))
                            .thenReturn(interval);
                })
                .switchIfEmpty(Mono.error(Devices::expired));
    }

    private Mono<Void> forget(String id) {
        return records.find(id).flatMap(records::delete).then();
    }

    private static Refusal tooEarly(long interval) {
        return Refusal.slowDown(Duration.ofMillis(interval).toSeconds());
    }

    private static Refusal expired() {
        return Refusal.of("expired_token", "It took too long, or the token was given out already; start over");
    }

    private static Refusal unknownCode() {
        return Refusal.of("incorrect_device_code", "This device_code was not made here for this client");
    }
}
