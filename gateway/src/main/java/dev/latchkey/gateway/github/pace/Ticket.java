package dev.latchkey.gateway.github.pace;

import reactor.core.publisher.MonoSink;

/** A call that waits. Its desk's lock guards what changes. */
final class Ticket {

    final Call call;
    final Nature nature;
    final Line line;
    private final MonoSink<Slot> sink;

    long arrived;
    long deadline;

    /** Its number among the calls of the desk, and so its place among those of the same app. */
    long number;

    /** Whether it was looked at once, how long it may have to wait. */
    boolean considered;

    Reason reason = Reason.NONE;
    State state = State.QUEUED;

    enum State {
        QUEUED,
        /** Let go, but that is not written down yet. */
        LEAVING,
        /** Nobody waits for it any more. */
        GONE,
        SERVED
    }

    Ticket(Call call, Nature nature, MonoSink<Slot> sink) {
        this.call = call;
        this.nature = nature;
        this.line = nature.line(call.app());
        this.sink = sink;
    }

    void arrive(long now, long nextNumber) {
        arrived = now;
        deadline = now + Math.max(0, Math.min(Ledger.HOUR, call.patience().toMillis()));
        number = nextNumber;
    }

    void serve(Slot slot) {
        sink.success(slot);
    }

    void refuse(Throwable problem) {
        sink.error(problem);
    }
}
