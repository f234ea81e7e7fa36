package dev.latchkey.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.keys.LogCapture;
import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.web.GatewayAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerResponse;

/** What is told to a gateway about its surroundings, and what it finds there. */
class SelfCheckTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final String KEYS = "{\"keys\":[{\"kid\":\"one\"}]}";
    private static final SelfCheck.Edge PLAIN = new SelfCheck.Edge(8080, false, false);

    private final DisposableServer gateway =
            server(answer -> answer.sendString(Mono.just(KEYS)).then());
    private DisposableServer gitHub = gitHubAt(NOW);
    private DisposableServer other = gateway;

    private interface Answer {
        Mono<Void> to(HttpServerResponse response);
    }

    private static DisposableServer server(Answer answer) {
        return HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> answer.to(response))
                .bindNow();
    }

    private static DisposableServer gitHubAt(Instant time) {
        return server(answer -> answer.header(
                        "Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atZone(ZoneOffset.UTC)))
                .send());
    }

    @AfterEach
    void stop() {
        gateway.disposeNow();
        gitHub.disposeNow();
        other.disposeNow();
    }

    private static String at(DisposableServer server) {
        return "http://localhost:" + server.port();
    }

    private SelfCheck check(String externalUrl, SelfCheck.Edge edge) {
        return new SelfCheck(
                new GatewayAddress(URI.create(externalUrl), "/oauth2"),
                edge,
                URI.create(at(gitHub)),
                () -> KEYS,
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private List<ConfigurationFault> findings(String externalUrl, SelfCheck.Edge edge) {
        return check(externalUrl, edge).findings().blockOptional().orElse(List.of());
    }

    @Test
    void aGatewayWhereAllAgreesSaysNothing() {
        assertThat(findings(at(gateway), PLAIN)).isEmpty();
    }

    @Test
    void anAddressThatCannotBeReachedFromHereIsNoFinding() {
        other = server(answer -> answer.send());
        String gone = at(other);
        other.disposeNow();
        assertThat(findings(gone, PLAIN)).isEmpty();
    }

    @Test
    void anAddressThatSendsBrowsersOnIsNotTheOneToSignInAt() {
        other = server(answer -> answer.status(301)
                .header("Location", "https://wiki.example.com/oauth2/jwks.json?x=1")
                .send());
        assertThat(findings(at(other), PLAIN)).singleElement().satisfies(finding -> {
            assertThat(finding.place()).isEqualTo("latchkey.external-url");
            assertThat(finding.what()).contains(at(other) + "/oauth2/callback");
            assertThat(finding.remedy()).endsWith("end up at: https://wiki.example.com");
        });
    }

    @Test
    void anAddressWhereSomethingElseAnswersIsTold() {
        other = server(
                answer -> answer.sendString(Mono.just("<h1>Welcome</h1>")).then());
        assertThat(findings(at(other), PLAIN))
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains("something else answers (200)"));
    }

    @Test
    void aBalancerThatHasNoGatewayYetIsNoFinding() {
        other = server(answer -> answer.status(503).send());
        assertThat(findings(at(other), PLAIN)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"31, 'behind'", "-32, 'ahead of'", "3600, 'behind'"})
    void aClockThatIsOffIsTold(int seconds, String direction) {
        gitHub.disposeNow();
        gitHub = gitHubAt(NOW.plusSeconds(seconds));
        assertThat(findings(at(gateway), PLAIN)).singleElement().satisfies(finding -> {
            assertThat(finding.place()).isEqualTo("The clock");
            assertThat(finding.what()).startsWith("it is " + Math.abs(seconds) + " s " + direction);
            assertThat(finding.remedy()).contains("NTP");
        });
    }

    @ParameterizedTest
    @CsvSource({"29", "-30", "0"})
    void aClockThatIsNearlyRightIsNot(int seconds) {
        gitHub.disposeNow();
        gitHub = gitHubAt(NOW.plusSeconds(seconds));
        assertThat(findings(at(gateway), PLAIN)).isEmpty();
    }

    @Test
    void aDateThatIsNoneIsNoFinding() {
        gitHub.disposeNow();
        gitHub = server(answer -> answer.header("Date", "yesterday").send());
        assertThat(findings(at(gateway), PLAIN)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "https://wiki.invalid, false, false, latchkey.trusted-proxies",
        "https://wiki.invalid, false, true,",
        "https://wiki.invalid, true, false,",
        "http://wiki.localhost, true, false, latchkey.external-url"
    })
    void aSecureAddressTakesSomethingThatSpeaksTls(String address, boolean tls, boolean proxied, String place) {
        assertThat(findings(address, new SelfCheck.Edge(8443, tls, proxied)))
                .extracting(ConfigurationFault::place)
                .isEqualTo(place == null ? List.of() : List.of(place));
    }

    @Test
    void anAddressThatNobodyWroteDoesNotFitAnotherPort() {
        assertThat(findings("http://localhost:8080", new SelfCheck.Edge(9000, false, false)))
                .first()
                .satisfies(finding -> assertThat(finding.remedy()).endsWith("http://localhost:9000"));
    }

    @Test
    void allOfItIsOneWarning() {
        other = server(answer -> answer.status(404).send());
        gitHub.disposeNow();
        gitHub = gitHubAt(NOW.plusSeconds(90));
        try (LogCapture log = LogCapture.of(SelfCheck.class)) {
            check(at(other), PLAIN).run().block();
            assertThat(log.warnings()).singleElement().asString().contains("latchkey.external-url: ", "The clock: ");
        }
    }
}
