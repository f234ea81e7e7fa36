package dev.latchkey.gateway.facade.catfeeder;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer in the shape that Cat Feeder gave all of its answers: an envelope, and in it what the call is about.
 */
record Answer(int status, Map<String, Object> body) {

    static Answer ok(int status, String title, String message, String resp, boolean loggedIn) {
        return new Answer(status, envelope(title, message, "resp", resp, loggedIn));
    }

    static Answer error(int status, String title, String message, String error, boolean loggedIn) {
        return new Answer(status, envelope(title, message, "error", error, loggedIn));
    }

    private static Map<String, Object> envelope(
            String title, String message, String kind, String what, boolean loggedIn) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("title", title);
        body.put("msg", message);
        body.put(kind, what);
        body.put("logged in", loggedIn);
        return body;
    }

    Answer with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(body);
        more.put(name, value);
        return new Answer(status, more);
    }

    /** It may hold a token. */
    @Override
    public String toString() {
        return "Answer[" + status + "]";
    }
}
