package dev.latchkey.gateway.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.testing.TestClock;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** A chat hears of each thing once, and later if it does not listen. */
class LinkHookTest {

    @TempDir
    private Path folder;

    private final TestClock clock = TestClock.now();
    private final AtomicInteger heard = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final KeyRing keys = KeyRing.of(List.of(Secret.of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")), clock);
    private EmbeddedStore store;
    private DisposableServer chat;

    @BeforeEach
    void start() {
        store = new EmbeddedStore(folder, clock);
        chat = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> {
                    boolean refuses = refused.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
                    heard.incrementAndGet();
                    return response.status(refuses ? 503 : 204).send();
                })
                .bindNow();
    }

    @AfterEach
    void stop() {
        chat.disposeNow();
        store.close();
    }

    private LinkHook hook() {
        URI url = URI.create("http://127.0.0.1:" + chat.port() + "/hook");
        return new LinkHook(url, SecretSource.of("secret", clock), store, keys, clock);
    }

    private LinkEvent event() {
        return LinkEvent.of("declined", new LinkAsk("mona", "", ""), "person", clock.instant());
    }

    @Test
    void tellsTheSameThingOnceHoweverOftenItIsToBeTold() {
        LinkHook hook = hook();
        LinkEvent event = event();
        hook.tell(event).then(hook.tell(event)).block();
        hook.work().block();
        hook.tell(event).block();
        hook.work().block();
        assertThat(heard).hasValue(1);
        hook.tell(event()).block();
        hook.work().block();
        assertThat(heard).hasValue(2);
    }

    @Test
    void ofTwoNodesOneTells() {
        LinkHook first = hook();
        LinkHook second = hook();
        first.tell(event()).block();
        Mono.when(first.work(), second.work()).block();
        assertThat(heard).hasValue(1);
    }

    @Test
    void waitsLongerAfterEachFailureAndStopsWhenItIsHeard() {
        refused.set(2);
        LinkHook hook = hook();
        hook.tell(event()).block();
        hook.work().block();
        hook.work().block();
        assertThat(heard).hasValue(1);
        clock.advance(Duration.ofSeconds(2));
        hook.work().block();
        assertThat(heard).hasValue(2);
        clock.advance(Duration.ofSeconds(2));
        hook.work().block();
        assertThat(heard).hasValue(2);
        clock.advance(Duration.ofSeconds(2));
        hook.work().block();
        assertThat(heard).hasValue(3);
        clock.advance(Duration.ofHours(2));
        hook.work().block();
        assertThat(heard).hasValue(3);
    }

    @Test
    void givesUpAfterADay() {
        refused.set(1);
        LinkHook hook = hook();
        hook.tell(event()).block();
        hook.work().block();
        clock.advance(Duration.ofDays(1));
        hook.work().block();
        assertThat(heard).hasValue(1);
    }

    @Test
    void withoutAnAddressNothingIsKept() {
        LinkHook silent = new LinkHook(null, null, store, keys, clock);
        silent.tell(event()).then(silent.work()).block();
        assertThat(heard).hasValue(0);
    }
}
