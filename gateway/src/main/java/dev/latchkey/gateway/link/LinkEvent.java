package dev.latchkey.gateway.link;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a chat is told of one of its accounts, as it is stored and sent. No token is in it.
 *
 * @param id the same however often it is sent
 * @param event {@code linked}, {@code declined}, {@code failed}, {@code expired} or {@code revoked}
 * @param reason the problem's code where something failed
 * @param at when it happened
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"id", "event", "user", "room", "login", "github_id", "scopes", "expires_at", "reason", "at"})
record LinkEvent(
        String id,
        String event,
        String user,
        String room,
        @Nullable String login,
        @JsonProperty("github_id") @Nullable String subject,
        @Nullable List<String> scopes,
        @JsonProperty("expires_at") @Nullable String expiresAt,
        @Nullable String reason,
        String at) {

    /** Of a link that was made, or that has ended. The same link tells the same thing under the same id. */
    static LinkEvent of(String event, AccountLink link, Instant at) {
        return new LinkEvent(
                event + '-' + LinkName.of(link.user() + ' ' + link.madeAt()),
                event,
                link.user(),
                link.room(),
                link.person().login(),
                link.person().id().subject(),
                link.scopes(),
                link.end().toString(),
                null,
                at.toString());
    }

    /** Of something that was asked for and has come to nothing. */
    static LinkEvent of(String event, LinkAsk ask, String reason, Instant at) {
        return new LinkEvent(
                event + '-' + LinkName.of(LinkName.fresh().reveal()),
                event,
                ask.user(),
                ask.room(),
                null,
                null,
                null,
                null,
                reason,
                at.toString());
    }
}
