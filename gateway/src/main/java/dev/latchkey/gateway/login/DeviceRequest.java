package dev.latchkey.gateway.login;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.session.Person;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A terminal that waits to be let in, as it is stored: sealed, until its end.
 *
 * @param id the stored record's name
 * @param client what the program calls itself
 * @param address where it asked from
 * @param routes what it asked to be let into
 * @param interval seconds that it has to leave between two questions
 * @param askedAgainAt when it last asked whether it is let in, or zero
 * @param decision null as long as nobody has decided
 * @param person who has let it in
 */
record DeviceRequest(
        String id,
        String userCode,
        String client,
        String address,
        List<String> routes,
        long madeAt,
        int interval,
        long askedAgainAt,
        @Nullable Decision decision,
        @Nullable Person person) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What its person said. */
    enum Decision {
        ALLOWED,
        DENIED
    }

    DeviceRequest {
        routes = List.copyOf(routes);
    }

    Instant askedAt() {
        return Instant.ofEpochMilli(madeAt);
    }

    DeviceRequest decided(Decision said, Person by) {
        return new DeviceRequest(id, userCode, client, address, routes, madeAt, interval, askedAgainAt, said, by);
    }

    DeviceRequest askedAgain(long now, int newInterval) {
        return new DeviceRequest(id, userCode, client, address, routes, madeAt, newInterval, now, decision, person);
    }

    byte[] seal(KeyRing keys) {
        return keys.seal(purpose(id), JSON.writeValueAsString(this).getBytes(UTF_8));
    }

    static DeviceRequest open(String id, byte[] bytes, KeyRing keys) {
        return JSON.readValue(keys.open(purpose(id), bytes), DeviceRequest.class);
    }

    private static String purpose(String id) {
        return "device:" + id;
    }
}
