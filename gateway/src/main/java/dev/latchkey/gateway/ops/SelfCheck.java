package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.web.GatewayAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Looks, once the gateway serves, whether what it was told about its surroundings is so: that the external URL leads here
 * and nowhere else, since the callback, the cookie and every issued JWT depend on it, and that the clock is right. What
 * cannot be looked at from here, such as an address that only browsers reach, is no finding.
 */
final class SelfCheck {

    private static final Logger LOG = LoggerFactory.getLogger(SelfCheck.class);
    private static final String EXTERNAL_URL = "latchkey.external-url";

    /** What the address is where nobody wrote one. */
    private static final String UNCHANGED = "http://localhost:8080";

    private static final int UNCHANGED_PORT = 8080;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Of a body as it arrives; our own keys come in one. */
    private static final int MOST_PARTS = 16;

    /** GitHub refuses an App's JWT that was made a minute ahead of its clock, and a session may be ended that late. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(30);

    private final GatewayAddress address;
    private final Edge edge;
    private final URI gitHub;
    private final Supplier<String> ownKeys;
    private final Clock clock;
    private final HttpClient http = HttpClient.newConnection().responseTimeout(PATIENCE);

    /**
     * @param gitHub the address whose clock is believed
     * @param ownKeys the JWKS that the external URL has to serve if it leads here
     */
    SelfCheck(GatewayAddress address, Edge edge, URI gitHub, Supplier<String> ownKeys, Clock clock) {
        this.address = address;
        this.edge = edge;
        this.gitHub = gitHub;
        this.ownKeys = ownKeys;
        this.clock = clock;
    }

    /**
     * How the edge is reached.
     *
     * @param port where it listens
     * @param tls whether it speaks TLS itself
     * @param proxied whether a proxy in front is trusted
     */
    record Edge(int port, boolean tls, boolean proxied) {}

    /** Looks at everything and warns once, of all that was found. */
    Mono<Void> run() {
        return findings()
                .doOnNext(findings -> LOG.warn(
                        "Start-up self-check: what the gateway was told does not agree with what it finds.\n{}",
                        findings.stream().map(SelfCheck::shown).collect(Collectors.joining("\n"))))
                .then();
    }

    private static String shown(ConfigurationFault finding) {
        return "  " + finding.toString().replace("\n", "\n  ");
    }

    /** Everything that was found, at least one; empty if all agrees. */
    Mono<List<ConfigurationFault>> findings() {
        return Mono.zip(whereTheAddressLeads(), clockAgainstGitHub())
                .map(looked -> Stream.of(Optional.ofNullable(ofTheEdge()), looked.getT1(), looked.getT2())
                        .flatMap(Optional::stream)
                        .toList())
                .filter(findings -> !findings.isEmpty());
    }

    private @Nullable ConfigurationFault ofTheEdge() {
        if (edge.proxied()) {
            return null;
        }
        if (address.origin().equals(UNCHANGED) && edge.port() != UNCHANGED_PORT) {
            return new ConfigurationFault(
                    EXTERNAL_URL,
                    "the edge listens at " + edge.port() + ", but browsers are told of " + UNCHANGED,
                    "Write the address that browsers use: http://localhost:" + edge.port());
        }
        if (address.secure() && !edge.tls()) {
            return new ConfigurationFault(
                    "latchkey.trusted-proxies",
                    address.origin()
                            + " is reached by TLS, which neither the edge speaks nor a trusted proxy: apps would"
                            + " be told of plain http, and all people share one address",
                    "Name the proxy that ends TLS, such as 10.0.0.0/8; or give the edge a certificate by"
                            + " latchkey.tls.certificate.");
        }
        if (!address.secure() && edge.tls()) {
            return new ConfigurationFault(
                    EXTERNAL_URL,
                    address.origin()
                            + " is plain http but the edge speaks TLS: the callback would not be understood, and"
                            + " the cookie is not Secure",
                    "Write https: " + address.origin().replaceFirst("http:", "https:"));
        }
        return null;
    }

