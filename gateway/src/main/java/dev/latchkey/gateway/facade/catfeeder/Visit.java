package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Person;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/**
 * A call and who makes it.
 *
 * @param session of the token that came with it, or null
 * @param person whose it is, or null
 */
record Visit(
        ServerWebExchange exchange,
        @Nullable BrowserSession session,
        @Nullable Person person) {

    boolean isLoggedIn() {
        return person != null;
    }
}
