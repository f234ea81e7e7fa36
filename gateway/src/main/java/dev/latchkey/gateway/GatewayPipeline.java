package dev.latchkey.gateway;

import dev.latchkey.gateway.route.AccessGate;
import dev.latchkey.gateway.route.PermittedStage;
import dev.latchkey.gateway.web.Stage;
import java.util.List;
import java.util.ListIterator;
import java.util.stream.Stream;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * The way of every request through the gateway, straight down: first the stages that find out what is asked and by
 * whom, then the gate, then the stages that may only be entered with its permit.
 *
 * <p>It stands before every other filter. Requests for the gateway's own endpoints leave it at {@link OwnEndpoints} and
 * go on to Spring Security and the handlers; a proxied request never does.
 */
public final class GatewayPipeline implements WebFilter, Ordered {

    private final List<Stage> stages;
    private final List<PermittedStage> permittedStages;
    private final Stage.Next first;

    GatewayPipeline(List<Stage> stages, AccessGate gate, List<PermittedStage> permittedStages) {
        this.stages = List.copyOf(stages);
        this.permittedStages = List.copyOf(permittedStages);
        this.first = linked(this.stages, gate, linked(this.permittedStages));
    }

    private static Stage.Next linked(List<Stage> stages, AccessGate gate, PermittedStage.Next permitted) {
        Stage.Next next = exchange -> gate.decide(exchange, permitted);
        ListIterator<Stage> stage = stages.listIterator(stages.size());
        while (stage.hasPrevious()) {
            next = before(stage.previous(), next);
        }
        return next;
    }

    private static Stage.Next before(Stage stage, Stage.Next next) {
        return exchange -> stage.handle(exchange, next);
    }

    private static PermittedStage.Next linked(List<PermittedStage> stages) {
        PermittedStage.Next next = (permit, exchange) -> Mono.error(new IllegalStateException("nothing forwards"));
        ListIterator<PermittedStage> stage = stages.listIterator(stages.size());
        while (stage.hasPrevious()) {
            next = before(stage.previous(), next);
        }
        return next;
    }

    private static PermittedStage.Next before(PermittedStage stage, PermittedStage.Next next) {
        return (permit, exchange) -> stage.handle(permit, exchange, next);
    }

    /** The stages' names in order, the gate among them. */
    List<String> order() {
        return Stream.of(
                        stages.stream().map(Stage::getClass),
                        Stream.of(AccessGate.class),
                        permittedStages.stream().map(PermittedStage::getClass))
                .flatMap(names -> names)
                .map(Class::getSimpleName)
                .toList();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        OwnEndpoints.remember(exchange, chain);
        return first.proceed(exchange);
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }
}
