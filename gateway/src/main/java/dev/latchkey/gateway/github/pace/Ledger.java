package dev.latchkey.gateway.github.pace;

import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one principal's dealings with GitHub, over all nodes; from it follows when a call may go. It has no
 * clock and no threads, only the milliseconds it is told.
 *
 * <p>A limit that slides over a minute is kept without knowing when within its flight GitHub counts a call. Until its answer
 * is here a call counts in full; from then on it counts for a minute. Take any minute of GitHub's and the last call let go of
 * those counted in it: at that moment each of the others was either unanswered or answered within the minute before, so they
 * were all counted here too. Likewise a change begins a second after the answer to the last, not after its start.
 *
 * <p>Nodes write it in turn, each by its own clock. It goes by the one that is ahead, as long as that is by seconds only.
 */
final class Ledger {

    static final long MINUTE = 60_000;
    static final long HOUR = 60 * MINUTE;

    /** How long it matters: the longest window, and a stop with its memory. */
    static final long KEPT = 2 * HOUR;

    /** Without a sign of life for so long, a node's calls are thought to be over. */
    static final long LEASE = 60_000;

    /** Whoever never says that a call is over does not hold its place for ever. */
    private static final long LONGEST_FLIGHT = 600_000;

    private static final int FORM = 1;
    private static final long SKEW = 500;
    private static final long MOST_AHEAD = 5_000;
    private static final int MOST_BUCKETS = 32;
    private static final int MOST_WAITING = 200;
    private static final long FIRST_PEAK = 1_000;
    private static final long SHORTEST_PEAK = 50;

    /** GitHub breaks off what takes it longer; more than that is not its work. */
    private static final long LONGEST = 10_000;

    private static final long WAITING_LEASE = 5_000;

    /** How long a slot that belongs to a call on another node is left to it. */
    private static final long COURTESY = 300;

    private long latest;
    private Stop stop = new Stop();
    private Shares shares = new Shares();
    private final Map<String, Bucket> buckets = new HashMap<>();
    private final Map<Long, Long> leases = new HashMap<>();
    private final List<Flight> flights = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final Window points = new Window(MINUTE + SKEW, 1_000);
    private final Window graphPoints = new Window(MINUTE + SKEW, 1_000);
    private final Window cpu = new Window(MINUTE + SKEW, 1_000);
    private final Window graphCpu = new Window(MINUTE + SKEW, 1_000);
    private final Window contentMinute = new Window(MINUTE + SKEW, 1_000);
    private final Window contentHour = new Window(HOUR + SKEW, MINUTE);
    private final List<Window> windows = List.of(points, graphPoints, cpu, graphCpu, contentMinute, contentHour);
    private long peak = FIRST_PEAK;
    private long graphPeak = FIRST_PEAK;
    private long writeEnded;
    private long notifyEnded;

    /** That calls of an app wait on a node, as it says until then. */
    private record Waiting(long node, long until, Line line) {}

    /** How far the clock of whoever wrote last is ahead; nothing if it is ahead by more than clocks that are set can be. */
    long leadOver(long clock) {
        return latest > clock && latest - clock <= MOST_AHEAD ? latest - clock : 0;
    }

    /** A node is alive and works with this ledger. Calls of nodes that are not are over. */
    void begin(long node, long now) {
        latest = Math.max(latest, now);
        leases.put(node, now + LEASE);
        leases.values().removeIf(until -> until <= now);
        waiting.removeIf(each -> each.until <= now);
        for (Flight flight : List.copyOf(flights)) {
            if (!leases.containsKey(flight.node()) || now - flight.began() > LONGEST_FLIGHT) {
                // Nobody knows how long it took; most likely no longer than the others.
                land(flight, now, flight.graph() ? graphPeak : peak);
            }
        }
    }

    /** When that call may go, without regard to whose turn it is. */
    Gate gate(Nature nature, String app, long now, Limits limits) {
        if (stop.until() > now) {
            return new Gate(stop.until(), Reason.STOPPED, Nature.ANYTHING);
        }
        if (flights.size() >= limits.concurrency() || (stop.isUnproven() && !flights.isEmpty())) {
            return new Gate(Gate.UNKNOWN, stop.isUnproven() ? Reason.SCOUT : Reason.CONCURRENCY, Nature.ANYTHING);
        }
        Bucket bucket = buckets.get(known(nature.resource()));
        Gate gate = bucket == null ? scout(nature.resource(), app) : gate(bucket, nature.resource(), app, now, limits);
        return gate.later(pointsGate(nature, now, limits))
                .later(cpuGate(nature.graph(), now, limits))
                .later(nature.write() ? writeGate(nature, now, limits) : Gate.OPEN);
    }

