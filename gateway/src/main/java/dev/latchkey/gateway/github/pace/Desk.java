package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Where the calls of one principal on this node wait, and what happens to them is written down.
 *
 * <p>It works in turns. A turn takes the ledger as last known, tells it what happened since, lets go whom it lets go, and
 * puts the result in place of the known one; only when that has worked do the calls go. If another node was faster, the turn
 * is done again with what that one wrote. However many calls wait, there is one such step under way, and what comes meanwhile
 * is for the next.
 */
final class Desk {

    private static final Logger LOG = LoggerFactory.getLogger(Desk.class);

    /** What happened is told to other nodes after so long, unless a call takes it along earlier. */
    private static final long TELL_WITHIN = 100;

    /** How often to look whether a call on another node has ended, while one here waits for it. */
    private static final long LOOK_EVERY = 100;

    private static final long LOOK_ANYWAY = 2_000;

    /** An app with more calls waiting is at something that has time. */
    private static final int BATCH = 10;

    /** So is one of which more were turned away since the last that went. */
    private static final int PUSHING = 5;

    private static final int MOST_APPS = 1_000;

    private static final long SOON = 1_000;
    private static final int PATIENT_LOSSES = 3;
    private static final long LOSER_WAITS = 10;

    private final String principal;
    private final Staff staff;
    private final Queue queue = new Queue();
    private final List<Happening> untold = new ArrayList<>();
    private final List<Runnable> outbox = new ArrayList<>();
    private final Map<String, Integer> turnedAway = new HashMap<>();
    private final Runnable wake = this::woken;

    private @Nullable Ledger ledger;
    private byte @Nullable [] stored;
    /** What it is as of the last turn, told or not. */
    private @Nullable Ledger current;
    /** When this node's ledger and the stored one were last the same. */
    private long agreed;

    /** Whether this node has gone by its own ledger since. */
    private boolean apart;

    /** Its own ledger while what became of both is not yet stored. */
    private @Nullable Ledger own;

    /** How far this node goes ahead of its clock, since another's is ahead. */
    private long lead;

    private boolean busy;
    private boolean closed;
    private int losses;
    /** When a call that waits may go at the earliest. */
    private long lookAt = Long.MAX_VALUE;

    private long readAt = Long.MAX_VALUE;

    private long tellAt = Long.MAX_VALUE;
    private long renewAt = Long.MAX_VALUE;
    private long numbers;
    private int flying;
    private long usedAt;
    private @Nullable Disposable alarm;
    private long alarmAt = Long.MAX_VALUE;

    /** What all desks of a node share. */
    record Staff(
            Home home,
            Crew crew,
            Resources resources,
            Limits limits,
            Weights weights,
            int longestQueue,
            long node,
            Clock clock,
            Scheduler scheduler,
            RandomGenerator random,
            Consumer<PaceEvent> events) {}

    /** What a turn would change. */
    private record Plan(Ledger work, List<Ticket> leaving, int told, boolean worthwhile) {}

    Desk(String principal, Staff staff) {
        this.principal = principal;
        this.staff = staff;
        this.usedAt = now();
    }

    /** Takes a call in; false if the desk is closed and another must be opened. */
    boolean enter(Ticket ticket) {
        synchronized (this) {
            if (closed) {
                return false;
            }
            usedAt = now();
            ticket.arrive(usedAt, ++numbers);
            if (queue.size() >= staff.longestQueue()) {
                refuse(ticket, Reason.CROWD, SOON);
            } else {
                queue.add(ticket);
            }
        }
        turn();
        return true;
    }

    /** The caller went away. */
    void leave(Ticket ticket) {
        synchronized (this) {
            if (ticket.state == Ticket.State.SERVED) {
                return;
            }
            ticket.state = Ticket.State.GONE;
            if (!queue.remove(ticket)) {
                return;
            }
        }
        turn();
    }

    /** Ends the desk if nothing has happened there since then; true if it is closed. */
    synchronized boolean closeIfIdleSince(long then) {
        closed |= usedAt < then && queue.isEmpty() && flying == 0 && untold.isEmpty() && !busy && !apart;
        if (closed && alarm != null) {
            alarm.dispose();
        }
        return closed;
    }

    /** The node ends: who waits is told so, and nothing more is done. */
    void close() {
        synchronized (this) {
            closed = true;
            queue.find(ticket -> true).forEach(ticket -> dismiss(ticket, Reason.CROWD, SOON));
            if (alarm != null) {
                alarm.dispose();
            }
        }
        deliver();
    }

    @Nullable
    QuotaView quota(String resource) {
        synchronized (this) {
            return current == null ? null : current.view(resource, now());
        }
    }

