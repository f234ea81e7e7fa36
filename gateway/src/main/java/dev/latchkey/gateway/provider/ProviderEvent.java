package dev.latchkey.gateway.provider;

import tools.jackson.databind.JsonNode;

/**
 * Something that the provider has told, proven to come from it and not told before.
 *
 * @param name what it is about, such as {@code organization}
 * @param action what happened to it, such as {@code member_removed}; empty where an event has none
 * @param payload all of it
 */
public record ProviderEvent(String name, String action, JsonNode payload) {

    /** Whether it is this one. */
    public boolean is(String otherName, String otherAction) {
        return name.equals(otherName) && action.equals(otherAction);
    }

    /** Names it, without what it carries. */
    @Override
    public String toString() {
        return action.isEmpty() ? name : name + '.' + action;
    }
}