    /** What is left is spread over time, but for an app that has had less than others: it has its next call beforehand. */
    private Gate gate(Bucket bucket, String resource, String app, long now, Limits limits) {
        int flying = flying(resource);
        Gate gate = bucket.gate(now, flying, limits, Call.OWN.equals(app));
        return gate.reason() == Reason.SPACING && shares.isBehind(app) ? Gate.OPEN : gate;
    }

    /** Of a quota of which nothing is known, one call finds out; the gateway's own are few, and somebody's sign-in waits for them. */
    private Gate scout(String resource, String app) {
        return flying(resource) > 0 && !Call.OWN.equals(app)
                ? new Gate(Gate.UNKNOWN, Reason.SCOUT, resource)
                : Gate.OPEN;
    }

    private Gate pointsGate(Nature nature, long now, Limits limits) {
        Window window = nature.graph() ? graphPoints : points;
        long most = nature.graph() ? limits.graphPoints() : limits.points();
        long over = window.sum(now) + nature.points() - most;
        for (Flight flight : flights) {
            over += flight.graph() == nature.graph() && !flight.answered() ? flight.points() : 0;
        }
        return over <= 0
                ? Gate.OPEN
                : new Gate(
                        window.freedAt(over), Reason.POINTS, nature.graph() ? Nature.GRAPH_POINTS : Nature.REST_POINTS);
    }

    private Gate cpuGate(boolean graph, long now, Limits limits) {
        long ofGraph = graphCpu.sum(now) + underway(true, now) + (graph ? graphPeak : 0);
        long all = ofGraph + cpu.sum(now) + underway(false, now) + (graph ? 0 : peak);
        Gate gate = Gate.OPEN;
        if (all > limits.cpu()) {
            gate = new Gate(freedAt(all - limits.cpu()), Reason.CPU, Nature.CPU);
        }
        return graph && ofGraph > limits.graphCpu()
                ? gate.later(graphCpu.freedAt(ofGraph - limits.graphCpu()), Reason.CPU, Nature.GRAPH_CPU)
                : gate;
    }

    /** A call under way takes as long as it already has, or as the slow ones of late. */
    private long underway(boolean graph, long now) {
        long sum = 0;
        for (Flight flight : flights) {
            if (!flight.answered() && flight.graph() == graph) {
                sum += Math.max(Math.min(LONGEST, now - flight.began()), graph ? graphPeak : peak);
            }
        }
        return sum;
    }

    /** A moment by which so much was surely freed of both together; what is freed earlier is found out by asking again. */
    private long freedAt(long amount) {
        long rest = cpu.freedAt(amount);
        long graph = graphCpu.freedAt(amount);
        if (rest == Gate.UNKNOWN && graph == Gate.UNKNOWN) {
            return Math.min(cpu.freedAt(1), graphCpu.freedAt(1));
        }
        return Math.min(rest, graph);
    }

    private Gate writeGate(Nature nature, long now, Limits limits) {
        for (Flight flight : flights) {
            if (flight.write()) {
                return new Gate(Gate.UNKNOWN, Reason.WRITES, "");
            }
        }
        // Another node's clock may be behind.
        long margin = leases.size() > 1 ? SKEW : 0;
        Gate gate = Gate.OPEN.later(writeEnded + limits.writeGap() + margin, Reason.WRITES, "");
        if (nature.notifying()) {
            gate = gate.later(notifyEnded + limits.notifyGap() + margin, Reason.NOTIFICATIONS, "");
        }
        return nature.content()
                ? gate.later(full(contentMinute, limits.contentAMinute(), now))
                        .later(full(contentHour, limits.contentAnHour(), now))
                : gate;
    }

    private static Gate full(Window window, int most, long now) {
        long over = window.sum(now) + 1 - most;
        return over <= 0 ? Gate.OPEN : new Gate(window.freedAt(over), Reason.CONTENT, "");
    }

    /**
     * The same gate, or a later one if a call that waits on another node has the turn: what has just come free is left to it
     * for a moment.
     */
    Gate courteous(Gate gate, Line line, long node, long now) {
        long own = shares.tag(line.app());
        if (gate.at() > now || now >= gate.at() + COURTESY) {
            return gate;
        }
        for (Waiting each : waiting) {
            if (each.node != node && each.line.competesWith(line) && shares.tag(each.line.app()) < own) {
                return new Gate(gate.at() + COURTESY, Reason.FAIRNESS, "");
            }
        }
        return gate;
    }

    long tag(String app) {
        return shares.tag(app);
    }

    /** The call goes now. */
    void admit(long node, long number, Nature nature, String app, int weight, boolean batch, long now, Limits limits) {
        int flying = flying(nature.resource());
        bucket(nature.resource()).take(now, flying, limits);
        shares.take(app, nature.points(), weight, batch);
        flights.add(Flight.of(node, number, nature, now));
    }

