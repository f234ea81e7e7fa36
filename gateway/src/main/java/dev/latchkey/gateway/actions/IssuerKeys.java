package dev.latchkey.gateway.actions;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.watch.CallSpans;
import io.netty.channel.ChannelOption;
import java.net.URI;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * The issuer's public keys (RFC 7517), fetched when they are first needed, when a token names one that is not known, and
 * when they are an hour old. However many tokens come with unknown keys, the issuer is asked once a minute; and when it does
 * not answer, the keys that are known stay in use.
 */
final class IssuerKeys {

    private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration AT_MOST_EVERY = Duration.ofMinutes(1);
    /** While there are none at all, nobody gets in. */
    private static final Duration WITHOUT_KEYS_EVERY = Duration.ofSeconds(5);

    private static final Duration OLD = Duration.ofHours(1);
    private static final int LARGEST_ANSWER = 256 * 1024;
    private static final int FEWEST_BITS = 2048;

    private final URI address;
    private final Clock clock;
    private final WebClient web;
    private volatile Known known = new Known(Map.of(), Instant.EPOCH);
    private volatile @Nullable Mono<Known> fetching;
    private volatile @Nullable Instant askedAt;

    private record Known(Map<String, RSAPublicKey> keys, Instant since) {}

    IssuerKeys(URI address, Clock clock) {
        this.address = address;
        this.clock = clock;
        HttpClient http = HttpClient.create()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT.toMillis())
                .responseTimeout(ANSWER)
                .followRedirect(false);
        this.web = WebClient.builder()
                .clientConnector(new ReactorClientHttpConnector(http))
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(LARGEST_ANSWER))
                .filter(CallSpans.named("actions keys"))
                .build();
    }

    /**
     * The key of that id; empty if the issuer has none.
     *
     * @return fails with {@code actions.keys.unavailable} if no key could be fetched at all
     */
    Mono<RSAPublicKey> key(String id) {
        Known now = known;
        RSAPublicKey key = now.keys().get(id);
        if (key != null && clock.instant().isBefore(now.since().plus(OLD))) {
            return Mono.just(key);
        }
        Mono<Known> fresh = fetchIfDue();
        if (fresh != null) {
            return fresh.flatMap(fetched -> Mono.justOrEmpty(fetched.keys().get(id)));
        }
        // A fetch may have ended between the two questions.
        Known latest = known;
        return latest.keys().isEmpty()
                ? Mono.error(unavailable())
                : Mono.justOrEmpty(latest.keys().get(id));
    }

    /** One fetch for all who wait for it, or null if it is too early for another. */
    private synchronized @Nullable Mono<Known> fetchIfDue() {
        Mono<Known> underWay = fetching;
        if (underWay != null) {
            return underWay;
        }
        Instant asked = askedAt;
        Duration pause = known.keys().isEmpty() ? WITHOUT_KEYS_EVERY : AT_MOST_EVERY;
        if (asked != null && clock.instant().isBefore(asked.plus(pause))) {
            return null;
        }
        askedAt = clock.instant();
        Mono<Known> fresh =
                Mono.defer(this::fetch).doOnTerminate(() -> fetching = null).cache();
        fetching = fresh;
        return fresh;
    }

    private Mono<Known> fetch() {
        return web.get()
                .uri(address)
                .accept(MediaType.APPLICATION_JSON)
                .retrieve()
                .bodyToMono(String.class)
                .timeout(ANSWER.plus(CONNECT))
                .map(IssuerKeys::parse)
                .map(keys -> known = new Known(keys, clock.instant()))
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("the issuer's answer is empty")))
                .onErrorResume(this::carryOn);
    }

    private Mono<Known> carryOn(Throwable failure) {
        LOG.warn("The keys of GitHub Actions cannot be fetched from {}: {}", address, failure.toString());
        return known.keys().isEmpty() ? Mono.error(unavailable().causedBy(failure)) : Mono.just(known);
    }

    private static Problem unavailable() {
        return Problem.of(ProblemCode.ACTIONS_KEYS_UNAVAILABLE).retryAfter(WITHOUT_KEYS_EVERY);
    }

    private static Map<String, RSAPublicKey> parse(String json) {
        try {
            Map<String, RSAPublicKey> keys = new HashMap<>();
            for (JWK jwk : JWKSet.parse(json).getKeys()) {
                if (jwk instanceof RSAKey rsa && jwk.getKeyID() != null && isForSigning(jwk)) {
                    keys.put(jwk.getKeyID(), rsa.toRSAPublicKey());
                }
            }
            if (keys.isEmpty()) {
                throw new IllegalStateException("the issuer has no RSA key for signing");
            }
            return Map.copyOf(keys);
        } catch (ParseException | JOSEException e) {
            throw new IllegalStateException("the issuer's answer is no key set", e);
        }
    }

    private static boolean isForSigning(JWK jwk) {
        boolean signs = jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE);
        return signs && jwk.size() >= FEWEST_BITS;
    }
}
