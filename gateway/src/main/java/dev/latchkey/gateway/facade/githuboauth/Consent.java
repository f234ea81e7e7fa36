package dev.latchkey.gateway.facade.githuboauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Unsealable;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What somebody is asked to consent to. It travels in the form of the page that asks, sealed for the very session it was
 * shown in, so that no other page can put a question into somebody's mouth that was never asked.
 *
 * @param state what the client wants to see again
 * @param challenge what the client's verifier has to fit (RFC 7636)
 * @param askedAt in epoch milliseconds
 */
record Consent(
        String client,
        String redirectUri,
        @Nullable String state,
        @Nullable String challenge,
        long askedAt) {

    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    String seal(KeyRing keys, String session) {
        byte[] json = JSON.writeValueAsString(this).getBytes(UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(keys.seal(purpose(session), json));
    }

    /** Empty if it was not made for that session, or too long ago. */
    static Optional<Consent> open(KeyRing keys, String session, @Nullable String ticket, Instant now) {
        if (ticket == null) {
            return Optional.empty();
        }
        try {
            byte[] json = keys.open(purpose(session), Base64.getUrlDecoder().decode(ticket));
            Consent consent = JSON.readValue(json, Consent.class);
            return Optional.of(consent).filter(asked -> now.isBefore(asked.end()));
        } catch (IllegalArgumentException | Unsealable e) {
            return Optional.empty();
        }
    }

    private Instant end() {
        return Instant.ofEpochMilli(askedAt).plus(LIFE);
    }

    /** Back to the client, with an answer. */
    URI answered(String name, String value) {
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put(name, value);
        if (state != null) {
            answer.put("state", state);
        }
        return RedirectUris.with(redirectUri, answer);
    }

    private static String purpose(String session) {
        return "oauth-consent:" + session;
    }
}
