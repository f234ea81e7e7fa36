package dev.latchkey.gateway.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * GitHub's secondary limits for one person, over any minute that ends with a call: 100 calls under way, 900 points, 90
 * seconds of work; and no two changes at once or within a second. A call that goes beyond one is refused as GitHub does it,
 * and written down. Whatever is asked with the person's tokens counts.
 */
public final class SecondaryLimits {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration WORK = Duration.ofSeconds(90);
    private static final Duration BETWEEN_CHANGES = Duration.ofSeconds(1);
    private static final int UNDER_WAY = 100;
    private static final int POINTS = 900;

    private final Clock clock;
    private final List<Work> works = new ArrayList<>();
    private final List<String> trips = new ArrayList<>();
    private int mostUnderWay;

    SecondaryLimits(Clock clock) {
        this.clock = clock;
    }

    /** What is done for a call until it is answered. */
    private static final class Work {

        private final Instant began;
        private final boolean change;
        private Instant ended;
        private boolean refused;

        private Work(Instant began, boolean change) {
            this.began = began;
            this.change = change;
        }

        private Duration within(Instant from, Instant to) {
            Instant first = began.isBefore(from) ? from : began;
            Instant last = ended == null || ended.isAfter(to) ? to : ended;
            return last.isAfter(first) ? Duration.between(first, last) : Duration.ZERO;
        }
    }

    Reply around(Call call, Supplier<Reply> answer) {
        Work work = begin(!call.method().equals("GET") && !call.method().equals("HEAD"));
        Reply reply = answer.get();
        end(work);
        return work.refused ? Quotas.secondaryLimit(403) : reply;
    }

    private synchronized Work begin(boolean change) {
        Work work = new Work(clock.instant(), change);
        if (change) {
            see(work, works.stream().anyMatch(each -> isTooClose(each, work)), "changes at once, or within a second");
        }
        works.add(work);
        int underWay = (int) works.stream().filter(each -> each.ended == null).count();
        mostUnderWay = Math.max(mostUnderWay, underWay);
        see(work, underWay > UNDER_WAY, "calls under way: " + underWay);
        int points = pointsSince(work.began.minus(MINUTE));
        see(work, points > POINTS, "points in a minute: " + points);
        return work;
    }

    private static boolean isTooClose(Work earlier, Work work) {
        return earlier.change
                && (earlier.ended == null || earlier.began.plus(BETWEEN_CHANGES).isAfter(work.began));
    }

    private synchronized void end(Work work) {
        work.ended = clock.instant();
        Duration spent = spentBetween(work.ended.minus(MINUTE), work.ended);
        see(work, spent.compareTo(WORK) > 0, "work in a minute: " + spent);
    }

    private int pointsSince(Instant then) {
        return works.stream()
                .filter(each -> each.began.isAfter(then))
                .mapToInt(each -> each.change ? 5 : 1)
                .sum();
    }

    private void see(Work work, boolean exceeded, String words) {
        if (exceeded) {
            work.refused = true;
            trips.add(clock.instant() + " " + words);
        }
    }

    /** The work that was done between two moments, added up. */
    public synchronized Duration spentBetween(Instant from, Instant to) {
        return works.stream().map(each -> each.within(from, to)).reduce(Duration.ZERO, Duration::plus);
    }

    /** The limits that were met, each told in a line. */
    public synchronized List<String> trips() {
        return List.copyOf(trips);
    }

    public synchronized int mostUnderWay() {
        return mostUnderWay;
    }
}
