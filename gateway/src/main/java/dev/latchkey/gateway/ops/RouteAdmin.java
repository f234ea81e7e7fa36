package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.route.Asker;
import dev.latchkey.gateway.route.Explainer;
import dev.latchkey.gateway.route.Explanation;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.route.Rule;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.web.InternalRoutes;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** What operators may ask about routes: which are in force, what is wrong with the files, and why somebody is let in. */
final class RouteAdmin {

    private static final Pattern ID = Pattern.compile("(?!actions:)([a-z0-9_-]{1,40}):([!-~]{1,255})");
    private static final Pattern METHOD = Pattern.compile("[A-Za-z]{3,16}");

    private final Routes routes;
    private final Explainer explainer;
    private final Sessions sessions;

    RouteAdmin(Routes routes, Explainer explainer, Sessions sessions) {
        this.routes = routes;
        this.explainer = explainer;
        this.sessions = sessions;
    }

    InternalRoutes routes(InternalDoor door, AdminProblems problems) {
        return new InternalRoutes(RouterFunctions.route()
                .GET("/admin/routes", this::list)
                .GET("/admin/explain", this::explain)
                .filter(door)
                .filter(problems)
                .build());
    }

    private record Shown(String id, @Nullable String host, String path, String to, List<String> allow) {

        static Shown of(Route route) {
            return new Shown(
                    route.id(),
                    route.host(),
                    route.path().getPatternString(),
                    route.backend().toString(),
                    route.allow().stream().map(Rule::line).toList());
        }
    }

    private record Listing(List<Shown> routes, List<ConfigurationFault> faults, Instant since, long changes) {}

    private Mono<ServerResponse> list(ServerRequest request) {
        Routes.Status status = routes.status();
        List<Shown> shown = status.routes().stream()
                .map(Shown::of)
                .sorted(Comparator.comparing(Shown::id))
                .toList();
        return ServerResponse.ok().bodyValue(new Listing(shown, status.faults(), status.since(), status.changes()));
    }

    private Mono<ServerResponse> explain(ServerRequest request) {
        String method = request.queryParam("method").orElse("GET");
        URI address = address(request.queryParam("url").orElse(""));
        if (address == null || !METHOD.matcher(method).matches()) {
            return ServerResponse.badRequest()
                    .bodyValue(Map.of(
                            "error", "Ask for /admin/explain?as=octocat&method=GET&url=https://wiki.example.com/x"));
        }
        Optional<String> as = request.queryParam("as").filter(name -> !name.isBlank());
        HttpMethod asked = HttpMethod.valueOf(method.toUpperCase(Locale.ROOT));
        return Mono.defer(() -> asker(as))
                .flatMap(asker -> explainer.explain(asker.orElse(null), asked, address))
                .flatMap(RouteAdmin::answer)
                .onErrorResume(
                        IllegalArgumentException.class,
                        noJob -> ServerResponse.badRequest()
                                .bodyValue(Map.of("error", String.valueOf(noJob.getMessage()))));
    }

    private static Mono<ServerResponse> answer(Explanation explanation) {
        return ServerResponse.ok().bodyValue(explanation);
    }

    /** By provider and id there, with what a session holds if there is one; by login, with nothing more. */
    private Mono<Optional<Asker>> asker(Optional<String> as) {
        if (as.isEmpty()) {
            return Mono.just(Optional.empty());
        }
        var account = ID.matcher(as.get());
        if (!account.matches()) {
            return Mono.just(Optional.of(Asker.named(as.get())));
        }
        PersonId id = new PersonId(account.group(1), account.group(2));
        return sessions.list(id)
                .next()
                .map(session -> Optional.of(Asker.of(session.person())))
                .defaultIfEmpty(Optional.of(Asker.numbered(id)));
    }

    private static @Nullable URI address(String text) {
        try {
            return text.isEmpty() ? null : new URI(text);
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
