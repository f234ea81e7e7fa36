package dev.latchkey.gateway.identity;

import dev.latchkey.gateway.keys.SigningKeys;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Publishes the keys that identity JWTs can be verified with (RFC 7517). */
@Configuration(proxyBeanMethods = false)
class JwksEndpoint {

    /** Far shorter than a key is published ahead of its use, so no verifier meets a key that it cannot find. */
    private static final CacheControl FOR_VERIFIERS =
            CacheControl.maxAge(Duration.ofMinutes(5)).cachePublic();

    private final SigningKeys keys;

    private final SecurityHeaders security;

    JwksEndpoint(SigningKeys keys, SecurityHeaders security) {
        this.keys = keys;
        this.security = security;
    }

    @Bean
    RouterFunction<ServerResponse> jwksRoutes(GatewayAddress address) {
        return RouterFunctions.route()
                .GET(address.prefix() + "/jwks.json", this::jwks)
                .GET("/.well-known/jwks.json", this::jwks)
                .build();
    }

    private Mono<ServerResponse> jwks(ServerRequest request) {
        return ServerResponse.ok()
                .headers(security::onCacheable)
                .contentType(MediaType.parseMediaType("application/jwk-set+json"))
                .cacheControl(FOR_VERIFIERS)
                .headers(headers -> {
                    headers.set("Access-Control-Allow-Origin", "*");
                    headers.set("Cross-Origin-Resource-Policy", "cross-origin");
                })
                .bodyValue(keys.jwks());
    }
}
