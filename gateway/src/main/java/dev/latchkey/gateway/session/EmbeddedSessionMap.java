package dev.latchkey.gateway.session;

import dev.latchkey.gateway.store.EmbeddedStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.session.MapSession;
import org.springframework.session.Session;
import reactor.core.publisher.Mono;

/**
 * The embedded store as the map that Spring Session's map repository keeps sessions in. Records have a form of their
 * own rather than Java serialisation, so that a later release reads them.
 */
final class EmbeddedSessionMap extends AbstractMap<String, Session> {

    private static final int VERSION = 1;
    private static final String PREFIX = "session:";

    private final EmbeddedStore store;

    EmbeddedSessionMap(EmbeddedStore store) {
        this.store = store;
    }

    @Override
    public @Nullable Session get(Object id) {
        byte[] record = store.read(PREFIX + id);
        return record == null ? null : decode((String) id, record);
    }

    @Override
    public @Nullable Session put(String id, Session session) {
        store.write(PREFIX + id, encode(session), session.getLastAccessedTime().plus(session.getMaxInactiveInterval()));
        return null;
    }

    @Override
    public @Nullable Session remove(Object id) {
        store.remove(PREFIX + id);
        return null;
    }

    /** Moves the end of a session unless it has ended meanwhile; emits whether it still exists. */
    Mono<Boolean> touch(String id, Instant lastUsed, Duration idle) {
        return store.get(PREFIX + id)
                .flatMap(record -> {
                    Session session = decode(id, record);
                    session.setLastAccessedTime(lastUsed);
                    session.setMaxInactiveInterval(idle);
                    return store.replace(PREFIX + id, record, encode(session), lastUsed.plus(idle));
                })
                .defaultIfEmpty(false);
    }

    /** Puts a newly sealed record into a session unless it has ended or changed meanwhile; emits whether it did. */
    Mono<Boolean> reseal(String id, String sealed) {
        return store.get(PREFIX + id)
                .flatMap(record -> {
                    Session session = decode(id, record);
                    session.setAttribute(SessionRecord.ATTRIBUTE, sealed);
                    return store.replace(PREFIX + id, record, encode(session));
                })
                .defaultIfEmpty(false);
    }

    @Override
    public Set<Entry<String, Session>> entrySet() {
        throw new UnsupportedOperationException();
    }

    private static byte[] encode(Session session) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(session.getCreationTime().toEpochMilli());
            out.writeLong(session.getLastAccessedTime().toEpochMilli());
            out.writeLong(session.getMaxInactiveInterval().toSeconds());
            out.write(session.<String>getRequiredAttribute(SessionRecord.ATTRIBUTE)
                    .getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static Session decode(String id, byte[] record) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(record))) {
            if (in.readByte() != VERSION) {
                throw new IOException("a session record of an unknown version");
            }
            MapSession session = new MapSession(id);
            session.setCreationTime(Instant.ofEpochMilli(in.readLong()));
            session.setLastAccessedTime(Instant.ofEpochMilli(in.readLong()));
            session.setMaxInactiveInterval(Duration.ofSeconds(in.readLong()));
            session.setAttribute(SessionRecord.ATTRIBUTE, new String(in.readAllBytes(), StandardCharsets.US_ASCII));
            return session;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
