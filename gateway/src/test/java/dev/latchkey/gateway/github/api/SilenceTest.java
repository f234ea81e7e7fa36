package dev.latchkey.gateway.github.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

class SilenceTest {

    private static final Silence.Bounds BOUNDS = new Silence.Bounds(Duration.ofMinutes(1), Duration.ofMinutes(10));

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final TestPublisher<ByteBuf> sender = TestPublisher.create();
    private final List<Throwable> failures = new ArrayList<>();
    private int read;
    private boolean completed;

    private final BaseSubscriber<ByteBuf> reader = new BaseSubscriber<>() {
        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // It asks when the test says so.
        }

        @Override
        protected void hookOnNext(ByteBuf part) {
            read++;
            part.release();
        }

        @Override
        protected void hookOnComplete() {
            completed = true;
        }

        @Override
        protected void hookOnError(Throwable failure) {
            failures.add(failure);
        }
    };

    SilenceTest() {
        new Silence(sender.flux(), BOUNDS, time).subscribe(reader);
    }

    private void pass(Duration span) {
        time.advanceTimeBy(span);
    }

    private void send() {
        sender.next(Unpooled.buffer(1));
    }

    @Test
    void endsWhatIsAwaitedInVain() {
        reader.request(2);
        send();
        pass(Duration.ofSeconds(55));
        assertThat(failures).isEmpty();
        pass(Duration.ofSeconds(16));

        assertThat(failures).hasExactlyElementsOfTypes(TimeoutException.class);
        sender.assertCancelled();
        pass(Duration.ofHours(1));
        assertThat(failures).as("and only once").hasSize(1);
    }

    @Test
    void leavesAReaderAsMuchTimeAsItWantsBetweenTwoParts() {
        for (int i = 0; i < 5; i++) {
            reader.request(1);
            send();
            pass(Duration.ofMinutes(9));
        }

        assertThat(failures).isEmpty();
        assertThat(read).isEqualTo(5);
        sender.complete();
        assertThat(completed).isTrue();
    }

    @Test
    void givesTheSenderItsWholeTimeWhenTheReaderComesBack() {
        reader.request(1);
        send();
        pass(Duration.ofMinutes(9));
        reader.request(1);
        pass(Duration.ofSeconds(55));
        assertThat(failures).isEmpty();
        send();
        assertThat(read).isEqualTo(2);
    }

    @Test
    void endsAReaderThatDoesNotComeBack() {
        reader.request(1);
        send();
        pass(Duration.ofMinutes(11));

        assertThat(failures).hasExactlyElementsOfTypes(TimeoutException.class);
        sender.assertCancelled();
    }

    @Test
    void letsPartsFlowThatNobodyCounts() {
        reader.requestUnbounded();
        for (int i = 0; i < 10; i++) {
            send();
            pass(Duration.ofSeconds(50));
        }
        assertThat(read).isEqualTo(10);
        assertThat(failures).isEmpty();
        pass(Duration.ofSeconds(71));
        assertThat(failures).hasSize(1);
    }

    @Test
    void isOverWhenTheReaderLeaves() {
        reader.request(1);
        reader.cancel();
        sender.assertCancelled();
        pass(Duration.ofHours(1));
        assertThat(failures).isEmpty();
    }
}
