package dev.latchkey.gateway.github.api;

import org.jspecify.annotations.Nullable;

/**
 * Where GitHub's APIs are, each without a trailing slash.
 *
 * @param rest such as {@code https://api.github.com} or {@code https://github.example.com/api/v3}
 */
public record Addresses(String rest, String graphQl, String uploads) {

    /** The whole address of a target. */
    public String of(Target target) {
        return switch (target.api()) {
            case REST -> rest + target.pathAndQuery();
            case GRAPHQL -> graphQl + target.pathAndQuery();
            case UPLOADS -> uploads + target.pathAndQuery();
        };
    }

    /** What of the REST API an address names, or null if it leads anywhere else. */
    public @Nullable Target restTarget(String address) {
        String rest = this.rest + '/';
        if (!address.startsWith(rest) || address.indexOf('#') >= 0) {
            return null;
        }
        String target = address.substring(this.rest.length());
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        return TargetPaths.escapes(path)
                ? null
                : new Target(Target.Api.REST, path, query < 0 ? null : target.substring(query + 1));
    }
}
