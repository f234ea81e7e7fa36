package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.github.pace.PaceGauges;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.Savings;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.SigningKeys;
import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.session.KnownPeople;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.vault.Withdrawal;
import dev.latchkey.gateway.web.InternalRoutes;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/** The admin API of the internal port, but for routes and providers. {@code admin.yaml} describes all of it. */
@Configuration(proxyBeanMethods = false)
class AdminConfiguration {

    static final String DESCRIPTION = "internal/admin.yaml";

    @Bean
    PeopleAdmin peopleAdmin(KnownPeople people, Sessions sessions, Memberships memberships, Withdrawal withdrawal) {
        return new PeopleAdmin(people, sessions, memberships, withdrawal);
    }

    @Bean
    PersonQuotas personQuotas(Pacer pacer, PaceGauges gauges, Savings savings) {
        return new PersonQuotas(pacer, gauges, savings);
    }

    @Bean
    InternalRoutes adminRoutes(
            PeopleAdmin people,
            SigningKeys keys,
            KeyRing ring,
            Pacer pacer,
            PaceGauges gauges,
            LoggingSystem logging,
            InternalDoor door,
            AdminProblems problems) {
        RouterFunctions.Builder routes = RouterFunctions.route();
        people.on(routes);
        new KeyAdmin(keys, ring).on(routes);
        new QuotaAdmin(pacer, gauges).on(routes);
        new LogAdmin(logging).on(routes);
        routes.GET(
                "/admin/openapi.yaml",
                request -> ServerResponse.ok()
                        .contentType(MediaType.APPLICATION_YAML)
                        .bodyValue(new ClassPathResource(DESCRIPTION)));
        return new InternalRoutes(routes.filter(door).filter(problems).build());
    }
}
