package dev.latchkey.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;

class CredentialLoaderTest {

    private static final Person PERSON = new Person(new PersonId("github", "1"), "octocat", null, null, false, null);

    private static MockServerWebExchange exchange(MockServerHttpRequest.BaseBuilder<?> request) {
        MockServerWebExchange exchange = MockServerWebExchange.from(request);
        BrowserSession session = new BrowserSession(
                "session", PERSON, Instant.EPOCH, Instant.EPOCH, Instant.MAX, new BrowserSession.Origin("::1", "curl"));
        exchange.getAttributes().put(BrowserSession.class.getName(), session);
        return exchange;
    }

    @Test
    void theCallerInASessionIsMadeOnceForARequest() {
        MockServerWebExchange exchange = exchange(MockServerHttpRequest.get("/x"));
        Caller caller = CredentialLoader.callerOf(exchange);
        assertThat(caller).isInstanceOf(Caller.InSession.class);
        assertThat(CredentialLoader.callerOf(exchange)).isSameAs(caller);
        assertThat(CredentialLoader.callerOf(
                        exchange.mutate().request(exchange.getRequest()).build()))
                .isSameAs(caller);
    }

    @Test
    void aCredentialWinsOverTheSessionEvenIfSomebodyAskedBefore() {
        MockServerWebExchange exchange =
                exchange(MockServerHttpRequest.get("/x").header("Authorization", "Bearer known"));
        Route route = TestRoutes.route("to: http://a\nallow: [signed-in]\n");
        exchange.getAttributes().put(Route.class.getName(), route);
        assertThat(CredentialLoader.callerOf(exchange)).isInstanceOf(Caller.InSession.class);
        Caller known = new Caller.ByCredential(PERSON, "test:1", Instant.MAX);
        CredentialLoader loader = new CredentialLoader(List.of((asked, credential, at) -> Mono.just(known)));
        loader.handle(exchange, next -> Mono.empty()).block();
        assertThat(CredentialLoader.callerOf(exchange)).isSameAs(known);
    }

    @Test
    void nobodyIsNobody() {
        assertThat(CredentialLoader.callerOf(MockServerWebExchange.from(MockServerHttpRequest.get("/x"))))
                .isNull();
    }
}
