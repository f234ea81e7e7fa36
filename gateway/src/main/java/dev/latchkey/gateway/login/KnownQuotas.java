package dev.latchkey.gateway.login;

import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.web.AccountQuota;
import java.util.List;

/** What this node knows of a person's quotas at GitHub without asking, and what it has spared them. */
public interface KnownQuotas {

    /** In the order to show them; empty if nothing is known. */
    List<AccountQuota> of(PersonId person);
}
