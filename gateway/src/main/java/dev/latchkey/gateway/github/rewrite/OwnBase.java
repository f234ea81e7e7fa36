package dev.latchkey.gateway.github.rewrite;

import dev.latchkey.gateway.github.api.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * Where a client finds GitHub's APIs at the gateway: for each of GitHub's addresses the one that stands for it. A client that
 * came by the paths of an Enterprise host is led on by those.
 */
public record OwnBase(Addresses theirs, String rest, String uploads) {

    /** An address of GitHub's as the client is to use it, or null if it is none of the API's. */
    public @Nullable String own(String address) {
        String uploaded = replaced(address, theirs.uploads(), uploads);
        return uploaded == null ? replaced(address, theirs.rest(), rest) : uploaded;
    }

    private static @Nullable String replaced(String address, String base, String own) {
        if (!address.startsWith(base)) {
            return null;
        }
        boolean whole = address.length() == base.length() || isEnd(address.charAt(base.length()));
        return whole ? own + address.substring(base.length()) : null;
    }

    /** What may follow a base, so that {@code https://api.github.com.evil.example} is not taken for it. */
    private static boolean isEnd(char c) {
        return c == '/' || c == '?' || c == '{' || c == '#';
    }

    /** The longest address of GitHub's that is looked for. */
    int longest() {
        return Math.max(theirs.rest().length(), theirs.uploads().length());
    }

    /** Something short that is another for every other base. */
    public String mark() {
        return Integer.toHexString((rest + ' ' + uploads).hashCode());
    }
}
