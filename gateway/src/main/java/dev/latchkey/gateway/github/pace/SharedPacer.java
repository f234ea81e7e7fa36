package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/** The pacer of a node: a desk for every principal that calls, closed when it has been quiet for a while. */
final class SharedPacer implements Pacer {

    private static final long QUIET = 600_000;
    private static final long SWEEP_EVERY = 30_000;
    private static final long MOST_NODES = 1L << 40;
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Map<String, Desk> desks = new ConcurrentHashMap<>();
    private final AtomicLong sweptAt = new AtomicLong();
    private final Desk.Staff staff;
    private final int mostPrincipals;

    SharedPacer(PaceProperties properties, Store store, Clock clock, Scheduler scheduler, Consumer<PaceEvent> events) {
        long node = ThreadLocalRandom.current().nextLong(MOST_NODES);
        Home home = new Home(store, clock, scheduler, node, properties.nodes());
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
                events);
        this.mostPrincipals = properties.principals();
    }

    @Override
    public Mono<Slot> enter(Call call) {
        return Mono.create(sink -> enter(call, sink));
    }

    private void enter(Call call, MonoSink<Slot> sink) {
        long now = staff.clock().millis();
        sweep(now);
        staff.home().count();
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

    /** What is left of each quota of everybody who called of late. */
    void tellLeftOver(LeftOver leftOver) {
        desks.values().forEach(desk -> desk.tellLeftOver(leftOver));
    }

    /** Calls that wait on this node. */
    int waiting() {
        return desks.values().stream().mapToInt(Desk::waiting).sum();
    }

    /** Calls under way from this node. */
    int underWay() {
        return staff.crew().busy();
    }

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
