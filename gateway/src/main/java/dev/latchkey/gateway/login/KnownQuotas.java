package dev.latchkey.gateway.login;

import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.web.AccountQuota;
import java.util.List;
import reactor.core.publisher.Mono;

/** What is known of a person's quotas at GitHub, and what the gateway has spared them. */
public interface KnownQuotas {

    /**
     * In the order to show them; empty if nothing is known.
     *
     * @param told what GitHub has just said; where more is known of the same quota, that goes before
     */
    Mono<List<AccountQuota>> of(PersonId person, List<AccountQuota> told);
}
