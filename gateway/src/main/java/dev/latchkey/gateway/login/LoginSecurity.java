package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.web.GatewayAddress;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.firewall.ServerExchangeRejectedHandler;
import org.springframework.security.web.server.firewall.ServerWebExchangeFirewall;
import org.springframework.security.web.server.firewall.StrictServerWebExchangeFirewall;
import reactor.core.publisher.Mono;

/**
 * Spring Security in front of the gateway's own pages and APIs. Proxied requests never come here: they are decided by
 * the route's access gate.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebFluxSecurity
class LoginSecurity {

    private static final char DELETE = 0x7f;

    @Bean
    SecurityWebFilterChain ownEndpoints(ServerHttpSecurity http, GatewayAddress address) {
        CrossOriginGuard guard = new CrossOriginGuard(address);
        return http.securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
                // Sessions are Latchkey's own, so is the guard against forged forms; headers differ by kind of answer.
                .csrf(ServerHttpSecurity.CsrfSpec::disable)
                .headers(ServerHttpSecurity.HeaderSpec::disable)
                .httpBasic(ServerHttpSecurity.HttpBasicSpec::disable)
                .formLogin(ServerHttpSecurity.FormLoginSpec::disable)
                .logout(ServerHttpSecurity.LogoutSpec::disable)
                .requestCache(ServerHttpSecurity.RequestCacheSpec::disable)
                .authorizeExchange(exchanges -> exchanges
                        .anyExchange()
                        .access((authentication, context) -> Mono.just(new AuthorizationDecision(
                                !guard.refuses(context.getExchange().getRequest())))))
                .exceptionHandling(failures -> failures.accessDeniedHandler((exchange, denied) -> crossSite())
                        .authenticationEntryPoint((exchange, denied) -> crossSite()))
                .build();
    }

    /**
     * Spring Security's firewall reads each byte above 127 as a character and refuses those that are control characters
     * then. They are ordinary UTF-8 in the cookies of apps and in addresses, and must keep nobody from signing in.
     */
    @Bean
    ServerWebExchangeFirewall firewall() {
        StrictServerWebExchangeFirewall firewall = new StrictServerWebExchangeFirewall();
        // Null is asked about too, for a header that is not there.
        firewall.setAllowedHeaderValues(value -> value == null || isPlain(value));
        return firewall;
    }

    private static boolean isPlain(String value) {
        return value.chars().allMatch(c -> (c >= ' ' && c != DELETE) || c == '\t');
    }

    /** What Spring Security's firewall turns away gets an answer like any other. */
    @Bean
    ServerExchangeRejectedHandler rejectedRequests() {
        return (exchange, rejected) -> Mono.error(
                Problem.of(ProblemCode.REQUEST_MALFORMED, "The gateway's own pages do not understand this request"));
    }

    private static Mono<Void> crossSite() {
        return Mono.error(Problem.of(ProblemCode.CROSS_SITE_REFUSED));
    }
}
