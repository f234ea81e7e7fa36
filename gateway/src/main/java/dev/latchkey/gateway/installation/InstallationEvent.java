package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.ProblemCode;
import java.time.Duration;

/** What happened in handing out tokens, for whoever counts it. */
public sealed interface InstallationEvent {

    /** A token was at hand, in this node's memory or in the store. */
    record Remembered() implements InstallationEvent {}

    /**
     * GitHub made a token.
     *
     * @param took from asking to having it
     * @param reach the repositories it is for, and how they were named
     * @param hashedToken what GitHub's audit log calls it
     */
    record Minted(Duration took, long installation, String reach, String hashedToken) implements InstallationEvent {}

    /** Somebody asked and got none. */
    record Failed(ProblemCode code) implements InstallationEvent {}
}
