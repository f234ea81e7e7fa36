package dev.latchkey.gateway.web;

import java.time.Instant;

/**
 * An API token as its owner sees it in a list.
 *
 * @param handle names the token in the form that ends it; not the token itself
 * @param routes what it is for, in words
 */
public record AccountToken(String handle, String name, String routes, Instant madeAt, Instant endsAt) {

    public AccountToken {
        name = DisplayText.line(name);
        routes = DisplayText.sentence(routes);
    }

    PageTime made() {
        return PageTime.of(madeAt);
    }

    PageTime ends() {
        return PageTime.of(endsAt);
    }
}
