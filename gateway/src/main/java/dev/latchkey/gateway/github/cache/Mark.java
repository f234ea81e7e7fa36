package dev.latchkey.gateway.github.cache;

import org.springframework.http.HttpHeaders;

/**
 * How an answer came about.
 *
 * @param word for {@code X-Latchkey-Cache}
 * @param status the parameters of {@code Cache-Status} (RFC 9211)
 */
record Mark(String word, String status) {

    /** The header that has the word. */
    static final String WORD = "X-Latchkey-Cache";

    static final Mark BYPASS = new Mark("bypass", "fwd=bypass");
    static final Mark WRITE = new Mark("bypass", "fwd=method");

    static Mark hit(long ttlSeconds) {
        return new Mark("hit", "hit; ttl=" + ttlSeconds);
    }

    /** What another node was told for this very person, and is fresh. */
    static Mark far(long ttlSeconds) {
        return new Mark("hit", "hit; ttl=" + ttlSeconds + "; detail=FAR");
    }

    /** @param detail why it is good enough */
    static Mark stale(long ttlSeconds, String detail) {
        return new Mark("stale", "hit; ttl=" + ttlSeconds + "; detail=" + detail);
    }

    static Mark revalidated() {
        return new Mark("revalidated", "fwd=stale; fwd-status=304; stored");
    }

    /** Somebody else's answer, which GitHub said is this person's as well. */
    static Mark shared() {
        return new Mark("revalidated", "fwd=uri-miss; fwd-status=304; stored; detail=SHARED");
    }

    /** It is not there, since the repository that it would be in is not. */
    static Mark outer(int status) {
        return new Mark("revalidated", "fwd=stale; fwd-status=" + status + "; stored; detail=REPOSITORY");
    }

    static Mark miss(boolean stale, int status, boolean stored) {
        String forward = stale ? "fwd=stale" : "fwd=uri-miss";
        return new Mark("miss", forward + "; fwd-status=" + status + (stored ? "; stored" : ""));
    }

    Mark collapsed() {
        return word.equals("stale") ? this : new Mark("coalesced", status + "; collapsed");
    }

    void on(HttpHeaders headers) {
        headers.set(WORD, word);
        headers.set("Cache-Status", "latchkey; " + status);
    }
}
