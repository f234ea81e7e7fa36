package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/** The pacer of a node: a desk for every principal that calls, closed when it has been quiet for a while. */
final class SharedPacer implements Pacer, PaceGauges, AutoCloseable {

    private static final long QUIET = 600_000;
    private static final long SWEEP_EVERY = 30_000;
    private static final long MOST_NODES = 1L << 40;
    private static final long FRESH = 1_000;
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Map<String, Desk> desks = new ConcurrentHashMap<>();
    private final AtomicLong sweptAt = new AtomicLong();
    private final Desk.Staff staff;
    private final int mostPrincipals;
    private volatile Disposable counting = Disposables.disposed();
    private volatile Least least = new Least(0, Map.of());

    /**
     * A pacer with nobody at it.
     *
     * @param scheduler goes by the same time as the clock
     * @param deadlines goes by that of the store
     * @param random for which node goes first when several want the same; safe for many threads
     */
    SharedPacer(
            PaceProperties properties,
            Store store,
            Clock clock,
            Scheduler scheduler,
            Scheduler deadlines,
            RandomGenerator random,
            Consumer<PaceEvent> events) {
        long node = random.nextLong(MOST_NODES);
        Home home = new Home(store, clock, scheduler, deadlines, node, properties.nodes());
        this.staff = new Desk.Staff(
                home,
                new Crew(properties.overall(), home::nodes, scheduler),
                new Resources(),
                properties.limits(),
                new Weights(properties.weights()),
                properties.queue(),
                node,
                clock,
                scheduler,
                random,
                events);
        this.mostPrincipals = properties.principals();
    }

    /** From now on other nodes count this one among those that share the limits, until it is closed. */
    void start() {
        counting = staff.home().countNowAndAgain();
    }

    @Override
    public void close() {
        counting.dispose();
        desks.values().forEach(Desk::close);
    }

    @Override
    public Mono<Slot> enter(Call call) {
        // A slot that comes just as its caller goes away would be lost with its place.
        return Mono.<Slot>create(sink -> enter(call, sink)).doOnDiscard(Slot.class, Slot::done);
    }

    private void enter(Call call, MonoSink<Slot> sink) {
        long now = staff.clock().millis();
        sweep(now);
        Ticket ticket = new Ticket(call, Nature.of(call, staff.resources()), sink);
        Desk desk;
        do {
            desk = deskOf(call.principal());
            if (desk == null) {
                ticket.refuse(Problem.of(ProblemCode.GITHUB_LIMITED, Reason.CROWD.words())
                        .retryAfter(SOON));
                return;
            }
        } while (!desk.enter(ticket));
        Desk entered = desk;
        sink.onCancel(() -> entered.leave(ticket));
    }

    @Override
    public @Nullable QuotaView quota(String principal, String resource) {
        Desk desk = desks.get(principal);
        return desk == null ? null : desk.quota(resource);
    }

    @Override
    public int waiting() {
        return desks.values().stream().mapToInt(Desk::waiting).sum();
    }

    @Override
    public int underWay() {
        return staff.crew().busy();
    }

    @Override
    public Set<String> resources() {
        return Resources.labels();
    }

    @Override
    public double leastLeft(String resource) {
        return least(staff.clock().millis()).parts().getOrDefault(resource, Double.NaN);
    }

    /** One look at every desk serves for all that is asked within a second. */
    private Least least(long now) {
        Least known = least;
        if (Math.abs(now - known.at()) < FRESH) {
            return known;
        }
        Map<String, Double> parts = new HashMap<>();
        desks.values().forEach(desk -> desk.tellLeftOver((resource, part) -> parts.merge(resource, part, Math::min)));
        least = new Least(now, Map.copyOf(parts));
        return least;
    }

    private record Least(long at, Map<String, Double> parts) {}

    int principals() {
        return desks.size();
    }

    private @Nullable Desk deskOf(String principal) {
        Desk known = desks.get(principal);
        if (known != null && !known.closeIfIdleSince(Long.MIN_VALUE)) {
            return known;
        }
        if (desks.size() >= mostPrincipals) {
            sweepUntil(staff.clock().millis());
        }
        return desks.size() >= mostPrincipals
                ? null
                : desks.compute(
                        principal,
                        (name, desk) ->
                                desk == null || desk.closeIfIdleSince(Long.MIN_VALUE) ? new Desk(name, staff) : desk);
    }

    private void sweep(long now) {
        long last = sweptAt.get();
        if (now - last >= SWEEP_EVERY && sweptAt.compareAndSet(last, now)) {
            sweepUntil(now - QUIET);
        }
    }

    private void sweepUntil(long then) {
        desks.values().removeIf(desk -> desk.closeIfIdleSince(then));
    }
}
