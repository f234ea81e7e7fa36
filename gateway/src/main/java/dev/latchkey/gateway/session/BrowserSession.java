package dev.latchkey.gateway.session;

import java.time.Instant;

/**
 * A browser in which a person is signed in.
 *
 * @param id the session's id, known to backends as {@code sid}; worthless as a cookie without the gateway's signature
 * @param startedAt when the person signed in
 * @param lastUsed the last request seen, exact to the gateway's writing interval
 * @param end when the session ends even if it is used all the time
 * @param origin where the sign-in came from, to tell sessions apart on the account page
 */
public record BrowserSession(
        String id, Person person, Instant startedAt, Instant lastUsed, Instant end, Origin origin) {

    /**
     * Where a sign-in came from.
     *
     * @param address the client's address
     * @param userAgent what the browser calls itself
     */
    public record Origin(String address, String userAgent) {

        private static final int LONGEST_AGENT = 256;

        /** The origin, with what a stranger wrote cut to a bounded length. */
        public Origin {
            userAgent = userAgent.length() <= LONGEST_AGENT ? userAgent : userAgent.substring(0, LONGEST_AGENT);
        }
    }
}
