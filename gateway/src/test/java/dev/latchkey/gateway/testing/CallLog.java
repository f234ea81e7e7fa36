package dev.latchkey.gateway.testing;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/** Calls in the order they arrived: a snapshot, narrowed by its own methods. */
public final class CallLog implements Iterable<Call> {

    private final List<Call> calls;

    CallLog(List<Call> calls) {
        this.calls = List.copyOf(calls);
    }

    /** Calls of that method to exactly that path. */
    public CallLog to(String method, String path) {
        return matching(call -> call.method().equals(method) && call.path().equals(path));
    }

    /** Calls whose path begins so. */
    public CallLog under(String pathPrefix) {
        return matching(call -> call.path().startsWith(pathPrefix));
    }

    /** Calls made with that person's token. */
    public CallLog by(String login) {
        return matching(call -> login.equals(call.login()));
    }

    public CallLog withToken(String token) {
        return matching(call -> token.equals(call.token()));
    }

    /** Calls to the token endpoint with that {@code grant_type}. */
    public CallLog withGrant(String grantType) {
        return matching(call -> grantType.equals(call.form().get("grant_type")));
    }

    public CallLog matching(Predicate<Call> condition) {
        return new CallLog(calls.stream().filter(condition).toList());
    }

    public int count() {
        return calls.size();
    }

    /** The newest call; fails when there is none. */
    public Call last() {
        if (calls.isEmpty()) {
            throw new AssertionError("No such call was made");
        }
        return calls.get(calls.size() - 1);
    }

    public List<Call> list() {
        return calls;
    }

    @Override
    public Iterator<Call> iterator() {
        return calls.iterator();
    }

    @Override
    public String toString() {
        return calls.stream()
                .map(call -> call.method() + " " + call.path())
                .toList()
                .toString();
    }

    /** Where calls are written down. */
    static final class Recorder {

        private final List<Call> calls = new ArrayList<>();

        synchronized void add(Call call) {
            calls.add(call);
        }

        synchronized CallLog snapshot() {
            return new CallLog(calls);
        }

        synchronized void clear() {
            calls.clear();
        }
    }
}