    /** What this node says of its calls. */
    void apply(long node, Happening happening, Limits limits) {
        Flight flight = flight(node, happening.number());
        if (happening instanceof Happening.Answered answered) {
            answered(flight, answered, limits);
        } else if (flight != null && happening instanceof Happening.Over over) {
            land(flight, over.at(), over.at() - flight.began());
        } else if (flight != null) {
            flights.remove(flight);
        }
    }

    private void answered(@Nullable Flight flight, Happening.Answered answered, Limits limits) {
        Answer answer = answered.answer();
        if (flight != null && !flight.answered()) {
            count(flight, answer.at(), answer.at() - flight.began());
            flights.set(flights.indexOf(flight), flight.withAnswer());
        }
        Answer.Quota quota = answer.quota();
        String resource = quota == null || quota.resource() == null ? answered.resource() : quota.resource();
        Bucket bucket = bucket(resource);
        bucket.heard(answer);
        if (answer.isFree()) {
            bucket.costNothing(answer.at(), flying(resource), limits);
        }
        judge(answer, bucket, flight == null ? answer.at() : flight.began());
    }

    private void judge(Answer answer, Bucket bucket, long began) {
        if (answer.verdict() instanceof Verdict.Secondary secondary) {
            stop.met(answer.at(), secondary.after());
        } else if (answer.verdict() instanceof Verdict.Spent spent) {
            bucket.met(answer.at(), spent.after());
        } else if (answer.status() < 500) {
            stop.passed(began);
            bucket.passed(began);
        }
    }

    private void land(Flight flight, long at, long span) {
        if (!flight.answered()) {
            count(flight, at, span);
        }
        flights.remove(flight);
        if (flight.write()) {
            writeEnded = Math.max(writeEnded, at);
        }
        if (flight.notifying()) {
            notifyEnded = Math.max(notifyEnded, at);
        }
    }

    /** From here on it counts for as long as the windows last. */
    private void count(Flight flight, long at, long span) {
        long took = Math.max(0, Math.min(LONGEST, span));
        if (flight.graph()) {
            graphPoints.add(at, flight.points());
            graphCpu.add(at, took);
            graphPeak = peak(graphPeak, took);
        } else {
            points.add(at, flight.points());
            cpu.add(at, took);
            peak = peak(peak, took);
        }
        if (flight.content()) {
            contentMinute.add(at, 1);
            contentHour.add(at, 1);
        }
    }

    private static long peak(long known, long took) {
        return Math.max(SHORTEST_PEAK, Math.min(LONGEST, Math.max(took, known * 9 / 10)));
    }

    /** How long a call would wait at least, behind so many others of its line, as an instant. */
    long estimate(Nature nature, String app, int ahead, long now, Limits limits) {
        Gate gate = gate(nature, app, now, limits);
        long base = gate.at() == Gate.UNKNOWN ? now : Math.max(now, gate.at());
        long interval = nature.write() ? limits.writeGap() + (nature.graph() ? graphPeak : peak) : 0;
        if (nature.notifying()) {
            interval = Math.max(interval, limits.notifyGap());
        }
        Bucket bucket = buckets.get(known(nature.resource()));
        if (bucket == null || Call.OWN.equals(app) || shares.isBehind(app)) {
            return base + ahead * interval;
        }
        int flying = flying(nature.resource());
        long estimate = base + ahead * Math.max(interval, bucket.interval(now, flying, limits));
        return ahead < bucket.left(now, flying, limits) ? estimate : Math.max(estimate, bucket.resetAt());
    }

    /** This node's calls that wait, in place of what it said before; true if that is news to others. */
    boolean announce(long node, Set<Line> lines, long now) {
        Set<Line> known = new HashSet<>();
        boolean fresh = true;
        for (Waiting each : waiting) {
            if (each.node == node) {
                known.add(each.line);
                fresh &= each.until > now + WAITING_LEASE / 2;
            }
        }
        if (known.equals(lines) && fresh) {
            return false;
        }
        waiting.removeIf(each -> each.node == node);
        for (Line line : lines) {
            if (waiting.size() < MOST_WAITING) {
                waiting.add(new Waiting(node, now + WAITING_LEASE, line));
            }
        }
        return true;
    }

    /** Whether nodes other than this have calls under way. */
    boolean isUsedBesides(long node) {
        return flights.stream().anyMatch(flight -> flight.node() != node);
    }

    boolean hasFlights() {
        return !flights.isEmpty();
    }

    Map<String, Bucket> buckets() {
        return buckets;
    }

