package dev.latchkey.gateway.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.session.BrowserSession.Origin;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.StoredForms;
import dev.latchkey.gateway.web.FurtherHosts;
import dev.latchkey.gateway.web.GatewayAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.data.redis.connection.ReactiveHashCommands;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.session.MapSession;

/**
 * Sessions and session cookies of earlier versions are understood, out of the embedded store and out of Redis; {@link
 * StoredForms} tells how files are added.
 */
class StoredSessionFormsTest {

    private static final Instant USED = Instant.parse("2026-11-21T08:00:00Z");
    private static final Instant END = Instant.parse("2090-01-01T00:00:00Z");
    private static final Instant FAR = Instant.parse("2999-01-01T00:00:00Z");
    /** Spring Session counts seconds in an int. A session that has ended is not to be found. */
    private static final Duration IDLE = Duration.ofSeconds(Integer.MAX_VALUE);

    private static final Person PERSON = new Person(
            new PersonId("github", "583231"),
            "octocat",
            "Zoë „Octo“ 猫",
            "octocat@github.example",
            true,
            "https://avatars.example/u/583231?v=4");
    private static final Origin ORIGIN = new Origin("2001:db8::7", "Mozilla/5.0 (X11; Linux x86_64)");

    private static final String ID = "session-id.txt";
    private static final String COOKIE = "session-cookie.txt";
    private static final String EMBEDDED = "session-embedded.txt";
    private static final String REDIS = "session-redis-hash.txt";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("dev.latchkey.gateway.testing.StoredForms#ofAllVersions")
    void areReadFromTheEmbeddedStore(StoredForms stored) {
        withMap((store, map) -> {
            store.write("session:" + stored.text(ID), stored.bytes(EMBEDDED), FAR);

            assertIsTheSession(SessionRecord.open(stored.keys(), map.get(stored.text(ID))), stored);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.latchkey.gateway.testing.StoredForms#ofAllVersions")
    void areReadFromRedis(StoredForms stored) {
        withRedis(redis -> {
            hash(redis, stored.text(ID), fields(stored.text(REDIS)));

            BrowserSession session =
                    sessions(redis, stored.keys()).find(stored.text(ID)).block(Duration.ofMinutes(1));
            assertIsTheSession(session, stored);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.latchkey.gateway.testing.StoredForms#ofAllVersions")
    void areNamedByTheCookiesOfTheirTime(StoredForms stored) {
        SessionCookie cookie = cookie(stored.keys());

        assertThat(cookie.isOurs(stored.text(COOKIE), SessionCookie.NO_HOST)).isTrue();
        assertThat(SessionCookie.idOf(stored.text(COOKIE))).isEqualTo(stored.text(ID));
    }

    @Test
    @EnabledIfSystemProperty(named = StoredForms.WRITE, matches = "[0-9]+")
    void areWrittenForANewVersion() {
        StoredForms stored = StoredForms.toBeWritten();
        KeyRing keys = stored.keys();
        withRedis(redis -> {
            BrowserSession session =
                    sessions(redis, keys).create(PERSON, ORIGIN, USED, END).block(Duration.ofMinutes(1));
            stored.write(ID, session.id());
            stored.write(COOKIE, cookie(keys).valueOf(session.id(), SessionCookie.NO_HOST));
            stored.write(REDIS, text(hash(redis, session.id())));
        });
        withMap((store, map) -> {
            MapSession session = new MapSession(stored.text(ID));
            session.setCreationTime(USED);
            session.setLastAccessedTime(USED);
            session.setMaxInactiveInterval(IDLE);
            session.setAttribute(
                    SessionRecord.ATTRIBUTE,
                    SessionRecord.of(PERSON, END, ORIGIN).seal(keys, stored.text(ID)));
            map.put(stored.text(ID), session);
            stored.write(EMBEDDED, store.read("session:" + stored.text(ID)));
        });
    }

    private static void assertIsTheSession(BrowserSession session, StoredForms stored) {
        assertThat(session.id()).isEqualTo(stored.text(ID));
        assertThat(session.person()).isEqualTo(PERSON);
        assertThat(session.lastUsed()).isEqualTo(USED);
        assertThat(session.end()).isEqualTo(END);
        assertThat(session.origin()).isEqualTo(ORIGIN);
        assertThat(session.startedAt()).isAfterOrEqualTo(USED).isBefore(END);
    }

    private interface MapUse {

        void with(EmbeddedStore store, EmbeddedSessionMap map);
    }

    private void withMap(MapUse use) {
        try (EmbeddedStore store = new EmbeddedStore(folder, Clock.systemUTC())) {
            use.with(store, new EmbeddedSessionMap(store));
        }
    }

    private static void withRedis(Consumer<LettuceConnectionFactory> use) {
        try (RedisServer server = RedisServer.embedded()) {
            LettuceConnectionFactory redis = new LettuceConnectionFactory(server.host(), server.port());
            redis.afterPropertiesSet();
            redis.start();
            try {
                use.accept(redis);
            } finally {
                redis.destroy();
            }
        }
    }

    private static StoredSessions<?> sessions(LettuceConnectionFactory redis, KeyRing keys) {
        return new SessionConfiguration.Redis()
                .storedSessions(redis, cookie(keys), keys, new SessionProperties(IDLE, IDLE));
    }

    private static SessionCookie cookie(KeyRing keys) {
        GatewayAddress address = new GatewayAddress(URI.create("https://gateway.example.com"), "/oauth2");
        return new SessionCookie(address, FurtherHosts.none(address), keys);
    }

    private static ReactiveHashCommands commands(ReactiveRedisConnectionFactory redis) {
        return redis.getReactiveConnection().hashCommands();
    }

    private static ByteBuffer keyOf(String id) {
        return bytes("latchkey:sessions:" + id);
    }

    private static void hash(LettuceConnectionFactory redis, String id, Map<ByteBuffer, ByteBuffer> fields) {
        commands(redis).hMSet(keyOf(id), fields).block(Duration.ofMinutes(1));
    }

    private static Map<String, String> hash(LettuceConnectionFactory redis, String id) {
        return commands(redis)
                .hGetAll(keyOf(id))
                .collect(Collectors.toMap(field -> text(field.getKey()), field -> text(field.getValue())))
                .block(Duration.ofMinutes(1));
    }

    private static String text(Map<String, String> fields) {
        return fields.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(field -> field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining("\n"));
    }

    private static Map<ByteBuffer, ByteBuffer> fields(String text) {
        return text.lines()
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(
                        pair -> bytes(pair[0]), pair -> bytes(pair[1]), (one, other) -> other, LinkedHashMap::new));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    private static String text(ByteBuffer bytes) {
        return US_ASCII.decode(bytes).toString();
    }
}
