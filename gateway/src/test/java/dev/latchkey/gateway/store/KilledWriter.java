package dev.latchkey.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A process that writes as fast as it can, and says of each record when it is safe, until it is killed. */
final class KilledWriter {

    private static final int AT_ONCE = 32;

    private KilledWriter() {}

    public static void main(String[] arguments) {
        EmbeddedStore store = new EmbeddedStore(Path.of(arguments[0]), Clock.systemUTC());
        String round = arguments[1];
        Flux.range(0, Integer.MAX_VALUE)
                .map(i -> round + ":" + i)
                .flatMap(key -> write(store, key), AT_ONCE)
                .doOnNext(System.out::println)
                .blockLast();
    }

    /** Long enough that a torn write would show. */
    static byte[] value(String key) {
        return (key + " ").repeat(200).getBytes(UTF_8);
    }

    private static Mono<String> write(Store store, String key) {
        Instant end = Instant.now().plusSeconds(3600);
        return store.put(key, value(key), end)
                .then(store.addMember("written", key, end))
                .thenReturn(key);
    }
}
