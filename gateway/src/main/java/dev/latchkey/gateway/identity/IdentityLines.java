package dev.latchkey.gateway.identity;

import dev.latchkey.gateway.actions.ActionsJob;
import dev.latchkey.gateway.session.Person;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a caller is to backends, each in one header line.
 *
 * <p>A value goes out as it is or, with a warning, not at all. A login without its control characters is somebody else's
 * login. So whatever does not fit into one line of
 * {@value #LONGEST} bytes is null here; the JWT still has it, where it has room.
 */
record IdentityLines(
        @Nullable String login,
        @Nullable String email,
        @Nullable String name) {

    private static final Logger LOG = LoggerFactory.getLogger(IdentityLines.class);

    /** Servers behind the gateway take 8 KB of headers and more; this leaves room for the JWT and the client's own. */
    static final int LONGEST = 4096;

    static IdentityLines of(Person person) {
        return new IdentityLines(
                line(person, "login", person.login()),
                person.emailVerified() ? line(person, "e-mail address", person.email()) : null,
                line(person, "name", person.name()));
    }

    static IdentityLines of(ActionsJob job) {
        return new IdentityLines(header(JobClaims.name(job)), null, null);
    }

    private static @Nullable String line(Person person, String what, @Nullable String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        String line = header(text);
        if (line == null) {
            LOG.warn("The {} of {} does not fit into a header line and is sent in none", what, person.id());
        }
        return line;
    }

    /** The text as the value of a header, or null if it does not fit into one. */
    static @Nullable String header(String text) {
        byte[] bytes = text.strip().getBytes(StandardCharsets.UTF_8);
        // Each byte as the one character that goes over the wire as that byte.
        return bytes.length > LONGEST || !isOneLine(text) ? null : new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static boolean isOneLine(String text) {
        return text.chars().noneMatch(Character::isISOControl);
    }
}
