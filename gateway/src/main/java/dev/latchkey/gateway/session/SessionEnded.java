package dev.latchkey.gateway.session;

/**
 * A session is over. Told once for each session, by one of all nodes, whatever ended it; a node that dies at that very
 * moment is the only way for it to be lost.
 *
 * @param sessionId the session's id, worthless as a cookie
 */
public record SessionEnded(PersonId person, String sessionId, Reason reason) {

    /** Why. */
    public enum Reason {
        /** The person ended it: this one, or all of theirs. */
        SIGNED_OUT,
        /** The person signed in again in the same browser. */
        REPLACED,
        /** It was idle too long, or has come of age. */
        EXPIRED,
        /** The provider takes the person's sign-in for over. */
        REVOKED
    }
}
