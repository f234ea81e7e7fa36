package dev.latchkey.gateway.watch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that an auditor asks for: who did what, and whether it came to pass. No token is ever in it, but what names one:
 * {@link TokenHash}.
 *
 * @param user whose account it is about, as {@code github:583231}; null where none is known
 * @param details further names and values in the order they were added; a name is lower case with underscores
 */
public record AuditEvent(
        Action action, Outcome outcome, @Nullable String user, Map<String, String> details) {

    /** What was done. */
    public enum Action {
        SIGN_IN("sign-in", "authentication"),
        SESSION_END("session-end", "session"),
        ACCESS("access", "iam"),
        CREDENTIAL("credential", "authentication"),
        OPERATION("operation", "configuration"),
        API_TOKEN_MADE("api-token-made", "iam"),
        API_TOKEN_ENDED("api-token-ended", "iam"),
        IDENTITY_TOKEN_MINTED("identity-token-minted", "iam"),
        INSTALLATION_TOKEN_MINTED("installation-token-minted", "iam"),
        INSTALLATION_TOKEN_GIVEN("installation-token-given", "iam"),
        INSTALLATION_TOKEN_INVALIDATED("installation-token-invalidated", "iam"),
        LINK_MADE("link-made", "iam"),
        LINK_ENDED("link-ended", "iam"),
        LINK_TOKEN_GIVEN("link-token-given", "iam"),
        PROVIDER_TOKEN_REVOKED("provider-token-revoked", "iam");

        private final String word;
        private final String category;

        Action(String word, String category) {
            this.word = word;
            this.category = category;
        }

        /** {@code event.action} of the Elastic Common Schema. */
        public String word() {
            return word;
        }

        /** {@code event.category} of the Elastic Common Schema. */
        public String category() {
            return category;
        }
    }

    /** {@code event.outcome} of the Elastic Common Schema. */
    public enum Outcome {
        SUCCESS("success"),
        FAILURE("failure");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /** Why something failed or ended: a problem's code, or a word of the feature's. */
    public static final String REASON = "reason";

    public AuditEvent {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    public static AuditEvent success(Action action) {
        return new AuditEvent(action, Outcome.SUCCESS, null, Map.of());
    }

    public static AuditEvent failure(Action action, String reason) {
        return new AuditEvent(action, Outcome.FAILURE, null, Map.of(REASON, reason));
    }

    /** About that account. */
    public AuditEvent of(@Nullable String account) {
        return new AuditEvent(action, outcome, account, details);
    }

    /** With one detail more; null adds nothing. */
    public AuditEvent with(String name, @Nullable String value) {
        if (value == null) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(details);
        more.put(name, value);
        return new AuditEvent(action, outcome, user, more);
    }

    /** With the name of a token. */
    public AuditEvent withToken(String token) {
        return with("hashed_token", TokenHash.of(token));
    }

    /** With the name of a session; its id is half of a cookie, and not for a log. */
    public AuditEvent withSession(String id) {
        return with("session", TokenHash.of(id));
    }

    /** Why it failed or ended, or null. */
    public @Nullable String reason() {
        return details.get(REASON);
    }
}
