package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.web.EscapedSlashes;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** The routes in force. A change replaces all of them in one step; a request sees the ones before it or the ones after. */
public final class Routes {

    private final Clock clock;
    private final Sinks.Many<Status> replaced = Sinks.many().multicast().directBestEffort();
    private volatile InForce inForce;

    /** @param escapable the routes on which an escaped slash is data */
    private record InForce(RouteTable table, Status status, List<Route> escapable) {

        static InForce of(Status status) {
            return new InForce(
                    new RouteTable(status.routes()),
                    status,
                    status.routes().stream().filter(Route::takesEscapedSlashes).toList());
        }
    }

    /**
     * What is in force, for people and for meters.
     *
     * @param routes every route that is served
     * @param faults of route files whose newest version is not served
     * @param since when this came into force
     * @param changes how often it has changed since the start
     */
    public record Status(List<Route> routes, List<ConfigurationFault> faults, Instant since, long changes) {

        public Status {
            routes = List.copyOf(routes);
            faults = List.copyOf(faults);
        }
    }

    Routes(List<Route> routes, Clock clock) {
        this.clock = clock;
        this.inForce = InForce.of(new Status(routes, List.of(), clock.instant(), 0));
    }

    void replace(List<Route> routes, List<ConfigurationFault> faults) {
        long changes = inForce.status().changes() + 1;
        inForce = InForce.of(new Status(routes, faults, clock.instant(), changes));
        replaced.tryEmitNext(inForce.status());
    }

    /** What is in force from now on, at each change. */
    public Flux<Status> changes() {
        return replaced.asFlux();
    }

    @Nullable
    Route find(String host, String rawPath) {
        return inForce.table().find(host, rawPath);
    }

    /** True unless a path holds escaped slashes and leads elsewhere, or to an app, for somebody who reads them as slashes. */
    boolean isSameInBothReadings(@Nullable Route found, String host, String rawPath) {
        return !EscapedSlashes.areIn(rawPath)
                || (found != null
                        && found.takesEscapedSlashes()
                        && found.equals(find(host, EscapedSlashes.asSlashes(rawPath))));
    }

    /** Whether a route of some host takes that path, which holds escaped slashes, in both readings. */
    boolean mayTakeEscapedSlashes(String rawPath) {
        PathContainer path = PathContainer.parsePath(rawPath);
        PathContainer other = PathContainer.parsePath(EscapedSlashes.asSlashes(rawPath));
        return inForce.escapable().stream()
                .anyMatch(route -> route.path().matches(path) && route.path().matches(other));
    }

    /** True if a route names that host (lower case, no port), itself or by a star. */
    public boolean names(String host) {
        return inForce.table().names(host);
    }

    /** True if a route names that very host (lower case, no port). */
    public boolean namesItself(String host) {
        return inForce.table().namesItself(host);
    }

    /** Whether pages of apps can have that host in their address. */
    public boolean leadToAppsAt(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return all().stream().anyMatch(route -> route.tellsAnApp() && route.isAt(name));
    }

    /** Every route in force, in no particular order. */
    public List<Route> all() {
        return inForce.status().routes();
    }

    public Status status() {
        return inForce.status();
    }
}
