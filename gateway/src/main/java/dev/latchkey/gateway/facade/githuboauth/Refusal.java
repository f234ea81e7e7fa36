package dev.latchkey.gateway.facade.githuboauth;

import java.util.LinkedHashMap;
import java.util.Map;

/** A refusal in the words that GitHub's clients match on, which GitHub sends with status 200. */
final class Refusal extends RuntimeException {

    private final transient Map<String, Object> fields = new LinkedHashMap<>();
    private final int status;

    private Refusal(int status, String error, String words) {
        super(error, null, false, false);
        this.status = status;
        fields.put("error", error);
        if (!words.isEmpty()) {
            fields.put("error_description", words);
        }
    }

    static Refusal of(String error, String words) {
        return new Refusal(200, error, words);
    }

    /** GitHub has no page for a client that it does not know. */
    static Refusal unknownClient() {
        return new Refusal(404, "Not Found", "");
    }

    static Refusal badCode() {
        return of("bad_verification_code", "This code is wrong, was used already, or came too late");
    }

    static Refusal badRefreshToken() {
        return of("bad_refresh_token", "This refresh token is wrong, was used already, or came too late");
    }

    static Refusal badCredentials() {
        return of("incorrect_client_credentials", "The client id and the client secret do not belong together");
    }

    static Refusal slowDown(long seconds) {
        Refusal refusal = of("slow_down", "Leave " + seconds + " seconds between two questions");
        refusal.fields.put("interval", seconds);
        return refusal;
    }

    int status() {
        return status;
    }

    Map<String, Object> fields() {
        return fields;
    }
}
