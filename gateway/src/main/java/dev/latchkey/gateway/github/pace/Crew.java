package dev.latchkey.gateway.github.pace;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.IntSupplier;
import reactor.core.scheduler.Scheduler;

/** How many calls this node may have under way at once, for everybody together. */
final class Crew {

    private final int most;
    private final IntSupplier nodes;
    private final Scheduler scheduler;
    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private int busy;

    /** That many over all nodes. */
    Crew(int most, IntSupplier nodes, Scheduler scheduler) {
        this.most = most;
        this.nodes = nodes;
        this.scheduler = scheduler;
    }

    /** Takes a place; if there is none, the other is told once when there may be. */
    synchronized boolean take(Runnable wake) {
        if (hasRoom()) {
            busy++;
            waiting.remove(wake);
            return true;
        }
        waiting.add(wake);
        return false;
    }

    synchronized void giveBack() {
        busy--;
        wakeNext();
    }

    /** Wakes the next who waits, if there is room: for one who was woken and may have left the room unused. */
    synchronized void wakeNext() {
        if (!hasRoom() || waiting.isEmpty()) {
            return;
        }
        Runnable next = waiting.iterator().next();
        waiting.remove(next);
        scheduler.schedule(next);
    }

    synchronized int busy() {
        return busy;
    }

    private boolean hasRoom() {
        return busy < Math.max(1, most / nodes.getAsInt());
    }
}
