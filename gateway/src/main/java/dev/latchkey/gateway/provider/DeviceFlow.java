package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.provider.TokenRefused.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.BodyInserters.FormInserter;
import reactor.core.publisher.Mono;

/**
 * GitHub's device flow, asked for by the gateway's own app (RFC 8628): the person types a code at GitHub, and the app asks
 * until GitHub has heard from them. Whoever asks sees to the pace.
 *
 * @see <a href="https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#device-flow">Device
 *     flow</a>
 */
public final class DeviceFlow {

    private static final ParameterizedTypeReference<Map<String, Object>> JSON = new ParameterizedTypeReference<>() {};
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:device_code";
    private static final int LONGEST = 512;
    private static final int USUAL_INTERVAL = 5;
    private static final int LONGEST_INTERVAL = 300;
    private static final int USUAL_LIFE = 900;
    private static final int LONGEST_LIFE = 3600;

    private final GitHub gitHub;
    private final Clock clock;

    DeviceFlow(GitHub gitHub, Clock clock) {
        this.gitHub = gitHub;
        this.clock = clock;
    }

    /**
     * What GitHub hands out for one device.
     *
     * @param deviceCode what is asked with
     * @param userCode what the person types
     * @param page where the person types it
     * @param interval how long to wait between two questions
     */
    public record Codes(Secret deviceCode, String userCode, String page, Duration life, Duration interval) {}

    /** What GitHub answers to one question. */
    public sealed interface Answer {

        /** The person has not decided. */
        record Pending() implements Answer {}

        /**
         * It was asked too soon.
         *
         * @param interval how long to wait from now on, or null if GitHub does not say
         */
        record SlowDown(@Nullable Duration interval) implements Answer {}

        /** It took too long, or GitHub does not know the code any more. */
        record Expired() implements Answer {}

        record Denied() implements Answer {}

        record Granted(ProviderToken token) implements Answer {}
    }

    /** Codes for a new device; fails with {@link TokenRefused}. */
    public Mono<Codes> begin() {
        ClientRegistration app = gitHub.registration();
        return post(gitHub.deviceCodes(), form(app).with("scope", String.join(" ", app.getScopes())))
                .map(said -> codes(said.fields(), said.status()));
    }

    /** Whether the person has decided; fails with {@link TokenRefused} if GitHub says nothing about it. */
    public Mono<Answer> ask(Secret deviceCode) {
        ClientRegistration app = gitHub.registration();
        return Mono.defer(() -> {
            Instant asked = clock.instant();
            FormInserter<String> form =
                    form(app).with("device_code", deviceCode.reveal()).with("grant_type", GRANT);
            return post(app.getProviderDetails().getTokenUri(), form)
                    .map(said -> answer(said.fields(), said.status(), asked));
        });
    }

    private static FormInserter<String> form(ClientRegistration app) {
        return BodyInserters.fromFormData("client_id", app.getClientId());
    }

    private record Said(HttpStatusCode status, Map<String, Object> fields) {

        @Override
        public String toString() {
            return "Said[" + status + ']';
        }
    }

    private Mono<Said> post(String uri, FormInserter<String> form) {
        return gitHub.tokenWeb()
                .post()
                .uri(uri)
                .accept(MediaType.APPLICATION_JSON)
                .body(form)
                .exchangeToMono(
                        response -> response.bodyToMono(JSON).map(fields -> new Said(response.statusCode(), fields)))
                .switchIfEmpty(Mono.error(() -> new TokenRefused(Reason.UNAVAILABLE, "an empty answer", null, null)))
                .onErrorMap(
                        failure -> !(failure instanceof TokenRefused),
                        failure -> new TokenRefused(Reason.UNAVAILABLE, "no answer", null, failure));
    }

    private static Codes codes(Map<String, Object> fields, HttpStatusCode status) {
        if ("device_flow_disabled".equals(fields.get("error"))) {
            throw new TokenRefused(Reason.MISCONFIGURED, "the app's device flow is not enabled", null, null);
        }
        String deviceCode = text(fields.get("device_code"));
        String userCode = text(fields.get("user_code"));
        String page = text(fields.get("verification_uri"));
        if (deviceCode == null || userCode == null || page == null || !page.matches("https?://.+")) {
            Reason reason = status.value() == 404 ? Reason.MISCONFIGURED : Reason.UNAVAILABLE;
            throw new TokenRefused(reason, "status " + status.value() + ", no codes for a device", null, null);
        }
        return new Codes(
                Secret.of(deviceCode),
                userCode,
                page,
                Duration.ofSeconds(seconds(fields.get("expires_in"), USUAL_LIFE, LONGEST_LIFE)),
                Duration.ofSeconds(seconds(fields.get("interval"), USUAL_INTERVAL, LONGEST_INTERVAL)));
    }

    private static Answer answer(Map<String, Object> fields, HttpStatusCode status, Instant asked) {
        String error = fields.get("error") instanceof String word ? word : "";
        return switch (error) {
            case "authorization_pending" -> new Answer.Pending();
            case "slow_down" -> new Answer.SlowDown(interval(fields.get("interval")));
            case "expired_token", "token_expired", "incorrect_device_code" -> new Answer.Expired();
            case "access_denied" -> new Answer.Denied();
            default ->
                new Answer.Granted(TokenEndpoint.token(TokenEndpoint.response(fields, status, null), asked)
                        .token());
        };
    }

    private static @Nullable Duration interval(@Nullable Object seconds) {
        int known = seconds(seconds, 0, LONGEST_INTERVAL);
        return known == 0 ? null : Duration.ofSeconds(known);
    }

    private static @Nullable String text(@Nullable Object field) {
        return field instanceof String text && !text.isBlank() && text.length() <= LONGEST ? text : null;
    }

    /** Number or text, as GitHub writes either at times. */
    private static int seconds(@Nullable Object field, int usual, int longest) {
        String text = String.valueOf(field);
        return text.matches("[1-9][0-9]{0,8}") ? Math.min(Integer.parseInt(text), longest) : usual;
    }
}
