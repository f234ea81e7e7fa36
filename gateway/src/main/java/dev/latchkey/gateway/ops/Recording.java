package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.github.pace.Savings;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.CredentialLoader;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.route.RouteMatcher;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.watch.AuditEvent;
import dev.latchkey.gateway.watch.AuditEvent.Action;
import dev.latchkey.gateway.watch.Span;
import dev.latchkey.gateway.web.Passage;
import dev.latchkey.gateway.web.Passage.Decision;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.Stage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerResponse;

/**
 * The outermost stage: at the end of each request it counts what became of it, and writes its line where that is wanted. The
 * stages on the way only note in {@link Passage} what they do; no observation, no event, nothing that a request waits for.
 */
public final class Recording implements Stage, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Recording.class);
    private static final int CLIENT_GONE = 499;
    private static final String CACHE = "X-Latchkey-Cache";
    /** For requests that no route has, and those for the gateway's own pages. No file can have that name. */
    private static final String NO_ROUTE = "-";

    private static final Set<ProblemCode> REFUSED_CREDENTIALS = EnumSet.of(
            ProblemCode.API_TOKEN_REFUSED,
            ProblemCode.ACTIONS_TOKEN_REFUSED,
            ProblemCode.GITHUB_TOKEN_REFUSED,
            ProblemCode.SERVICE_TOKEN_REFUSED);

    private final Routes routes;
    private final MeterRegistry meters;
    private final Audit audit;
    private final @Nullable AccessLog access;
    private final LongAdder begun = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final Map<String, RouteMeters> byRoute = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Counter>> cache = new ConcurrentHashMap<>();
    private final RouteMeters withoutRoute;
    private final Disposable changes;
    private volatile Set<String> inForce;

    Recording(Routes routes, MeterRegistry meters, Audit audit, @Nullable AccessLog access) {
        this.routes = routes;
        this.meters = meters;
        this.audit = audit;
        this.access = access;
        this.withoutRoute = new RouteMeters(NO_ROUTE, meters);
        this.inForce = idsOf(routes);
        this.changes = routes.changes().subscribe(status -> forgetRemoved());
        Gauge.builder(Metric.REQUESTS_OPEN.meter(), this, all -> all.begun.sum() - all.ended.sum())
                .description(Metric.REQUESTS_OPEN.description())
                .register(meters);
    }

    private static Set<String> idsOf(Routes routes) {
        return routes.all().stream().map(Route::id).collect(Collectors.toUnmodifiableSet());
    }

    private void forgetRemoved() {
        Set<String> now = idsOf(routes);
        inForce = now;
        byRoute.keySet().stream().filter(id -> !now.contains(id)).toList().forEach(id -> {
            RouteMeters removed = byRoute.remove(id);
            if (removed != null) {
                removed.remove();
            }
        });
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Next next) {
        Passage passage = Passage.begin(exchange);
        begun.increment();
        Channel channel = access == null ? null : countedChannel(exchange);
        return next.proceed(exchange).doFinally(signal -> end(exchange, passage, signal, channel));
    }

    /** Asked for while the request is under way: afterwards its connection may be another's. */
    private static @Nullable Channel countedChannel(ServerWebExchange exchange) {
        if (ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse()) instanceof Connection connection) {
            AnswerBytes.countIn(connection.channel());
            return connection.channel();
        }
        return null;
    }

    private void end(ServerWebExchange exchange, Passage passage, SignalType signal, @Nullable Channel channel) {
        ended.increment();
        try {
            Route route = RouteMatcher.find(exchange);
            int status = statusOf(exchange.getResponse(), signal);
            count(exchange, passage, route, status);
            tellOfRefusal(exchange, passage, route);
            if (passage.span() != null) {
                end(passage.span(), exchange, passage, route, status);
            }
            if (access != null) {
                write(access, line(exchange, passage, route, status, signal), channel);
            }
        } catch (RuntimeException e) {
            LOG.error("What became of a request could not be noted", e);
        }
    }

    private static void end(Span span, ServerWebExchange exchange, Passage passage, @Nullable Route route, int status) {
        String method = exchange.getRequest().getMethod().name();
        span.named(route == null ? method : method + ' ' + route.id())
                .with("http.request.method", method)
                .with("http.response.status_code", status)
                .with("url.path", LogText.of(RequestScope.of(exchange).path()))
                .with("latchkey.decision", passage.decision().name().toLowerCase(Locale.ROOT));
        if (passage.problem() != null) {
            span.with("error.type", passage.problem().code());
        }
        span.end();
    }

    /** Nothing is said to who has left, whatever the answer would have been. */
    private static int statusOf(ServerHttpResponse response, SignalType signal) {
        if (signal == SignalType.CANCEL && !response.isCommitted()) {
            return CLIENT_GONE;
        }
        HttpStatusCode status = response.getStatusCode();
        return status == null ? 0 : status.value();
    }

    // Counting

    private void count(ServerWebExchange exchange, Passage passage, @Nullable Route route, int status) {
        RouteMeters of = metersOf(route);
        if (of == null) {
            return;
        }
        ProblemCode problem = passage.problem();
        if (problem == null) {
            of.answered(status);
        } else {
            of.failed(status, problem.code());
        }
        switch (passage.decision()) {
            case PERMITTED -> of.permitted();
            case CHALLENGED -> of.challenged();
            case DENIED -> of.denied(problem == null ? "none" : problem.code());
            case NONE -> {}
        }
        long backend = passage.backendDuration();
        if (backend >= 0) {
            of.backend(passage.isUnanswered() ? 0 : status, backend);
        }
        if (route != null && route.leadsTo("github-api")) {
            countCache(exchange.getResponse().getHeaders().getFirst(CACHE), passage.askedFor(), of);
        }
    }

    private void countCache(@Nullable String outcome, @Nullable String template, RouteMeters of) {
        if (outcome == null || template == null) {
            return;
        }
        cache.computeIfAbsent(outcome, word -> new ConcurrentHashMap<>())
                .computeIfAbsent(template, name -> Metric.GITHUB_CACHE.counter(meters, outcome, name))
                .increment();
        if (Savings.isFree(outcome)) {
            of.saved(template);
        }
    }

    /** Null for a route that was taken out of force while this request was under way. */
    private @Nullable RouteMeters metersOf(@Nullable Route route) {
        if (route == null) {
            return withoutRoute;
        }
        RouteMeters known = byRoute.get(route.id());
        if (known != null || !inForce.contains(route.id())) {
            return known;
        }
        return byRoute.computeIfAbsent(route.id(), id -> new RouteMeters(id, meters));
    }

    // Telling

    private void tellOfRefusal(ServerWebExchange exchange, Passage passage, @Nullable Route route) {
        ProblemCode problem = passage.problem();
        if (problem == null) {
            return;
        }
        if (passage.decision() == Decision.DENIED) {
            tell(Action.ACCESS, problem, exchange, route);
        } else if (REFUSED_CREDENTIALS.contains(problem)) {
            tell(Action.CREDENTIAL, problem, exchange, route);
        }
    }

    private void tell(Action action, ProblemCode problem, ServerWebExchange exchange, @Nullable Route route) {
        RequestScope scope = RequestScope.of(exchange);
        audit.tell(AuditEvent.failure(action, problem.code())
                .of(userOf(exchange))
                .with("route", route == null ? null : route.id())
                .with("method", exchange.getRequest().getMethod().name())
                .with("path", scope.path())
                .with("client", scope.client())
                .with("request", scope.requestId()));
    }

    private static @Nullable String userOf(ServerWebExchange exchange) {
        Caller caller = CredentialLoader.callerOf(exchange);
        return caller == null ? null : caller.principal();
    }

    /** With the bytes of the answer, some of which may still have to be written. */
    private static void write(AccessLog access, AccessLine line, @Nullable Channel channel) {
        if (channel == null) {
            access.add(line);
        } else {
            AnswerBytes.whenWritten(channel, bytes -> access.add(line.withBytes(bytes)));
        }
    }

    private static AccessLine line(
            ServerWebExchange exchange, Passage passage, @Nullable Route route, int status, SignalType signal) {
        RequestScope scope = RequestScope.of(exchange);
        Object server = ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse());
        ProblemCode problem = passage.problem();
        return new AccessLine(
                exchange.getRequest().getMethod().name(),
                scope.host(),
                scope.path(),
                route == null ? null : route.id(),
                status,
                0,
                passage.duration(),
                passage.backendDuration(),
                userOf(exchange),
                passage.decision().name().toLowerCase(Locale.ROOT),
                problem == null ? null : problem.code(),
                scope.client(),
                server instanceof HttpServerResponse response
                        ? response.version().text()
                        : "-",
                scope.requestId(),
                signal == SignalType.ON_COMPLETE);
    }

    @Override
    public void close() {
        changes.dispose();
    }
}