    /** The parts of its quotas that are left, for whoever wants to see the lowest. */
    synchronized void tellLeftOver(LeftOver leftOver) {
        if (current != null) {
            long now = now();
            current.buckets().forEach((resource, bucket) -> {
                if (bucket.isKnown(now)) {
                    leftOver.see(Resources.label(resource), bucket.leftOver());
                }
            });
        }
    }

    synchronized int waiting() {
        return queue.size();
    }

    private void woken() {
        turn();
        staff.crew().wakeNext();
    }

    /** The time that all nodes go by. */
    private long now() {
        return staff.clock().millis() + lead;
    }

    private void turn() {
        Runnable step;
        synchronized (this) {
            step = nextStep();
        }
        step.run();
        deliver();
    }

    /** Decides under the lock what is then done outside of it. */
    private Runnable nextStep() {
        if (busy || closed) {
            return () -> {};
        }
        boolean away = staff.home().isAway();
        if (!away && (ledger == null || (apart && own == null) || readAt <= now())) {
            busy = true;
            return this::fetch;
        }
        if (ledger == null) {
            ledger = new Ledger();
            agreed = now();
            apart = true;
        }
        Plan plan = plan(ledger, limits());
        if (!plan.worthwhile()) {
            setAlarm();
            return () -> {};
        }
        if (away) {
            apart = true;
            settle(plan);
            setAlarm();
            return () -> {};
        }
        busy = true;
        byte[] value = plan.work().write();
        return () -> save(plan, value);
    }

    private Plan plan(Ledger known, Limits limits) {
        Ledger work = known.copy();
        long now = now();
        work.begin(staff.node(), now);
        untold.forEach(happening -> work.apply(staff.node(), happening, limits));
        List<Ticket> leaving = letGo(work, now, limits);
        refuseHopeless(work, now, limits);
        boolean news = work.announce(staff.node(), queue.lines(), now);
        boolean due = !untold.isEmpty() && (!queue.isEmpty() || tellAt <= now) || renewAt <= now;
        current = work;
        return new Plan(work, leaving, untold.size(), news || due || own != null || !leaving.isEmpty());
    }

    private Limits limits() {
        int sharers = staff.home().sharers();
        return sharers == 1 ? staff.limits() : staff.limits().sharedBy(sharers);
    }

    private List<Ticket> letGo(Ledger work, long now, Limits limits) {
        List<Ticket> leaving = new ArrayList<>();
        Ticket next = firstFree(work, now, limits);
        while (next != null && staff.crew().take(wake)) {
            boolean batch = isBatch(next);
            queue.remove(next);
            next.state = Ticket.State.LEAVING;
            work.admit(
                    staff.node(),
                    next.number,
                    next.nature,
                    next.call.app(),
                    staff.weights().of(next.call.app()),
                    batch,
                    now,
                    limits);
            leaving.add(next);
            next = firstFree(work, now, limits);
        }
        return leaving;
    }

    private boolean isBatch(Ticket ticket) {
        return queue.waiting(ticket.line) > BATCH || turnedAway.getOrDefault(ticket.call.app(), 0) > PUSHING;
    }

    /** What a call ahead waits for, others do not take before it. */
    private @Nullable Ticket firstFree(Ledger work, long now, Limits limits) {
        Set<String> claims = new HashSet<>();
        lookAt = Long.MAX_VALUE;
        readBy(queue.isEmpty() ? Long.MAX_VALUE : now + LOOK_ANYWAY, now);
        for (Ticket head : queue.heads(work::tag)) {
            if (claims.stream().anyMatch(head.nature::needs)) {
                continue;
            }
            Gate gate = gate(work, head, now, limits);
            if (gate.isOpen(now)) {
                return head;
            }
            head.reason = gate.reason();
            lookAt = Math.min(lookAt, gate.at());
            if (gate.at() == Gate.UNKNOWN && work.isUsedBesides(staff.node())) {
                readBy(now + LOOK_EVERY, now);
            }
            if (!gate.claim().isEmpty()) {
                claims.add(gate.claim());
            }
        }
        return null;
    }

    /** What others have written is read by then, unless it comes to light earlier. */
    private void readBy(long then, long now) {
        readAt = readAt <= now || then == Long.MAX_VALUE ? then : Math.min(readAt, then);
    }

    private Gate gate(Ledger work, Ticket ticket, long now, Limits limits) {
        Gate gate = work.gate(ticket.nature, ticket.call.app(), now, limits);
        return work.courteous(gate, ticket.line, staff.node(), now);
    }

