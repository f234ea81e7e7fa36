package dev.latchkey.gateway.github.pace;

import java.time.Duration;

/**
 * What happened on the way to GitHub, for whoever counts it. Nothing here tells whom it happened to.
 */
public sealed interface PaceEvent {

    /**
     * A call went.
     *
     * @param app the route
     * @param resource the quota it was thought to use; a closed set
     * @param reason what it waited for last, or {@code none}; a closed set
     */
    record Went(String app, String resource, String reason, Duration waited) implements PaceEvent {}

    /** A call was refused here, since it would have had to wait longer than it can. */
    record Refused(String app, String resource, String reason) implements PaceEvent {}

    /**
     * An answer cost some of a quota that its principal and apps share.
     *
     * @param template what was asked for, as {@link RouteTemplates} names it
     */
    record Spent(String app, String resource, String template) implements PaceEvent {}

    /**
     * GitHub refused a call because of a limit, which is what all of this is to prevent.
     *
     * @param template what was asked for, as {@link RouteTemplates} names it
     * @param kind {@code primary} or {@code secondary}
     */
    record Limited(String app, String resource, String template, String kind) implements PaceEvent {}
}
