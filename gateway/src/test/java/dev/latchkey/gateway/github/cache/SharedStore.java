package dev.latchkey.gateway.github.cache;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Records and messages of several nodes in one process, at once; it can be away, or silent. */
final class SharedStore {

    private final Map<String, byte[]> records = new HashMap<>();
    private final List<Consumer<String>> listeners = new ArrayList<>();
    private int reads;
    private boolean away;
    private boolean silent;

    Store store() {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    Mono<?> answer = switch (method.getName()) {
                        case "get" -> Mono.fromSupplier(() -> read((String) arguments[0]));
                        case "put" ->
                            Mono.fromRunnable(() -> records.put((String) arguments[0], (byte[]) arguments[1]));
                        case "delete" -> Mono.fromSupplier(() -> records.remove((String) arguments[0]) != null);
                        case "publish" -> Mono.fromRunnable(() -> tell((String) arguments[1]));
                        case "listen" -> null;
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                    return answer == null ? Flux.<String>create(sink -> listeners.add(sink::next)) : reached(answer);
                });
    }

    private <T> Mono<T> reached(Mono<T> answer) {
        return Mono.defer(
                () -> away ? Mono.error(Problem.of(ProblemCode.STORE_UNAVAILABLE)) : silent ? Mono.never() : answer);
    }

    private byte[] read(String key) {
        reads++;
        return records.get(key);
    }

    private void tell(String message) {
        List.copyOf(listeners).forEach(each -> each.accept(message));
    }

    Map<String, byte[]> records() {
        return records;
    }

    int reads() {
        return reads;
    }

    void setAway(boolean away) {
        this.away = away;
    }

    void setSilent(boolean silent) {
        this.silent = silent;
    }
}