    private Mono<Optional<ConfigurationFault>> whereTheAddressLeads() {
        return http.get()
                .uri(address.at("/jwks.json").toString())
                .response(this::answered)
                .single()
                .timeout(PATIENCE)
                .onErrorResume(unreachable -> {
                    LOG.debug("{} is not reached from here: {}", address.origin(), unreachable.toString());
                    return Mono.just(Optional.empty());
                });
    }

    private Mono<Optional<ConfigurationFault>> answered(HttpClientResponse answer, ByteBufFlux body) {
        int status = answer.status().code();
        if (status >= 300 && status < 400) {
            return Mono.just(sentOn(answer.responseHeaders().get(HttpHeaders.LOCATION, "")));
        }
        if (status >= 500) {
            // A balancer that knows no ready gateway yet.
            return Mono.just(Optional.empty());
        }
        return body.asString()
                .take(MOST_PARTS)
                .reduce("", String::concat)
                .map(keys -> status == 200 && keys.equals(ownKeys.get())
                        ? Optional.empty()
                        : Optional.of(somebodyElse(status)));
    }

    private Optional<ConfigurationFault> sentOn(String location) {
        String origin = originOf(location);
        return Optional.of(new ConfigurationFault(
                EXTERNAL_URL,
                address.origin() + " sends browsers on to " + (origin.isEmpty() ? "another address" : origin)
                        + ": the callback " + address.at("/callback") + " and the cookie are for the first",
                "Write the address that browsers end up at" + (origin.isEmpty() ? "." : ": " + origin)));
    }

    /** Nothing but the origin: it goes to the log, and a stranger's answer may be of any length. */
    private String originOf(String location) {
        try {
            URI target = address.externalUrl().resolve(location);
            return new GatewayAddress(new URI(target.getScheme(), target.getAuthority(), null, null, null), "/x")
                    .origin();
        } catch (Exception unusable) {
            return "";
        }
    }

    private ConfigurationFault somebodyElse(int status) {
        return new ConfigurationFault(
                EXTERNAL_URL,
                "at " + address.origin() + " something else answers (" + status + "): the callback "
                        + address.at("/callback") + " would not come here",
                "Write the address that browsers reach this gateway at, port and all, and register its callback at"
                        + " GitHub.");
    }

    private Mono<Optional<ConfigurationFault>> clockAgainstGitHub() {
        return Mono.defer(() -> {
                    Instant asked = clock.instant();
                    return http.head()
                            .uri(gitHub.toString())
                            .response()
                            .map(answer ->
                                    offBy(answer.responseHeaders().get(HttpHeaders.DATE), asked, clock.instant()));
                })
                .timeout(PATIENCE)
                .onErrorResume(unreachable -> {
                    LOG.debug("{} is not reached from here: {}", gitHub, unreachable.toString());
                    return Mono.just(Optional.empty());
                });
    }

    private Optional<ConfigurationFault> offBy(@Nullable String date, Instant asked, Instant answered) {
        Optional<Instant> there = instantOf(date);
        if (there.isEmpty()) {
            return Optional.empty();
        }
        boolean behind = there.get().isAfter(answered);
        Duration off = behind ? Duration.between(answered, there.get()) : Duration.between(there.get(), asked);
        return off.compareTo(CLOCK_TOLERANCE) <= 0
                ? Optional.empty()
                : Optional.of(new ConfigurationFault(
                        "The clock",
                        "it is " + off.toSeconds() + " s " + (behind ? "behind" : "ahead of") + " that of "
                                + gitHub.getHost() + ": JWTs made here count as expired or not yet good elsewhere",
                        "Let the machine keep its time by NTP (chrony, systemd-timesyncd), on every node."));
    }

    private static Optional<Instant> instantOf(@Nullable String date) {
        try {
            return Optional.ofNullable(date)
                    .map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME))
                    .map(ZonedDateTime::toInstant);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
