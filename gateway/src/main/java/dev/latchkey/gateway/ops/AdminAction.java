package dev.latchkey.gateway.ops;

/**
 * Somebody at the internal port changed something, or tried to. Published as an application event, for whoever keeps records.
 *
 * @param actor {@code this-machine}, or {@code token:} and the beginning of the token's SHA-256
 * @param action method and path of the call, with the names of its variables
 * @param target the very path
 * @param outcome {@code done}, or the problem's code
 */
public record AdminAction(String actor, String action, String target, String outcome) {}