    private void refuseHopeless(Ledger work, long now, Limits limits) {
        if (queue.isEmpty()) {
            return;
        }
        for (Ticket head : queue.heads(work::tag)) {
            Gate gate = work.gate(head.nature, head.call.app(), now, limits);
            if (gate.at() != Gate.UNKNOWN && gate.at() > now) {
                boolean forAll = gate.reason() == Reason.STOPPED || gate.reason() == Reason.QUOTA;
                Line line = forAll ? head.line : null;
                queue.find(each -> gate.at() > each.deadline && (each == head || each.line.equals(line)))
                        .forEach(each -> dismiss(each, gate.reason(), gate.at() - now));
            }
        }
        for (Ticket ticket : queue.find(each -> each.deadline <= now || !each.considered)) {
            consider(ticket, work, now, limits);
        }
    }

    private void consider(Ticket ticket, Ledger work, long now, Limits limits) {
        ticket.considered = true;
        String app = ticket.call.app();
        int ahead = ticket.call.isOwn() ? 0 : queue.ahead(ticket);
        long estimate = work.estimate(ticket.nature, app, ahead, now, limits);
        if (estimate > ticket.deadline || ticket.deadline <= now) {
            Gate gate = work.gate(ticket.nature, app, now, limits);
            Reason reason = gate.reason() == Reason.NONE ? Reason.FAIRNESS : gate.reason();
            dismiss(ticket, reason, Math.max(SOON, estimate - now));
        }
    }

    private void dismiss(Ticket ticket, Reason reason, long after) {
        if (queue.remove(ticket)) {
            // Others may go now that it stands before them no more.
            lookAt = Math.min(lookAt, now() + 1);
            refuse(ticket, reason, after);
        }
    }

    private void refuse(Ticket ticket, Reason reason, long after) {
        ticket.state = Ticket.State.GONE;
        if (turnedAway.size() < MOST_APPS) {
            turnedAway.merge(ticket.call.app(), 1, Integer::sum);
        }
        Problem problem = Problem.of(ProblemCode.GITHUB_LIMITED, reason.words())
                .retryAfter(Duration.ofMillis(Math.max(SOON, after)));
        outbox.add(() -> ticket.refuse(problem));
        tell(new PaceEvent.Refused(ticket.call.app(), Resources.label(ticket.nature.resource()), reason.label()));
    }

    /** The plan holds: who was let go goes. */
    private void settle(Plan plan) {
        ledger = plan.work();
        untold.subList(0, plan.told()).clear();
        tellAt = untold.isEmpty() ? Long.MAX_VALUE : tellAt;
        plan.leaving().forEach(this::serve);
        renewAt = flying == 0 ? Long.MAX_VALUE : now() + Ledger.LEASE / 3;
    }

    private void serve(Ticket ticket) {
        flying++;
        Place place = new Place(ticket.number, ticket.call, ticket.nature.resource());
        if (ticket.state == Ticket.State.GONE) {
            outbox.add(place::neverUsed);
            return;
        }
        ticket.state = Ticket.State.SERVED;
        turnedAway.remove(ticket.call.app());
        outbox.add(() -> ticket.serve(place));
        tell(new PaceEvent.Went(
                ticket.call.app(),
                Resources.label(ticket.nature.resource()),
                ticket.reason.label(),
                Duration.ofMillis(Math.max(0, now() - ticket.arrived))));
    }

    private void tell(PaceEvent event) {
        outbox.add(() -> staff.events().accept(event));
    }

    private void save(Plan plan, byte[] value) {
        staff.home()
                .save(principal, stored, value)
                .subscribe(won -> saved(plan, value, won), failure -> notAgreed(plan, failure));
    }

    private void saved(Plan plan, byte[] value, boolean won) {
        synchronized (this) {
            if (won) {
                busy = false;
                losses = 0;
                stored = value;
                agreed = now();
                apart = false;
                own = null;
                settle(plan);
            } else {
                losses++;
                putBack(plan);
            }
        }
        if (won) {
            turn();
        } else if (losses <= PATIENT_LOSSES) {
            fetch();
        } else {
            long wait = staff.random().nextLong(LOSER_WAITS * losses);
            staff.scheduler().schedule(this::fetch, wait, TimeUnit.MILLISECONDS);
        }
    }

    private void putBack(Plan plan) {
        for (int i = plan.leaving().size() - 1; i >= 0; i--) {
            Ticket ticket = plan.leaving().get(i);
            staff.crew().giveBack();
            if (ticket.state == Ticket.State.LEAVING) {
                ticket.state = Ticket.State.QUEUED;
                queue.putBack(ticket);
            }
        }
    }

    private void notAgreed(Plan plan, Throwable failure) {
        LOG.debug("A ledger was not written", failure);
        synchronized (this) {
            // It may have been written all the same: what comes of that is sorted out when the store is back.
            putBack(plan);
            apart = true;
            own = null;
            busy = false;
        }
        turn();
    }

    private void fetch() {
        staff.home().load(principal).subscribe(this::fetched, this::notFetched);
    }

