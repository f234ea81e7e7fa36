package dev.latchkey.gateway.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Device authorizations under way (RFC 8628). */
final class Devices {

    static final Duration LIFE = Duration.ofSeconds(900);
    private static final int FIRST_INTERVAL = 5;

    private final Map<String, Device> byDeviceCode = new LinkedHashMap<>();
    private final Deque<String> script = new ArrayDeque<>();
    private final Clock clock;
    private final Secrets secrets;
    private final Tokens tokens;

    Devices(Clock clock, Secrets secrets, Tokens tokens) {
        this.clock = clock;
        this.secrets = secrets;
        this.tokens = tokens;
    }

    synchronized Device begin(StubApp app, Set<String> scopes) {
        Device device = new Device(secrets.deviceCode(), userCode(), app.clientId(), scopes, clock.instant());
        byDeviceCode.put(device.deviceCode, device);
        return device;
    }

    /** These errors answer the next polls, before what is true. */
    synchronized void script(List<String> errors) {
        script.addAll(errors);
    }

    /** Whether there was such a code to decide on. */
    synchronized boolean decide(String userCode, StubPerson person, boolean allowed) {
        return byDeviceCode.values().stream()
                .filter(device -> device.userCode.equalsIgnoreCase(userCode) && !device.isOver(clock.instant()))
                .peek(device -> device.decide(person, allowed))
                .findFirst()
                .isPresent();
    }

    synchronized StubToken poll(StubApp app, String deviceCode) {
        Device device = byDeviceCode.get(deviceCode);
        if (!app.offersDeviceFlow()) {
            throw OAuthError.ofDevice("device_flow_disabled");
        }
        if (device == null || !device.clientId.equals(app.clientId())) {
            throw OAuthError.ofDevice("incorrect_device_code");
        }
        throwScripted(device);
        device.checkPace(clock.instant());
        device.checkDecision(clock.instant());
        byDeviceCode.remove(deviceCode);
        return tokens.issue(app, device.person, device.scopes, false, true);
    }

    private void throwScripted(Device device) {
        String error = script.poll();
        if (error == null) {
            return;
        }
        device.lastPoll = clock.instant();
        throw error.equals("slow_down") ? device.slowDown() : OAuthError.ofDevice(error);
    }

    private static String userCode() {
        String letters = "BCDFGHJKLMNPQRSTVWXZ";
        return Secrets.random(4, letters) + "-" + Secrets.random(4, letters);
    }

    /** One device waiting for its person; guarded by the lock around it. */
    static final class Device {

        final String deviceCode;
        final String userCode;
        final Set<String> scopes;
        private final String clientId;
        private final Instant expiresAt;
        private Instant lastPoll = Instant.MIN;
        private int interval = FIRST_INTERVAL;
        private StubPerson person;
        private boolean declined;

        private Device(String deviceCode, String userCode, String clientId, Set<String> scopes, Instant now) {
            this.deviceCode = deviceCode;
            this.userCode = userCode;
            this.clientId = clientId;
            this.scopes = scopes;
            this.expiresAt = now.plus(LIFE);
        }

        int interval() {
            return interval;
        }

        private boolean isOver(Instant now) {
            return !now.isBefore(expiresAt);
        }

        private void decide(StubPerson who, boolean allowed) {
            person = allowed ? who : null;
            declined = !allowed;
        }

        private void checkPace(Instant now) {
            boolean tooSoon = lastPoll != Instant.MIN && now.isBefore(lastPoll.plusSeconds(interval));
            lastPoll = now;
            if (tooSoon) {
                throw slowDown();
            }
        }

        private OAuthError slowDown() {
            interval += 5;
            return OAuthError.slowDown(interval);
        }

        private void checkDecision(Instant now) {
            if (isOver(now)) {
                throw OAuthError.ofDevice("expired_token");
            }
            if (declined) {
                throw OAuthError.ofDevice("access_denied");
            }
            if (person == null) {
                throw OAuthError.ofDevice("authorization_pending");
            }
        }
    }
}
