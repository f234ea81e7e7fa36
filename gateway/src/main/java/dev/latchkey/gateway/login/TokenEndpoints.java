package dev.latchkey.gateway.login;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.token.ApiToken;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.NewTokenPage;
import dev.latchkey.gateway.web.Pages;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * My API tokens: as forms of the account page, and as JSON for programs that hold the session's cookie. A token cannot make
 * another, or the end of one would end nothing; nor can an app's page that the person has open, see {@link ByHand}.
 */
final class TokenEndpoints {

    /** What the form for a new one is for. */
    static final String MAKING = "api-token";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration USUAL_LIFE = Duration.ofDays(30);

    private final ApiTokens tokens;
    private final SignedIn signedIn;
    private final ByHand byHand;
    private final GatewayAddress address;
    private final Pages pages;
    private final SecurityHeaders security;

    TokenEndpoints(
            ApiTokens tokens,
            SignedIn signedIn,
            ByHand byHand,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        this.tokens = tokens;
        this.signedIn = signedIn;
        this.byHand = byHand;
        this.address = address;
        this.pages = pages;
        this.security = security;
    }

    RouterFunction<ServerResponse> routes() {
        String all = address.path("/account/tokens");
        return RouterFunctions.route()
                .GET(all, request -> signedIn.only(request, this::list))
                .POST(all, request -> signedIn.only(request, session -> make(request, session)))
                .POST(all + "/end", request -> signedIn.only(request, session -> endByForm(request, session)))
                .DELETE(all + "/{id}", request -> signedIn.only(request, session -> end(request, session)))
                .build();
    }

    /** A token in a list. */
    private record Shown(
            String id,
            String name,
            List<String> routes,

            @JsonProperty("created_at") String madeAt,

            @JsonProperty("expires_at") String end) {

        static Shown of(ApiToken token) {
            return new Shown(
                    token.id(),
                    token.name(),
                    token.routes(),
                    token.madeAt().toString(),
                    token.end().toString());
        }
    }

    private record ShownOnce(
            String id,
            String token,
            String name,
            List<String> routes,

            @JsonProperty("expires_at") Instant end) {

        /** Never the record's own form, which would print the token. */
        @Override
        public String toString() {
            return "ShownOnce[id=" + id + ']';
        }
    }

    private Mono<ServerResponse> list(BrowserSession session) {
        return tokens.list(session.person().id())
                .map(Shown::of)
                .collectList()
                .flatMap(list -> json(HttpStatus.OK, list));
    }

    private Mono<ServerResponse> make(ServerRequest request, BrowserSession session) {
        MediaType type = typeOf(request);
        if (type.isCompatibleWith(MediaType.APPLICATION_FORM_URLENCODED)) {
            return PostedForm.of(request)
                    .flatMap(form -> byHand.take(request, form, session, MAKING)
                            .then(Mono.fromSupplier(() -> Wanted.inForm(form))))
                    .flatMap(wanted -> make(session, wanted))
                    .flatMap(this::page);
        }
        if (!type.isCompatibleWith(MediaType.APPLICATION_JSON)) {
            return Mono.error(unfit("Send a form, or JSON as application/json"));
        }
        byHand.refuseScripts(request);
        return request.bodyToMono(String.class)
                .onErrorMap(failure -> !(failure instanceof Problem), failure -> unfit("The JSON cannot be read"))
                .defaultIfEmpty("")
                .map(Wanted::inJson)
                .flatMap(wanted -> make(session, wanted))
                .flatMap(made -> json(HttpStatus.CREATED, once(made)));
    }

    private static MediaType typeOf(ServerRequest request) {
        try {
            return request.headers().contentType().orElse(MediaType.APPLICATION_OCTET_STREAM);
        } catch (InvalidMediaTypeException e) {
            return MediaType.APPLICATION_OCTET_STREAM;
        }
    }

    private Mono<ApiTokens.Made> make(BrowserSession session, Wanted wanted) {
        return tokens.make(session.person(), wanted.name(), wanted.routes(), wanted.life());
    }

    private static ShownOnce once(ApiTokens.Made made) {
        ApiToken token = made.token();
        return new ShownOnce(token.id(), made.text().reveal(), token.name(), token.routes(), token.end());
    }

    private Mono<ServerResponse> page(ApiTokens.Made made) {
        ApiToken token = made.token();
        String html = pages.newToken(new NewTokenPage(token.name(), made.text().reveal(), token.end()));
        return ServerResponse.ok()
                .headers(security::onPage)
                .contentType(Pages.MEDIA_TYPE)
                .bodyValue(html);
    }

    private Mono<ServerResponse> end(ServerRequest request, BrowserSession session) {
        return tokens.end(session.person().id(), request.pathVariable("id"))
                .flatMap(ended -> ended
                        ? ServerResponse.noContent().headers(security::onAnswer).build()
                        : Mono.error(Problem.of(ProblemCode.API_TOKEN_UNKNOWN)));
    }

    /** A form that is sent twice ends nothing else. */
    private Mono<ServerResponse> endByForm(ServerRequest request, BrowserSession session) {
        return PostedForm.of(request)
                .map(form -> String.valueOf(form.getFirst("handle")))
                .flatMap(id -> tokens.end(session.person().id(), id))
                .then(Mono.defer(() -> ServerResponse.status(HttpStatus.SEE_OTHER)
                        .headers(security::onAnswer)
                        .location(URI.create(address.path("/account")))
                        .build()));
    }

    private Mono<ServerResponse> json(HttpStatus status, Object body) {
        return ServerResponse.status(status)
                .headers(security::onAnswer)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body);
    }

    private static Problem unfit(String why) {
        return Problem.of(ProblemCode.API_TOKEN_UNFIT, why);
    }

    /** What a token shall be like. */
    private record Wanted(String name, List<String> routes, Duration life) {

        private static final List<String> EVERY_ROUTE = List.of(ApiToken.EVERY_ROUTE);

        static Wanted inForm(MultiValueMap<String, String> form) {
            String routes = form.getFirst("routes");
            return new Wanted(
                    text(form.getFirst("name")),
                    routes == null || routes.isBlank()
                            ? EVERY_ROUTE
                            : Arrays.stream(routes.strip().split("[\\s,]+")).toList(),
                    life(form.getFirst("days"), Duration.ofDays(1)));
        }

        static Wanted inJson(String json) {
            JsonNode root;
            try {
                root = JSON.readTree(json);
            } catch (JacksonException e) {
                throw unfit("The body is not JSON");
            }
            if (!root.isObject()) {
                throw unfit("The body is no JSON object");
            }
            JsonNode expiresIn = root.path("expires_in");
            String seconds = expiresIn.isMissingNode() || expiresIn.isNull() ? null : expiresIn.asString("");
            return new Wanted(
                    root.path("name").isString() ? root.path("name").asString() : "",
                    routes(root.path("routes")),
                    life(seconds, Duration.ofSeconds(1)));
        }

        private static List<String> routes(JsonNode routes) {
            if (routes.isMissingNode() || routes.isNull()) {
                return EVERY_ROUTE;
            }
            List<String> ids = new ArrayList<>();
            for (JsonNode route : routes) {
                ids.add(route.isString() ? route.asString() : "");
            }
            return ids;
        }

        private static String text(@Nullable String text) {
            return text == null ? "" : text;
        }

        private static Duration life(@Nullable String number, Duration unit) {
            if (number == null) {
                return USUAL_LIFE;
            }
            try {
                return unit.multipliedBy(Integer.parseInt(number.strip()));
            } catch (NumberFormatException e) {
                throw unfit("Say in whole numbers how long the token shall live");
            }
        }
    }
}
