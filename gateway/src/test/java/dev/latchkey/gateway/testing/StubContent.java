package dev.latchkey.gateway.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Resources under the API, by path and query below it: {@code /repos/acme/wiki/issues?page=2}. What is asked for with a
 * query that no resource has is the resource of its path.
 *
 * <p>Their entity tags are GitHub's, as far as is known of them from outside: SHA-256 over the values of those request
 * headers among Accept, Authorization and Cookie that {@code Vary} names, each followed by a colon, and the body. They are
 * given weak and come back strong in a 304, which has no {@code Link}.
 */
public final class StubContent {

    static final String VARY = "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With";

    private final Map<String, Resource> resources = new ConcurrentHashMap<>();
    private final Map<String, Function<Call, Reply>> writes = new ConcurrentHashMap<>();

    /** A resource that everybody may see. */
    public Resource put(String target, String json) {
        Resource resource = new Resource(json);
        resources.put(target, resource);
        return resource;
    }

    public StubContent remove(String target) {
        resources.remove(target);
        return this;
    }

    /** What that method does there: a status and a JSON text, after the effect has come to pass. */
    public StubContent on(String method, String path, int status, String json, Runnable effect) {
        writes.put(method + ' ' + path, call -> {
            effect.run();
            return Reply.of(status, "application/json; charset=utf-8", json);
        });
        return this;
    }

    /** That method there leads to another path under the API, as after a rename. */
    public StubContent redirect(String method, String path, int status, String location) {
        writes.put(
                method + ' ' + path,
                call -> Reply.message(status, "Moved Permanently").with("Location", location));
        return this;
    }

    /** A recorded reply, whole: what that method answers for that target, and nothing of the stand-in's own over it. */
    public StubContent recorded(String method, String target, int status, Map<String, String> headers, String body) {
        writes.put(method + ' ' + target, call -> {
            Reply reply = new Reply(status, List.of(), body, Duration.ZERO, Reply.Journey.ARRIVES);
            for (Map.Entry<String, String> header : headers.entrySet()) {
                reply = reply.with(header.getKey(), header.getValue());
            }
            return reply;
        });
        return this;
    }

    public StubContent clear() {
        resources.clear();
        writes.clear();
        return this;
    }

    Resource find(String path, String query) {
        Resource exact = resources.get(query.isEmpty() ? path : path + '?' + query);
        return exact == null ? resources.get(path) : exact;
    }

    Function<Call, Reply> write(String method, String path, String query) {
        Function<Call, Reply> exact = query.isEmpty() ? null : writes.get(method + ' ' + path + '?' + query);
        return exact == null ? writes.get(method + ' ' + path) : exact;
    }

    /** Something to be read. */
    public static final class Resource {

        private final Map<String, String> bodies = new ConcurrentHashMap<>();
        private final Map<String, String> byAccept = new HashMap<>();
        private final List<Header> headers = new ArrayList<>();
        private volatile Set<String> seenBy;
        private volatile String body;
        private volatile String contentType = "application/json; charset=utf-8";
        private volatile String vary = VARY;
        private volatile String cacheControl = "private, max-age=60, s-maxage=60";
        private volatile int status = 200;
        private volatile boolean tagged = true;

        private Resource(String body) {
            this.body = body;
        }

        public Resource body(String json) {
            body = json;
            return this;
        }

        /** Another body for that person. */
        public Resource bodyFor(String login, String json) {
            bodies.put(login, json);
            return this;
        }

        /** Another body for whoever asks with such an Accept or API version. */
        public Resource bodyWhen(String headerPart, String text) {
            byAccept.put(headerPart, text);
            return this;
        }

        public Resource contentType(String value) {
            contentType = value;
            return this;
        }

        /** For all others it is not there. */
        public Resource seenBy(String... logins) {
            seenBy = Set.of(logins);
            return this;
        }

        public Resource with(String header, String value) {
            headers.removeIf(each -> each.name().equalsIgnoreCase(header));
            headers.add(new Header(header, value));
            return this;
        }

        public Resource vary(String value) {
            vary = value;
            return this;
        }

        /** Null for none. */
        public Resource cacheControl(String value) {
            cacheControl = value;
            return this;
        }

        public Resource status(int other) {
            status = other;
            return this;
        }

        public Resource untagged() {
            tagged = false;
            return this;
        }

        boolean isSeenBy(String login) {
            return seenBy == null || seenBy.contains(login);
        }

        String bodyFor(Call call, String login) {
            String asked = call.header("Accept") + ' ' + call.header("X-GitHub-Api-Version");
            return byAccept.entrySet().stream()
                    .filter(each -> asked.contains(each.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElseGet(() -> bodies.getOrDefault(login, body));
        }

        List<Header> headers() {
            return List.copyOf(headers);
        }

        String contentType() {
            return contentType;
        }

        String vary() {
            return vary;
        }

        String cacheControl() {
            return cacheControl;
        }

        int status() {
            return status;
        }

        boolean isTagged() {
            return tagged;
        }
    }
}
