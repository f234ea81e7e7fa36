package dev.latchkey.gateway.facade.links;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.latchkey.gateway.github.GitHubApi;
import dev.latchkey.gateway.link.AccountLink;
import dev.latchkey.gateway.link.AccountLinks;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Route;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.watch.AuditEvent;
import dev.latchkey.gateway.watch.AuditEvent.Action;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.ProblemDocument;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The calls of a chat's server. Who was given a token for whom stands in the audit log, the token nowhere. */
final class LinkApi {

    private static final Logger LOG = LoggerFactory.getLogger(LinkApi.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String LINK = "/links/{user}";

    private final AccountLinks links;
    private final Routes routes;
    private final GatewayAddress address;
    private final ProblemDocument document;
    private final Audit audit;

    LinkApi(AccountLinks links, Routes routes, GatewayAddress address, Audit audit) {
        this.links = links;
        this.routes = routes;
        this.address = address;
        this.audit = audit;
        this.document = new ProblemDocument(address);
    }

    RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .POST("/links", this::ask)
                .GET(LINK, this::status)
                .DELETE(LINK, this::end)
                .POST(LINK + "/token", this::token)
                .onError(Problem.class, (failure, request) -> refused(failure, request))
                .onError(Exception.class, (failure, request) -> {
                    LOG.error("A call about account links failed", failure);
                    return refused(Problem.of(ProblemCode.INTERNAL), request);
                })
                .build();
    }

    private record Asked(
            @JsonProperty("login_url") String loginUrl,
            @JsonProperty("expires_at") Instant end) {}

    private Mono<ServerResponse> ask(ServerRequest request) {
        return request.bodyToMono(String.class)
                .onErrorMap(DataBufferLimitException.class, e -> Problem.of(ProblemCode.BODY_TOO_LARGE))
                .defaultIfEmpty("")
                .map(LinkApi::object)
                .flatMap(body -> links.ask(text(body, "user"), text(body, "room"), text(body, "done")))
                .flatMap(asked -> json(HttpStatus.CREATED, asked(asked)));
    }

    private Asked asked(AccountLinks.Asked asked) {
        return new Asked(address.at("/link") + "?request=" + asked.secret().reveal(), asked.end());
    }

    private static JsonNode object(String body) {
        try {
            JsonNode root = JSON.readTree(body);
            if (root != null && root.isObject()) {
                return root;
            }
        } catch (JacksonException e) {
            // Told below like anything else that is no object.
        }
        throw Problem.of(ProblemCode.LINK_UNFIT, "Send a JSON object with 'user' and, if there is one, 'room'");
    }

    private static String text(JsonNode body, String name) {
        JsonNode field = body.path(name);
        if (field.isMissingNode() || field.isNull()) {
            return "";
        }
        if (!field.isString()) {
            throw Problem.of(ProblemCode.LINK_UNFIT, "'" + name + "' has to be text");
        }
        return field.stringValue();
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Status(
            String user,
            boolean linked,
            @Nullable String room,
            @Nullable String login,
            @JsonProperty("github_id") @Nullable String subject,
            @Nullable List<String> scopes,
            @JsonProperty("linked_at") @Nullable Instant linkedAt,
            @JsonProperty("expires_at") @Nullable Instant end) {

        static Status of(AccountLink link) {
            return new Status(
                    link.user(),
                    true,
                    link.room(),
                    link.person().login(),
                    link.person().id().subject(),
                    link.scopes(),
                    link.linkedAt(),
                    link.end());
        }

        static Status none(String user) {
            return new Status(user, false, null, null, null, null, null, null);
        }
    }

    private Mono<ServerResponse> status(ServerRequest request) {
        String user = request.pathVariable("user");
        return links.find(user)
                .map(Status::of)
                .defaultIfEmpty(Status.none(user))
                .flatMap(status -> json(HttpStatus.OK, status));
    }

    private Mono<ServerResponse> end(ServerRequest request) {
        String user = request.pathVariable("user");
        return links.end(user).flatMap(ended -> json(ended ? HttpStatus.OK : HttpStatus.NOT_FOUND, Status.none(user)));
    }

    private record Given(
            String token, @JsonProperty("expires_at") Instant end) {

        /** Never the record's own form, which would print the token. */
        @Override
        public String toString() {
            return "Given[" + end + ']';
        }
    }

    private Mono<ServerResponse> token(ServerRequest request) {
        String user = request.pathVariable("user");
        List<String> ids = routes.all().stream()
                // Those that call as the App's installation do more than the person may.
                .filter(route -> route.leadsTo(GitHubApi.NAME) && route.send().repository() == null)
                .map(Route::id)
                .sorted()
                .toList();
        if (!ApiTokens.isFit(ids)) {
            return Mono.error(Problem.of(ProblemCode.ROUTE_UNKNOWN, "There is no route to GitHub's API"));
        }
        return links.token(user, ids)
                .flatMap(token -> {
                    audit.tell(AuditEvent.success(Action.LINK_TOKEN_GIVEN)
                            .with("link", logged(user))
                            .with("decision", "granted")
                            .with("expires", token.end().toString()));
                    return json(HttpStatus.CREATED, new Given(token.text().reveal(), token.end()));
                })
                .switchIfEmpty(Mono.defer(() -> {
                    audit.tell(AuditEvent.failure(Action.LINK_TOKEN_GIVEN, "not-linked")
                            .with("link", logged(user))
                            .with("decision", "refused"));
                    return json(HttpStatus.NOT_FOUND, Status.none(user));
                }));
    }

    /** A name that comes from outside makes no second line, and no second field. */
    private static String logged(String user) {
        String plain = user.replaceAll("[^A-Za-z0-9@._:-]", "?");
        return plain.length() <= 100 ? plain : plain.substring(0, 100);
    }

    private Mono<ServerResponse> refused(Problem problem, ServerRequest request) {
        String id = UUID.randomUUID().toString().replace("-", "");
        return ServerResponse.status(problem.code().status())
                .contentType(ProblemDocument.MEDIA_TYPE)
                .header("X-Latchkey-Problem", problem.code().code())
                .bodyValue(document.render(problem, id, request.uri().getRawPath()));
    }

    private static Mono<ServerResponse> json(HttpStatus status, Object body) {
        return ServerResponse.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .header("Cache-Control", "no-store")
                .header("X-Content-Type-Options", "nosniff")
                .bodyValue(JSON.writeValueAsString(body));
    }
}
