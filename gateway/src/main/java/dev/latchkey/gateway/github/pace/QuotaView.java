package dev.latchkey.gateway.github.pace;

import java.time.Instant;

/**
 * What is known of a quota.
 *
 * @param limit calls (GraphQL: points) in a window
 * @param remaining how many of them are left, calls under way already taken off
 * @param reset when the window ends, by GitHub's clock
 * @param resource GitHub's name of the quota, such as {@code core}
 */
public record QuotaView(long limit, long remaining, long used, Instant reset, String resource) {}
