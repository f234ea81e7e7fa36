package dev.latchkey.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogWriterTest {

    private final List<String> written = new CopyOnWriteArrayList<>();

    @Test
    void keepsNobodyWaitingWhenTheLogIsSlowAndTellsWhatItDropped() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        LogWriter<Integer> writer = new LogWriter<>(
                "slow-log",
                4,
                event -> {
                    busy.countDown();
                    await(free);
                    written.add("line " + event);
                },
                missing -> written.add("lost " + missing));
        writer.write(0);
        busy.await();
        // One is being written and four wait: of ten more, six find no room. No call came back late, or this would
        // hang.
        IntStream.rangeClosed(1, 10).forEach(writer::write);
        assertThat(writer.dropped()).isEqualTo(6);
        free.countDown();
        writer.close();
        assertThat(written).containsExactly("line 0", "lost 6", "line 1", "line 2", "line 3", "line 4");
    }

    @Test
    void whatLeavesRoomForOthersTakesNoneOfIt() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        LogWriter<Integer> writer = new LogWriter<>(
                "flooded-log",
                4,
                event -> {
                    busy.countDown();
                    await(free);
                    written.add("line " + event);
                },
                missing -> {});
        writer.write(0);
        busy.await();
        IntStream.rangeClosed(1, 10).forEach(flood -> writer.write(flood, 2));
        writer.write(11);
        writer.write(12);
        assertThat(writer.dropped()).isEqualTo(8);
        free.countDown();
        writer.close();
        assertThat(written).containsExactly("line 0", "line 1", "line 2", "line 11", "line 12");
    }

    @Test
    void goesOnAfterALineThatCannotBeWritten() {
        LogWriter<Integer> writer = new LogWriter<>(
                "failing-log",
                4,
                event -> {
                    if (event == 1) {
                        throw new IllegalStateException("meant for a test");
                    }
                    written.add("line " + event);
                },
                missing -> {});
        writer.write(1);
        writer.write(2);
        writer.close();
        assertThat(written).containsExactly("line 2");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
