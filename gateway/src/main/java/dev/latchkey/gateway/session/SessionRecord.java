package dev.latchkey.gateway.session;

import dev.latchkey.gateway.keys.KeyRing;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.springframework.session.Session;
import tools.jackson.databind.json.JsonMapper;

/**
 * The stored form of what Spring Session does not know of: who is signed in, and when that ends in any case. One
 * attribute, JSON inside, sealed for the very session it belongs to, so that a copy under another id cannot be opened.
 *
 * @param v version of this form; records of old versions stay readable
 */
record SessionRecord(
        int v,
        String provider,
        String subject,
        String login,
        @Nullable String name,
        @Nullable String email,
        boolean emailVerified,
        @Nullable String picture,
        long end,
        String address,
        String userAgent) {

    static final String ATTRIBUTE = "latchkey";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static SessionRecord of(Person person, Instant end, BrowserSession.Origin origin) {
        return new SessionRecord(
                1,
                person.id().provider(),
                person.id().subject(),
                person.login(),
                person.name(),
                person.email(),
                person.emailVerified(),
                person.picture(),
                end.toEpochMilli(),
                origin.address(),
                origin.userAgent());
    }

    String seal(KeyRing keys, String sessionId) {
        byte[] json = JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
        return Base64.getEncoder().withoutPadding().encodeToString(keys.seal(purpose(sessionId), json));
    }

    static BrowserSession open(KeyRing keys, Session session) {
        byte[] sealed = Base64.getDecoder().decode(session.<String>getRequiredAttribute(ATTRIBUTE));
        byte[] json = keys.open(purpose(session.getId()), sealed);
        return JSON.readValue(json, SessionRecord.class).toSession(session);
    }

    /** The same record sealed by the first key, or null if it is already. */
    static @Nullable String sealedAnew(KeyRing keys, Session session) {
        byte[] sealed = Base64.getDecoder().decode(session.<String>getRequiredAttribute(ATTRIBUTE));
        if (keys.isSealedByFirst(sealed)) {
            return null;
        }
        String purpose = purpose(session.getId());
        return Base64.getEncoder().withoutPadding().encodeToString(keys.seal(purpose, keys.open(purpose, sealed)));
    }

    private BrowserSession toSession(Session session) {
        Person person = new Person(new PersonId(provider, subject), login, name, email, emailVerified, picture);
        return new BrowserSession(
                session.getId(),
                person,
                session.getCreationTime(),
                session.getLastAccessedTime(),
                Instant.ofEpochMilli(end),
                new BrowserSession.Origin(address, userAgent));
    }

    private static String purpose(String sessionId) {
        return "session:" + sessionId;
    }
}
