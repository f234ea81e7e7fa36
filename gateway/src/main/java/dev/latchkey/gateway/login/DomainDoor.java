package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.SecurityHeaders;
import dev.latchkey.gateway.web.Stage;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The stage at which a session goes from the sign-in host to a further one, in three steps of the browser:
 *
 * <ol>
 *   <li>{@code /start} at the further host remembers in a cookie where the person wanted to go, and sends them on with the
 *       cookie's name;
 *   <li>{@code /hand_off} at the sign-in host signs them in, unless they are, and sends them back with a ticket;
 *   <li>{@code /arrive} at the further host takes the ticket only with that cookie, and sets the session's own.
 * </ol>
 *
 * <p>So a ticket that somebody else gets hold of, or plants, is of no use. It is the same session at every host: where it
 * ends, it ends for all of them.
 */
public final class DomainDoor implements Stage {

    private static final Pattern COOKIE_NAME = Pattern.compile("[A-Za-z0-9_-]{22}");
    private static final Pattern TICKET = Pattern.compile("[A-Za-z0-9_-]{32}");
    private static final String NO_VERIFIER = "hand-off";

    private final Domains domains;
    private final HandOff tickets;
    private final AttemptCookies attempts;
    private final SignIn signIn;
    private final SessionLoader current;
    private final Sessions sessions;
    private final ReturnTarget targets;
    private final GatewayAddress address;
    private final SecurityHeaders security;
    private final Clock clock;
    private final String below;

    DomainDoor(
            Domains domains,
            HandOff tickets,
            AttemptCookies attempts,
            SignIn signIn,
            SessionLoader current,
            Sessions sessions,
            ReturnTarget targets,
            GatewayAddress address,
            SecurityHeaders security,
            Clock clock) {
        this.domains = domains;
        this.tickets = tickets;
        this.attempts = attempts;
        this.signIn = signIn;
        this.current = current;
        this.sessions = sessions;
        this.targets = targets;
        this.address = address;
        this.security = security;
        this.clock = clock;
        this.below = address.path("/");
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Next next) {
        String path = RequestScope.of(exchange).path();
        if (domains.isEmpty()
                || !path.startsWith(below)
                || !exchange.getRequest().getMethod().equals(HttpMethod.GET)) {
            return next.proceed(exchange);
        }
        String page = path.substring(below.length());
        String origin = domains.originOf(RequestScope.of(exchange));
        if (origin == null) {
            return page.equals("hand_off") ? handOff(exchange) : next.proceed(exchange);
        }
        return switch (page) {
            case "start", "sign_in" -> start(exchange, origin);
            case "arrive" -> arrive(exchange, origin);
            // What changes something takes a form of the sign-in host's own pages.
            case "sign_out", "account" -> redirect(exchange, address.at('/' + page));
            default -> next.proceed(exchange);
        };
    }

    private Mono<Void> start(ServerWebExchange exchange, String origin) {
        String secret = tickets.newSecret();
        String target = targets.of(parameter(exchange, "rd"));
        attempts.remember(
                new SignInAttempt(secret, NO_VERIFIER, target, clock.millis()),
                exchange.getRequest(),
                exchange.getResponse());
        return redirect(exchange, address.at(errand(origin, AttemptCookies.nameOf(secret))));
    }

    private static String errand(String origin, String browser) {
        return "/hand_off?to=" + URLEncoder.encode(origin, StandardCharsets.UTF_8) + "&browser=" + browser;
    }

    private Mono<Void> handOff(ServerWebExchange exchange) {
        String origin = parameter(exchange, "to");
        String browser = parameter(exchange, "browser");
        if (origin == null || browser == null || !domains.contain(origin) || !matches(COOKIE_NAME, browser)) {
            return Mono.error(Problem.of(ProblemCode.STATE_INVALID).startOverAt(address.at("/start")));
        }
        return current.load(exchange)
                .flatMap(session -> tickets.issue(new HandOff.Errand(session.id(), origin, browser)))
                .map(ticket -> origin + address.path("/arrive") + "?ticket=" + ticket)
                .switchIfEmpty(Mono.defer(() -> signIn.start(exchange, address.path(errand(origin, browser)))))
                .flatMap(next -> redirect(exchange, URI.create(next)));
    }

    private Mono<Void> arrive(ServerWebExchange exchange, String origin) {
        String ticket = parameter(exchange, "ticket");
        if (ticket == null || !matches(TICKET, ticket)) {
            return Mono.error(refused(ProblemCode.STATE_INVALID, origin));
        }
        return tickets.look(ticket)
                .switchIfEmpty(Mono.error(() -> refused(ProblemCode.STATE_USED, origin)))
                .flatMap(errand -> arrive(exchange, origin, ticket, errand));
    }

    private Mono<Void> arrive(ServerWebExchange exchange, String origin, String ticket, HandOff.Errand errand) {
        ServerHttpRequest request = exchange.getRequest();
        SignInAttempt begun = attempts.findNamed(errand.browser(), request).orElse(null);
        if (begun == null || !errand.origin().equals(origin)) {
            return Mono.error(refused(ProblemCode.STATE_MISSING, origin));
        }
        if (begun.isExpired(clock.instant())) {
            return Mono.error(refused(ProblemCode.STATE_EXPIRED, origin));
        }
        return tickets.spend(ticket)
                .filter(first -> first)
                .switchIfEmpty(Mono.error(() -> refused(ProblemCode.STATE_USED, origin)))
                .flatMap(first -> sessions.cookieFor(errand.session()))
                .switchIfEmpty(Mono.error(() -> refused(ProblemCode.STATE_EXPIRED, origin)))
                .flatMap(cookie -> {
                    ServerHttpResponse response = exchange.getResponse();
                    attempts.forget(begun.state(), response);
                    response.addCookie(cookie);
                    return redirect(exchange, URI.create(begun.target()));
                });
    }

    private Problem refused(ProblemCode code, String origin) {
        return Problem.of(code).startOverAt(URI.create(origin + address.path("/start")));
    }

    private static boolean matches(Pattern pattern, String text) {
        return pattern.matcher(text).matches();
    }

    private static @Nullable String parameter(ServerWebExchange exchange, String name) {
        return exchange.getRequest().getQueryParams().getFirst(name);
    }

    private Mono<Void> redirect(ServerWebExchange exchange, URI target) {
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatus.FOUND);
        security.onAnswer(response.getHeaders());
        response.getHeaders().setLocation(target);
        return response.setComplete();
    }
}
