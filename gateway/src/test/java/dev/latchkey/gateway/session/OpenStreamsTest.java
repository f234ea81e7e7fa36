package dev.latchkey.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

class OpenStreamsTest {

    private final OpenStreams streams = new OpenStreams();
    private final AtomicInteger closed = new AtomicInteger();

    @Test
    void endWithTheirSessionAndNoOther() {
        streams.track("ended", closed::incrementAndGet);
        streams.track("ended", closed::incrementAndGet);
        streams.track("other", () -> closed.addAndGet(100));
        streams.close("ended");
        streams.close("ended");
        assertThat(closed).hasValue(2);
        assertThat(streams.sessions()).containsExactly("other");
    }

    @Test
    void thatBeginWhenTheirSessionHasJustEndedAreClosedAtOnce() {
        streams.close("ended");
        streams.track("ended", closed::incrementAndGet);
        assertThat(closed).hasValue(1);
        assertThat(streams.sessions()).isEmpty();
    }

    @Test
    void areForgottenWhenTheyEndByThemselves() {
        Disposable tracked = streams.track("session", closed::incrementAndGet);
        tracked.dispose();
        streams.close("session");
        assertThat(closed).hasValue(0);
        assertThat(streams.sessions()).isEmpty();
    }
}