    private void fetched(Optional<byte[]> found) {
        synchronized (this) {
            busy = false;
            readAt = Long.MAX_VALUE;
            stored = found.orElse(null);
            Ledger there = found.map(Desk::read).orElseGet(Ledger::new);
            lead = Math.max(lead, there.leadOver(staff.clock().millis()));
            if (apart) {
                own = own == null ? ledger : own;
                there.takeIn(Objects.requireNonNull(own), staff.node(), agreed);
            } else {
                agreed = now();
            }
            ledger = there;
        }
        turn();
    }

    private void notFetched(Throwable failure) {
        LOG.debug("A ledger was not read", failure);
        synchronized (this) {
            busy = false;
        }
        turn();
    }

    /** One that cannot be read says nothing; a newer release may have written it. */
    private static Ledger read(byte[] bytes) {
        try {
            return Ledger.read(bytes);
        } catch (RuntimeException e) {
            LOG.warn("A ledger of calls to GitHub cannot be read and is begun anew: {}", e.toString());
            return new Ledger();
        }
    }

    private void setAlarm() {
        long now = now();
        long next = Math.min(tellAt, renewAt);
        next = Math.min(next, Math.min(lookAt, queue.firstDeadline()));
        if (readAt > now) {
            next = Math.min(next, readAt);
        }
        if (apart) {
            next = Math.min(next, now + SOON);
        }
        ring(next, now);
    }

    private void ring(long at, long now) {
        long when = Math.max(at, now + 1);
        if (alarm != null && !alarm.isDisposed() && alarmAt == when) {
            return;
        }
        if (alarm != null) {
            alarm.dispose();
        }
        alarmAt = when;
        alarm = at == Long.MAX_VALUE
                ? null
                : staff.scheduler().schedule(this::alarmed, when - now, TimeUnit.MILLISECONDS);
    }

    private void alarmed() {
        synchronized (this) {
            alarm = null;
        }
        turn();
    }

    private void happened(Happening happening, boolean urgent) {
        synchronized (this) {
            untold.add(happening);
            long now = now();
            usedAt = now;
            tellAt = Math.min(tellAt, urgent ? now : now + TELL_WITHIN);
            if (!(happening instanceof Happening.Answered)) {
                flying--;
            }
        }
        turn();
    }

    private synchronized long presently() {
        return now();
    }

    /** Outside of the lock, and on no thread of the store's. */
    private void deliver() {
        List<Runnable> out;
        synchronized (this) {
            if (outbox.isEmpty()) {
                return;
            }
            out = List.copyOf(outbox);
            outbox.clear();
        }
        staff.scheduler().schedule(() -> out.forEach(Runnable::run));
    }

    /** The slot of a call that went from this desk. */
    private final class Place implements Slot {

        private final long number;
        private final Call call;
        private final String resource;
        private boolean answered;
        private boolean lingering;
        private boolean done;

        Place(long number, Call call, String resource) {
            this.number = number;
            this.call = call;
            this.resource = resource;
        }

        @Override
        public void answered(int status, HttpHeaders headers, Supplier<@Nullable String> bodyStart) {
            synchronized (this) {
                if (answered || done) {
                    return;
                }
                answered = true;
            }
            Answer answer = Answer.of(call.kind(), status, headers, bodyStart, presently());
            count(answer);
            happened(new Happening.Answered(number, resource, answer), !(answer.verdict() instanceof Verdict.Within));
        }

        private void count(Answer answer) {
            Answer.Quota quota = answer.quota();
            String used = quota == null || quota.resource() == null ? resource : quota.resource();
            if (call.kind() == Kind.REST && quota != null && quota.resource() != null) {
                staff.resources().learn(call.path(), used);
            }
            String label = Resources.label(used);
            String template = RouteTemplates.of(call.path());
            if (!answer.isFree()) {
                staff.events().accept(new PaceEvent.Spent(call.app(), label, template));
            }
            if (answer.verdict() instanceof Verdict.Spent) {
                staff.events().accept(new PaceEvent.Limited(call.app(), label, template, "primary"));
            } else if (answer.verdict() instanceof Verdict.Secondary) {
                staff.events().accept(new PaceEvent.Limited(call.app(), label, template, "secondary"));
            }
        }

        @Override
        public void done() {
            if (end()) {
                happened(new Happening.Over(number, presently()), false);
            }
        }

        void neverUsed() {
            if (end()) {
                happened(new Happening.Unsent(number), true);
            }
        }

        @Override
        public void lingers() {
            synchronized (this) {
                if (done || lingering) {
                    return;
                }
                lingering = true;
            }
            staff.crew().giveBack();
        }

        private boolean end() {
            boolean held;
            synchronized (this) {
                if (done) {
                    return false;
                }
                done = true;
                held = !lingering;
            }
            if (held) {
                staff.crew().giveBack();
            }
            return true;
        }
    }
}
