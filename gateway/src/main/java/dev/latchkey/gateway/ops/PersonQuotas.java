package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.github.pace.PaceGauges;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.QuotaView;
import dev.latchkey.gateway.github.pace.Savings;
import dev.latchkey.gateway.login.KnownQuotas;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.web.AccountQuota;
import java.util.List;
import java.util.Objects;

/** A person's quotas as the pacer has them, told to that person. */
final class PersonQuotas implements KnownQuotas {

    private final Pacer pacer;
    private final PaceGauges gauges;
    private final Savings savings;

    PersonQuotas(Pacer pacer, PaceGauges gauges, Savings savings) {
        this.pacer = pacer;
        this.gauges = gauges;
        this.savings = savings;
    }

    @Override
    public List<AccountQuota> of(PersonId person) {
        String principal = person.toString();
        return gauges.resources().stream()
                .map(resource -> pacer.quota(principal, resource))
                .filter(Objects::nonNull)
                .map(view -> shown(view, savings.of(principal, view)))
                .toList();
    }

    private static AccountQuota shown(QuotaView view, long saved) {
        return new AccountQuota(view.resource(), view.limit(), view.used(), saved, view.remaining(), view.reset());
    }
}
