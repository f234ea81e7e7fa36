package dev.latchkey.gateway.testing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;

/** A part of the stand-in where faults can be placed. */
public final class StubEndpoint {

    private final Predicate<Call> scope;
    private final Deque<Fault> once = new ArrayDeque<>();
    private Fault always;

    StubEndpoint(Predicate<Call> scope) {
        this.scope = scope;
    }

    /** Each of these befalls one call, in this order, after those already waiting. */
    public synchronized StubEndpoint next(Fault... faults) {
        for (Fault fault : faults) {
            once.add(fault);
        }
        return this;
    }

    /** Befalls the next so many calls. */
    public synchronized StubEndpoint next(int times, Fault fault) {
        for (int i = 0; i < times; i++) {
            once.add(fault);
        }
        return this;
    }

    /** Befalls every call for which nothing else is waiting. */
    public synchronized StubEndpoint always(Fault fault) {
        always = fault;
        return this;
    }

    public synchronized StubEndpoint heal() {
        once.clear();
        always = null;
        return this;
    }

    boolean covers(Call call) {
        return scope.test(call);
    }

    /** The fault that befalls the next call, or null. */
    synchronized Fault take() {
        return once.isEmpty() ? always : once.poll();
    }
}
