package dev.latchkey.gateway.github.pace;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;

/** The right to make one call now. It counts as under way until {@link #done}. */
public interface Slot {

    /**
     * The answer's head is here.
     *
     * @param bodyStart the first kilobyte of the body, asked for only where it tells a limit from something else: of a 403
     *     or 429, and of every GraphQL answer; null where it cannot be read
     */
    void answered(int status, HttpHeaders headers, Supplier<@Nullable String> bodyStart);

    /**
     * GitHub has long done its part, and what is left of the answer comes as fast as somebody reads it. The call still counts
     * as theirs, but keeps nobody else's from being made.
     */
    void lingers();

    /** The call is over: its last byte was read, or it failed, or was given up. Only the first time counts. */
    void done();

    /** {@link #done} in the form that {@code Mono.usingWhen} takes. */
    default Publisher<Void> left() {
        return Mono.fromRunnable(this::done);
    }
}
