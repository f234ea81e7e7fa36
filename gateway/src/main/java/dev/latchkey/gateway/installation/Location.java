package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where GitHub says a repository is: in which installation, or why in none. Believed until an instant. */
sealed interface Location {

    Instant until();

    /**
     * @param installation its number
     * @param account whose it is
     * @param repository the repository's own number where GitHub told it, which it does for one that was renamed
     */
    record Found(
            long installation, String account, @Nullable Long repository, Instant until) implements Location {}

    /** @param why {@code installation.missing} or {@code installation.suspended} */
    record Refused(ProblemCode why, Instant until) implements Location {}
}
