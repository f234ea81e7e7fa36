package dev.latchkey.gateway.github.pace;

import java.time.Duration;
import org.springframework.http.HttpMethod;

/**
 * A call that wants to go to GitHub.
 *
 * @param principal whose quota it uses: a person or an installation, in any form that stays the same
 * @param app the route it comes through, or {@link #OWN}; those of one principal get equal shares unless weights are set
 * @param path GitHub's own, without the query
 * @param patience the longest it can wait
 */
public record Call(String principal, String app, HttpMethod method, String path, Kind kind, Duration patience) {

    /** In place of an app: a call of the gateway itself, such as asking who somebody is. No route has this name. */
    public static final String OWN = "(gateway)";

    boolean isOwn() {
        return OWN.equals(app);
    }
}
