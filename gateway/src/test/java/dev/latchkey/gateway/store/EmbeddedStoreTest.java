package dev.latchkey.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

class EmbeddedStoreTest extends StoreContract {

    private final TestClock clock = TestClock.now();

    @TempDir
    private Path folder;

    private EmbeddedStore store;

    @BeforeEach
    void open() {
        store = new EmbeddedStore(folder.resolve("data"), clock);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    Store store() {
        return store;
    }

    @Override
    Store otherNode() {
        return store;
    }

    @Override
    Instant now() {
        return clock.instant();
    }

    @Override
    void assertHoldsUntil(Instant end, Supplier<Boolean> holds) {
        clock.advance(Duration.between(now(), end).minusMillis(1));
        assertThat(holds.get()).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(holds.get()).isFalse();
    }

    @Test
    void findsEverythingAgainAfterARestart() {
        put(ONE);
        store.addMember("set", "member", later()).block();

        restart();

        assertThat(get()).isEqualTo(ONE);
        assertThat(store.members("set").collectList().block()).containsExactly("member");
    }

    @Test
    void forgetsWhatEndedWhileItWasDown() {
        put(ONE);
        store.close();
        clock.advance(Duration.ofHours(2));

        open();

        assertThat(get()).isNull();
    }

    @Test
    void deletesFromTheFileWhatHasEndedAndNothingElse() {
        store.put("goes", ONE, now().plusSeconds(5)).block();
        store.put("extended", ONE, now().plusSeconds(5)).block();
        store.extend("extended", later()).block();
        store.put("stays", ONE, later()).block();
        store.addMember("set", "goes", now().plusSeconds(5)).block();
        store.addMember("set", "stays", later()).block();
        assertThat(store.kept()).isEqualTo(5);

        clock.advance(Duration.ofSeconds(5));

        await().until(() -> store.kept() == 3);
        assertThat(store.get("extended").block()).isEqualTo(ONE);
        assertThat(store.get("stays").block()).isEqualTo(ONE);
        assertThat(store.members("set").collectList().block()).containsExactly("stays");
    }

    @Test
    void isForItsOwnerAlone() throws IOException {
        assertThat(permissions(store.folder())).isEqualTo("rwx------");
        assertThat(permissions(store.folder().resolve("latchkey.mv"))).isEqualTo("rw-------");
    }

    @Test
    void refusesAFolderThatIsInUse() {
        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> new EmbeddedStore(store.folder(), clock))
                .withMessageContaining("latchkey.data-dir")
                .withMessageContaining("in use by another process")
                .withMessageContaining("latchkey.store=redis");
    }

    @Test
    void refusesADamagedFile() throws IOException {
        store.close();
        Files.write(store.folder().resolve("latchkey.mv"), new byte[20_000]);

        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(this::open)
                .withMessageContaining("is damaged");
    }

    @Test
    void refusesAFolderThatCannotBeMade() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatExceptionOfType(ConfigurationRefused.class)
                .isThrownBy(() -> new EmbeddedStore(file.resolve("data"), clock))
                .withMessageContaining("latchkey.data-dir");
    }

    @Test
    void servesThoseWhoMayBlock() {
        store.write(key, ONE, later());

        assertThat(store.read(key)).isEqualTo(ONE);
        assertThat(store.remove(key)).isTrue();
        assertThat(store.remove(key)).isFalse();
        assertThat(store.read(key)).isNull();
    }

    @Test
    void saysUnavailableWhenItIsClosed() {
        store.close();

        assertUnavailable(() -> store.get(key).block());
        assertUnavailable(() -> store.put(key, ONE, later()).block());
        assertUnavailable(() -> store.ping().block());
        assertUnavailable(() -> store.read(key));
        assertUnavailable(() -> store.write(key, ONE, later()));
    }

    @Test
    void outlivesReadersThatAreInterrupted() {
        Flux.range(0, 500)
                .flatMap(i -> store.put("big" + i, new byte[100_000], later()), 50)
                .blockLast();
        restart();

        // Cancelling interrupts the thread that works for the subscriber.
        for (int i = 0; i < 500; i++) {
            store.get("big" + i).subscribe().dispose();
        }

        assertThat(store.get("big0").block()).hasSize(100_000);
        store.put(key, ONE, later()).block();
        assertThat(get()).isEqualTo(ONE);
    }

    @Test
    void lendsItsThreadsToNobody() {
        AtomicReference<String> thread = new AtomicReference<>();

        store.put(key, ONE, later())
                .doFinally(end -> thread.set(Thread.currentThread().getName()))
                .block();
        await().until(() -> thread.get() != null);
        assertThat(thread.get()).startsWith("boundedElastic");

        store.get(key)
                .doOnNext(value -> thread.set(Thread.currentThread().getName()))
                .block();
        assertThat(thread.get()).startsWith("boundedElastic");
    }

    private void restart() {
        store.close();
        open();
    }

    private void assertUnavailable(Runnable call) {
        assertThatExceptionOfType(Problem.class).isThrownBy(call::run).satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(ProblemCode.STORE_UNAVAILABLE);
            assertThat(problem.retryAfter()).isNotNull();
        });
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
