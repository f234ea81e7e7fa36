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
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

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

    /** What paces the calls knows of those under way too, and of more quotas than one. */
    @Override
    public Mono<List<AccountQuota>> of(PersonId person, List<AccountQuota> told) {
        String principal = person.toString();
        List<AccountQuota> known = gauges.resources().stream()
                .map(resource -> pacer.quota(principal, resource))
                .filter(Objects::nonNull)
                .map(PersonQuotas::shown)
                .toList();
        Stream<AccountQuota> others = told.stream().filter(quota -> isNotIn(known, quota.resource()));
        return Flux.fromStream(Stream.concat(others, known.stream()))
                .concatMap(quota -> savings.of(principal, quota.resource(), quota.resetsAt())
                        .map(quota::withSaved))
                .collectList();
    }

    private static boolean isNotIn(List<AccountQuota> quotas, String resource) {
        return quotas.stream().noneMatch(quota -> quota.resource().equals(resource));
    }

    private static AccountQuota shown(QuotaView view) {
        return new AccountQuota(view.resource(), view.limit(), view.used(), 0, view.remaining(), view.reset());
    }
}
