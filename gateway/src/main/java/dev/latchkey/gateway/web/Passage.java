package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.watch.Span;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/**
 * What becomes of a request on its way through the stages, noted by them as it happens, for whoever counts and logs at the
 * end. One request is on one thread at a time, so these are plain fields.
 */
public final class Passage {

    private static final String ATTRIBUTE = Passage.class.getName();

    /** What the gate said. */
    public enum Decision {
        /** It was not asked. */
        NONE,
        PERMITTED,
        CHALLENGED,
        DENIED
    }

    private final long begun = System.nanoTime();
    private long asked;
    private long answered;
    private boolean unanswered;
    private Decision decision = Decision.NONE;
    private @Nullable ProblemCode problem;
    private @Nullable Span span;
    private @Nullable String name;

    private Passage() {}

    /** Begins to note. */
    public static Passage begin(ServerWebExchange exchange) {
        Passage passage = new Passage();
        exchange.getAttributes().put(ATTRIBUTE, passage);
        return passage;
    }

    /** The request's; where nobody has begun, one that nobody reads. */
    public static Passage of(ServerWebExchange exchange) {
        Passage passage = exchange.getAttribute(ATTRIBUTE);
        return passage == null ? new Passage() : passage;
    }

    /** The request is traced. */
    public void traced(Span by) {
        span = by;
    }

    /** The request's span; null where none is recorded. */
    public @Nullable Span span() {
        return span;
    }

    /** What is asked for has a name that gives nobody away, and is one of not too many. */
    public void asksFor(String named) {
        name = named;
    }

    /** The name of what is asked for, or null if nobody has named it. */
    public @Nullable String askedFor() {
        return name;
    }

    /** The gate has decided. */
    public void decided(Decision what) {
        decision = what;
    }

    /** The gateway answers by itself that something went wrong. */
    public void failed(ProblemCode code) {
        problem = code;
    }

    /** The backend is asked, perhaps once more. */
    public void backendAsked() {
        asked = System.nanoTime();
        answered = 0;
        unanswered = false;
    }

    /** The head of the backend's answer is there. */
    public void backendAnswered() {
        if (asked != 0 && answered == 0) {
            answered = System.nanoTime();
        }
    }

    /** Nothing more comes of the backend; if no answer has begun, none will. */
    public void backendLeft() {
        if (asked != 0 && answered == 0) {
            answered = System.nanoTime();
            unanswered = true;
        }
    }

    public Decision decision() {
        return decision;
    }

    public @Nullable ProblemCode problem() {
        return problem;
    }

    /** Since the request came, in nanoseconds. */
    public long duration() {
        return System.nanoTime() - begun;
    }

    /** From asking the backend to the head of its answer, in nanoseconds; -1 if none was asked. */
    public long backendDuration() {
        return answered == 0 ? -1 : answered - asked;
    }

    /** True if the backend was asked in vain. */
    public boolean isUnanswered() {
        return unanswered;
    }
}
