package dev.latchkey.gateway.link;

import dev.latchkey.gateway.session.Person;
import java.time.Instant;
import java.util.List;

/**
 * A link, as it is stored: no token is in it.
 *
 * @param user the chat's key for its account
 * @param room where it was asked for, as the chat names it; empty if it did not say
 * @param person who it acts as
 * @param scopes what the provider granted
 * @param madeAt in epoch milliseconds, like the other time
 * @param endsAt when it ends, if it is not made anew before
 * @param over whether its end has come and is still to be told
 */
public record AccountLink(
        String user, String room, Person person, List<String> scopes, long madeAt, long endsAt, boolean over) {

    public AccountLink {
        scopes = List.copyOf(scopes);
    }

    public Instant linkedAt() {
        return Instant.ofEpochMilli(madeAt);
    }

    public Instant end() {
        return Instant.ofEpochMilli(endsAt);
    }

    boolean isLiveAt(long now) {
        return !over && now < endsAt;
    }

    AccountLink ended() {
        return new AccountLink(user, room, person, scopes, madeAt, endsAt, true);
    }
}
