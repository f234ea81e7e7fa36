package dev.latchkey.gateway.login;

import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.web.FurtherHosts;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The further hosts that a session may be handed to: those that {@code latchkey.domains} allows and a route names, at least
 * one of the two by the very name. With a star on both sides, whoever gets hold of any name below the domain, as of one that
 * was given up and still leads somewhere, would be handed people's sessions and could use the app in their names.
 */
final class HandOffHosts {

    private final FurtherHosts furtherHosts;
    private final Routes routes;

    HandOffHosts(FurtherHosts furtherHosts, Routes routes) {
        this.furtherHosts = furtherHosts;
        this.routes = routes;
    }

    /** @param host in lower case and without a port */
    boolean take(String host) {
        return furtherHosts.include(host)
                && (routes.namesItself(host) || (furtherHosts.name(host) && routes.names(host)));
    }

    String originOf(String host) {
        return furtherHosts.originOf(host);
    }

    /** True if that is, letter for letter, the origin of one of these. */
    boolean areAt(String origin) {
        return hostAt(origin) != null;
    }

    private @Nullable String hostAt(String origin) {
        String host = URI.create(origin).getHost();
        return host != null && take(host) && originOf(host).equals(origin) ? host : null;
    }

    /** The host that a target leads to, which {@link ReturnTarget} has found fit; null if it is none of these. */
    @Nullable
    String hostOf(String target) {
        return ReturnTarget.otherOrigin(target).map(this::hostAt).orElse(null);
    }
}
