package dev.latchkey.gateway.testing;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the stand-in answers, and how badly the answer travels. */
record Reply(int status, List<Header> headers, String body, Duration delay, Journey journey) {

    enum Journey {
        ARRIVES,
        RESET,
        CLOSED_WITHOUT_A_BYTE,
        GARBAGE
    }

    static Reply of(int status, String contentType, String body) {
        return new Reply(
                status, List.of(new Header("Content-Type", contentType)), body, Duration.ZERO, Journey.ARRIVES);
    }

    static Reply json(int status, Object value) {
        return of(status, "application/json; charset=utf-8", Json.write(value));
    }

    static Reply form(Map<String, ?> fields) {
        return of(200, "application/x-www-form-urlencoded; charset=utf-8", FormFields.encode(fields));
    }

    static Reply html(int status, String page) {
        return of(status, "text/html; charset=utf-8", page).with("Cache-Control", "no-store");
    }

    static Reply empty(int status) {
        return new Reply(status, List.of(), "", Duration.ZERO, Journey.ARRIVES);
    }

    static Reply redirect(URI target) {
        return empty(302).with("Location", target.toString());
    }

    /** An error as the API words it. */
    static Reply message(int status, String message) {
        return json(
                status,
                Json.object(
                        "message",
                        message,
                        "documentation_url",
                        "https://docs.github.com/rest",
                        "status",
                        String.valueOf(status)));
    }

    Reply with(String name, Object value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, String.valueOf(value)));
        return new Reply(status, List.copyOf(more), body, delay, journey);
    }

    Reply after(Duration wait) {
        return new Reply(status, headers, body, delay.plus(wait), journey);
    }

    Reply lost(Journey how) {
        return new Reply(status, headers, body, delay, how);
    }
}
