package dev.latchkey.gateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LastingTest {

    private static final long NOTHING_SCHEDULED = -1;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Lasting lasting = new Lasting();
    private final List<String> told = new ArrayList<>();

    LastingTest() {
        channel.freezeTime();
    }

    private void begin(String name) {
        lasting.begin(() -> told.add(name), channel.eventLoop());
    }

    private long passASecond() {
        channel.advanceTimeBy(1, TimeUnit.SECONDS);
        return channel.runScheduledPendingTasks();
    }

    @Test
    void eachIsToldOnceAfterOneToTwoSeconds() {
        begin("first");
        channel.advanceTimeBy(900, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        begin("second");
        passASecond();
        assertThat(told).isEmpty();
        begin("third");
        passASecond();
        assertThat(told).containsExactly("first", "second");
        passASecond();
        passASecond();
        assertThat(told).containsExactly("first", "second", "third");
    }

    @Test
    void nothingIsLookedAtWhereNothingHappens() {
        begin("only");
        assertThat(passASecond()).isNotEqualTo(NOTHING_SCHEDULED);
        assertThat(passASecond()).isEqualTo(NOTHING_SCHEDULED);
        assertThat(told).containsExactly("only");
        begin("another");
        passASecond();
        passASecond();
        assertThat(told).containsExactly("only", "another");
    }
}
