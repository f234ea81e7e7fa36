package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.github.pace.PaceGauges;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.keys.SigningKeys;
import dev.latchkey.gateway.login.PeopleOf;
import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.vault.TokenEndings;
import dev.latchkey.gateway.vault.TokenNeed;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.InternalRoutes;
import dev.latchkey.gateway.web.ProblemDocument;
import java.util.function.Function;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The admin API of the internal port, but for routes and providers. {@code admin.yaml} describes all of it. */
@Configuration(proxyBeanMethods = false)
class AdminConfiguration {

    static final String DESCRIPTION = "internal/admin.yaml";

    @Bean
    PeopleAdmin peopleAdmin(
            Store store,
            Sessions sessions,
            Memberships memberships,
            ObjectProvider<TokenNeed> needs,
            TokenEndings tokens) {
        // Again after the sessions, with which another need may just have been made.
        Function<PersonId, Mono<Void>> withdrawal = person -> revoked(needs, person)
                .then(Mono.defer(() -> sessions.endAll(person, null, Reason.REVOKED)))
                .then(Mono.defer(() -> revoked(needs, person)))
                .then(Mono.defer(() -> tokens.needEnded(person)));
        return new PeopleAdmin(new PeopleOf(store), sessions, memberships, withdrawal);
    }

    private static Mono<Void> revoked(ObjectProvider<TokenNeed> needs, PersonId person) {
        return Flux.fromStream(needs::stream)
                .concatMap(need -> need.revoked(person))
                .then();
    }

    @Bean
    InternalRoutes adminRoutes(
            PeopleAdmin people,
            SigningKeys keys,
            Pacer pacer,
            PaceGauges gauges,
            LoggingSystem logging,
            GatewayAddress address,
            ApplicationEventPublisher events,
            InternalDoor door) {
        RouterFunctions.Builder routes = RouterFunctions.route();
        people.on(routes);
        new KeyAdmin(keys).on(routes);
        new QuotaAdmin(pacer, gauges).on(routes);
        new LogAdmin(logging).on(routes);
        routes.GET(
                "/admin/openapi.yaml",
                request -> ServerResponse.ok()
                        .contentType(MediaType.APPLICATION_YAML)
                        .bodyValue(new ClassPathResource(DESCRIPTION)));
        return new InternalRoutes(routes.filter(door)
                .filter(new AdminJournal(new ProblemDocument(address), events::publishEvent))
                .build());
    }
}
