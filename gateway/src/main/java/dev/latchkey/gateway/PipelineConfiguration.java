package dev.latchkey.gateway;

import dev.latchkey.gateway.forward.Forward;
import dev.latchkey.gateway.forward.Resilience;
import dev.latchkey.gateway.forward.SignedDeliveries;
import dev.latchkey.gateway.github.GitHubPassthrough;
import dev.latchkey.gateway.identity.AuthAnswer;
import dev.latchkey.gateway.identity.FreshToken;
import dev.latchkey.gateway.identity.IdentityStamp;
import dev.latchkey.gateway.limit.InboundLimits;
import dev.latchkey.gateway.login.HandOffDoor;
import dev.latchkey.gateway.ops.Recording;
import dev.latchkey.gateway.route.AccessGate;
import dev.latchkey.gateway.route.BuiltInStage;
import dev.latchkey.gateway.route.CredentialLoader;
import dev.latchkey.gateway.route.ForwardAuth;
import dev.latchkey.gateway.route.RouteMatcher;
import dev.latchkey.gateway.route.SocketOrigin;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.ProblemBoundary;
import dev.latchkey.gateway.web.RequestDoor;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class PipelineConfiguration {

    /** The order of everything that happens to a request. */
    @Bean
    GatewayPipeline gatewayPipeline(
            Recording recording,
            ProblemBoundary problems,
            RequestDoor door,
            GatewayAddress address,
            ForwardAuth forwardAuth,
            HandOffDoor handOff,
            RouteMatcher routes,
            SessionLoader sessions,
            CredentialLoader credentials,
            InboundLimits limits,
            AccessGate gate,
            GitHubPassthrough gitHub,
            BuiltInStage builtIns,
            SocketOrigin origin,
            SignedDeliveries deliveries,
            FreshToken token,
            AuthAnswer authAnswer,
            IdentityStamp identity,
            Resilience resilience,
            Forward forward) {
        return new GatewayPipeline(
                List.of(
                        // Around everything, so that whatever became of a request is noted.
                        recording,
                        // Outermost of the rest, so that a failure of any stage is answered in one place.
                        problems,
                        // Before anything decides: the id, the peer, the host, the path.
                        door,
                        // A proxy's question becomes the request it asks about, which is no endpoint's.
                        forwardAuth,
                        // Before the own endpoints, of which a further host has only a few.
                        handOff,
                        // Spring Security guards these; no route can take their paths.
                        new OwnEndpoints(address),
                        // Before the session: what is not there costs no look-up.
                        routes,
                        // Before the gate, which decides about a person.
                        sessions,
                        // After the cookie, over which a credential wins.
                        credentials,
                        // After it is known who asks, and before GitHub is asked on their behalf.
                        limits),
                gate,
                List.of(
                        // Before anything is done in somebody's name that another site's page asks for.
                        origin,
                        // Before anything is told or given to whoever cannot sign, where a route is for deliveries.
                        deliveries,
                        // Only behind the gate, and only where the route sends the token on.
                        token,
                        // Whoever only asks is answered here, where others go on.
                        authAnswer,
                        // Instead of all that follows, on routes that lead to no app but to GitHub's API.
                        gitHub,
                        // As that one, for everything else that the gateway serves itself.
                        builtIns,
                        // After everything that could fail, before anything that leaves.
                        identity,
                        // Around each attempt to reach the app, and around nothing else.
                        resilience,
                        forward));
    }

    @Bean
    @ConditionalOnMissingBean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    RouterFunction<ServerResponse> ping(SecurityHeaders security) {
        return RouterFunctions.route()
                .GET(
                        "/ping",
                        request ->
                                ServerResponse.ok().headers(security::onAnswer).bodyValue("OK"))
                .build();
    }
}