    @Nullable
    QuotaView view(String resource, long now) {
        Bucket bucket = buckets.get(known(resource));
        return bucket == null || !bucket.isKnown(now) ? null : bucket.view(flying(resource));
    }

    private int flying(String resource) {
        int flying = 0;
        for (Flight flight : flights) {
            flying += !flight.answered() && flight.resource().equals(resource) ? 1 : 0;
        }
        return flying;
    }

    private @Nullable Flight flight(long node, long number) {
        for (Flight flight : flights) {
            if (flight.is(node, number)) {
                return flight;
            }
        }
        return null;
    }

    private Bucket bucket(String resource) {
        return buckets.computeIfAbsent(known(resource), Bucket::new);
    }

    /** New names beyond a bound share one bucket; GitHub has half as many. */
    private String known(String resource) {
        return buckets.size() < MOST_BUCKETS || buckets.containsKey(resource) ? resource : "other";
    }

    /**
     * Takes in the account of a node that could not reach the store for a while: both hold the same up to that time, and the
     * node's own calls are as it says.
     */
    void takeIn(Ledger other, long node, long since) {
        latest = Math.max(latest, other.latest);
        stop.takeIn(other.stop);
        shares.takeIn(other.shares);
        other.buckets.forEach((name, bucket) -> bucket(name).takeIn(bucket));
        for (int i = 0; i < windows.size(); i++) {
            windows.get(i).takeIn(other.windows.get(i), since);
        }
        flights.removeIf(flight -> flight.node() == node);
        other.flights.stream().filter(flight -> flight.node() == node).forEach(flights::add);
        peak = Math.max(peak, other.peak);
        graphPeak = Math.max(graphPeak, other.graphPeak);
        writeEnded = Math.max(writeEnded, other.writeEnded);
        notifyEnded = Math.max(notifyEnded, other.notifyEnded);
    }

    Ledger copy() {
        return read(write());
    }

    byte[] write() {
        Ink ink = new Ink().write(FORM).write(latest);
        stop.write(ink);
        shares.write(ink);
        ink.write(buckets.size());
        buckets.forEach((name, bucket) -> bucket.write(ink.write(name)));
        ink.write(leases.size());
        leases.forEach((node, until) -> ink.write(node).write(until));
        ink.write(flights.size());
        flights.forEach(flight -> flight.write(ink));
        ink.write(waiting.size());
        waiting.forEach(each -> writeWaiting(each, ink));
        windows.forEach(window -> writeWindow(window, ink));
        return ink.write(peak)
                .write(graphPeak)
                .write(writeEnded)
                .write(notifyEnded)
                .toBytes();
    }

    /** @throws BufferUnderflowException or another exception if no ledger of this form is written there */
    static Ledger read(byte[] bytes) {
        Ink ink = new Ink(bytes);
        if (ink.read() != FORM) {
            throw new BufferUnderflowException();
        }
        Ledger ledger = new Ledger();
        ledger.latest = ink.read();
        ledger.stop = Stop.read(ink);
        ledger.shares = Shares.read(ink);
        for (int left = ink.readInt(); left > 0; left--) {
            String name = ink.readText();
            ledger.buckets.put(name, Bucket.read(name, ink));
        }
        for (int left = ink.readInt(); left > 0; left--) {
            ledger.leases.put(ink.read(), ink.read());
        }
        for (int left = ink.readInt(); left > 0; left--) {
            ledger.flights.add(Flight.read(ink));
        }
        for (int left = ink.readInt(); left > 0; left--) {
            ledger.waiting.add(readWaiting(ink));
        }
        ledger.windows.forEach(window -> readWindow(window, ink));
        ledger.peak = ink.read();
        ledger.graphPeak = ink.read();
        ledger.writeEnded = ink.read();
        ledger.notifyEnded = ink.read();
        return ledger;
    }

    private static void writeWaiting(Waiting each, Ink ink) {
        ink.write(each.node).write(each.until).write(each.line.lane().ordinal());
        ink.write(each.line.resource()).write(each.line.app());
    }

    private static Waiting readWaiting(Ink ink) {
        long node = ink.read();
        long until = ink.read();
        Lane lane = Lane.values()[ink.readInt()];
        return new Waiting(node, until, new Line(lane, ink.readText(), ink.readText()));
    }

    private static void writeWindow(Window window, Ink ink) {
        ink.write(window.cells().size());
        long last = 0;
        for (Map.Entry<Long, Long> cell : window.cells().entrySet()) {
            ink.write(cell.getKey() - last).write(cell.getValue());
            last = cell.getKey();
        }
    }

    private static void readWindow(Window window, Ink ink) {
        long last = 0;
        for (int left = ink.readInt(); left > 0; left--) {
            last += ink.read();
            window.cells().put(last, ink.read());
        }
    }
}
