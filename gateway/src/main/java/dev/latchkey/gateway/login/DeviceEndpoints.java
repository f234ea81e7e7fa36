package dev.latchkey.gateway.login;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.latchkey.gateway.limit.Throttle;
import dev.latchkey.gateway.login.DeviceRequest.Decision;
import dev.latchkey.gateway.login.DeviceRequests.Answer;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Limits;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.token.ApiToken;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.web.DeviceConsentPage;
import dev.latchkey.gateway.web.DeviceDonePage;
import dev.latchkey.gateway.web.DevicePage;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.Pages;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * How a terminal without a browser is let in (RFC 8628): it asks for two codes, its person types the short one in a browser
 * in which they are signed in, reads who is asking for what, and allows or denies it; meanwhile the terminal asks with the
 * long one until it hears. What it is given is an API token of that person.
 */
final class DeviceEndpoints {

    private static final String GRANT = "urn:ietf:params:oauth:grant-type:device_code";
    private static final Duration TOKEN_LIFE = Duration.ofDays(7);
    private static final int LONGEST_CLIENT = 50;

    /** A terminal asks for codes once; a house of them shares an address. */
    private static final Limits.Rate CODES_OF_ONE = new Limits.Rate(1, Duration.ofSeconds(20), 20);
    /** Each is kept for a quarter of an hour, so no more than some ten thousand are kept at once. */
    private static final Limits.Rate CODES_OF_ALL = new Limits.Rate(10, Duration.ofSeconds(1), 300);
    /** Codes are guessed here, if anywhere (RFC 8628, section 5.1). */
    private static final Limits.Rate ENTRIES = new Limits.Rate(1, Duration.ofMinutes(2), 20);

    /** A terminal asks every five seconds; a house of them shares an address. */
    private static final Limits.Rate QUESTIONS = new Limits.Rate(10, Duration.ofSeconds(1), 100);

    private final DeviceRequests devices;
    private final ApiTokens tokens;
    private final Sessions sessions;
    private final SignedIn signedIn;
    private final ByHand byHand;
    private final Throttle throttle;
    private final GatewayAddress address;
    private final Pages pages;
    private final SecurityHeaders security;

    DeviceEndpoints(
            DeviceRequests devices,
            ApiTokens tokens,
            Sessions sessions,
            SignedIn signedIn,
            ByHand byHand,
            Throttle throttle,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        this.devices = devices;
        this.tokens = tokens;
        this.sessions = sessions;
        this.signedIn = signedIn;
        this.byHand = byHand;
        this.throttle = throttle;
        this.address = address;
        this.pages = pages;
        this.security = security;
    }

    RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .POST(address.path("/device/code"), this::begin)
                .POST(address.path("/device/token"), this::token)
                .GET(address.path("/device"), request -> signedIn.only(request, session -> askForCode(request)))
                .POST(address.path("/device"), request -> signedIn.only(request, session -> entered(request, session)))
                .POST(
                        address.path("/device/decide"),
                        request -> signedIn.only(request, session -> decide(request, session)))
                .build();
    }

    // The terminal's side

    private record Codes(
            @JsonProperty("device_code") String deviceCode,
            @JsonProperty("user_code") String userCode,
            @JsonProperty("verification_uri") String page,
            @JsonProperty("verification_uri_complete") String wholePage,
            @JsonProperty("expires_in") long life,
            @JsonProperty("interval") int interval) {

        /** Never the record's own form, which would print the code. */
        @Override
        public String toString() {
            return "Codes[" + userCode + ']';
        }
    }

    private Mono<ServerResponse> begin(ServerRequest request) {
        String client = RequestScope.of(request.exchange()).client();
        return throttle.count("device-code:" + Throttle.stranger(client), CODES_OF_ONE)
                .then(Mono.defer(() -> throttle.count("device-codes", CODES_OF_ALL)))
                .then(Mono.defer(() -> PostedForm.of(request)))
                .flatMap(form -> begin(form, client));
    }

    private Mono<ServerResponse> begin(MultiValueMap<String, String> form, String from) {
        String client = form.getFirst("client_id");
        if (client == null || client.isBlank() || client.length() > LONGEST_CLIENT || !isPlain(client)) {
            return failure("invalid_request", "Send as client_id what the program is called, in a few letters");
        }
        List<String> routes = routes(form.getFirst("scope"));
        if (!ApiTokens.isFit(routes)) {
            return failure("invalid_scope", "Send as scope the ids of routes, or none for all of them");
        }
        return devices.begin(client.strip(), from, routes).flatMap(begun -> json(HttpStatus.OK, codes(begun)));
    }

    private static boolean isPlain(String text) {
        return text.chars().noneMatch(Character::isISOControl);
    }

    private static List<String> routes(@Nullable String scope) {
        return scope == null || scope.isBlank()
                ? List.of(ApiToken.EVERY_ROUTE)
                : Arrays.stream(scope.strip().split("\\s+")).toList();
    }

    private Codes codes(DeviceRequests.Begun begun) {
        String page = address.at("/device").toString();
        String userCode = begun.request().userCode();
        return new Codes(
                begun.deviceCode().reveal(),
                userCode,
                page,
                page + "?user_code=" + userCode,
                DeviceRequests.LIFE.toSeconds(),
                begun.request().interval());
    }

    /** A successful answer of a token endpoint (RFC 6749, section 5.1). */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Granted(
            @JsonProperty("access_token") String token,
            @JsonProperty("token_type") String type,
            @JsonProperty("expires_in") long life,
            @JsonProperty("scope") @Nullable String scope) {

        /** Never the record's own form, which would print the token. */
        @Override
        public String toString() {
            return "Granted[" + scope + ']';
        }
    }

    private Mono<ServerResponse> token(ServerRequest request) {
        String client = RequestScope.of(request.exchange()).client();
        return throttle.count("device-token:" + Throttle.stranger(client), QUESTIONS)
                .then(Mono.defer(() -> tokenFor(request)));
    }

    private Mono<ServerResponse> tokenFor(ServerRequest request) {
        return PostedForm.of(request).flatMap(form -> {
            if (!GRANT.equals(form.getFirst("grant_type"))) {
                return failure("unsupported_grant_type", "Only " + GRANT + " is known here");
            }
            String code = form.getFirst("device_code");
            String id = code == null ? null : devices.idIn(code);
            return id == null
                    ? failure("invalid_grant", "This device_code was not made here")
                    : devices.ask(id).flatMap(this::answer);
        });
    }

    private Mono<ServerResponse> answer(Answer answer) {
        if (answer instanceof Answer.Allowed allowed) {
            return grant(allowed);
        }
        if (answer instanceof Answer.Denied) {
            return failure("access_denied", "It was denied");
        }
        if (answer instanceof Answer.Expired) {
            return failure("expired_token", "It took too long, or the token was already given out. Start over");
        }
        return answer instanceof Answer.SlowDown
                ? failure("slow_down", "Wait five seconds longer between two questions")
                : failure("authorization_pending", "Nobody has decided yet");
    }

    private Mono<ServerResponse> grant(Answer.Allowed allowed) {
        DeviceRequest request = allowed.request();
        String name = request.client() + " at " + request.address();
        // Who has signed out since, or was signed out, is not let in by what they allowed before.
        return sessions.list(allowed.by().id())
                .hasElements()
                .flatMap(signedIn -> signedIn
                        ? granted(allowed, request, name)
                        : failure("access_denied", "Whoever allowed it is no longer signed in"));
    }

    private Mono<ServerResponse> granted(Answer.Allowed allowed, DeviceRequest request, String name) {
        return tokens.make(allowed.by(), name, request.routes(), TOKEN_LIFE)
                .flatMap(made -> json(HttpStatus.OK, granted(made, request)))
                .onErrorResume(DeviceEndpoints::isFull, full -> failure("access_denied", full.getMessage()));
    }

    private static Granted granted(ApiTokens.Made made, DeviceRequest request) {
        boolean every = request.routes().contains(ApiToken.EVERY_ROUTE);
        String scope = every ? null : String.join(" ", request.routes());
        return new Granted(made.text().reveal(), "bearer", TOKEN_LIFE.toSeconds(), scope);
    }

    private static boolean isFull(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.API_TOKENS_FULL;
    }

    private record Failure(
            String error,
            @JsonProperty("error_description") @Nullable String words) {}

    /** A refusal in the words of the protocol (RFC 6749, section 5.2), which clients match on. */
    private Mono<ServerResponse> failure(String error, @Nullable String words) {
        return json(HttpStatus.BAD_REQUEST, new Failure(error, words));
    }

    private Mono<ServerResponse> json(HttpStatus status, Object body) {
        return ServerResponse.status(status)
                .headers(security::onAnswer)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body);
    }

    // The person's side

    private Mono<ServerResponse> askForCode(ServerRequest request) {
        String typed = UserCode.typed(request.queryParam("user_code").orElse(null));
        return page(pages.device(new DevicePage(typed == null ? "" : typed, null)));
    }

    private Mono<ServerResponse> entered(ServerRequest request, BrowserSession session) {
        return code(request, session)
                .flatMap(entry -> devices.waiting(entry.userCode()))
                .flatMap(waiting -> consent(waiting, request, session))
                .switchIfEmpty(Mono.defer(this::unknown));
    }

    private Mono<ServerResponse> consent(DeviceRequest waiting, ServerRequest request, BrowserSession session) {
        String ticket = byHand.ticket(request.headers().asHttpHeaders(), session, deed(waiting.userCode()));
        return ticket == null
                ? Mono.error(Problem.of(ProblemCode.FORM_STALE))
                : page(pages.deviceConsent(consent(waiting, session, ticket)));
    }

    /** What was read of one terminal allows no other. */
    private static String deed(String userCode) {
        return "device:" + userCode;
    }

    private static DeviceConsentPage consent(DeviceRequest waiting, BrowserSession session, String ticket) {
        boolean every = waiting.routes().contains(ApiToken.EVERY_ROUTE);
        return new DeviceConsentPage(
                session.person().login(),
                waiting.userCode(),
                waiting.client(),
                waiting.address(),
                every ? "all that you may use" : String.join(", ", waiting.routes()),
                waiting.askedAt(),
                TOKEN_LIFE.toDays() + " days",
                ticket);
    }

    private Mono<ServerResponse> decide(ServerRequest request, BrowserSession session) {
        return code(request, session)
                .flatMap(entry -> byHand(entry, request, session)
                        .then(Mono.defer(() -> devices.decide(entry.userCode(), entry.decision(), session.person())))
                        .filter(decided -> decided)
                        .flatMap(decided ->
                                page(pages.deviceDone(new DeviceDonePage(entry.decision() == Decision.ALLOWED)))))
                .switchIfEmpty(Mono.defer(this::unknown));
    }

    /** To turn one away, nothing has to be proved. */
    private Mono<Void> byHand(Entry entry, ServerRequest request, BrowserSession session) {
        return entry.decision() == Decision.ALLOWED
                ? byHand.take(request, entry.form(), session, deed(entry.userCode()))
                : Mono.empty();
    }

    private record Entry(String userCode, Decision decision, MultiValueMap<String, String> form) {}

    /** What a form of ours says; empty if the code in it cannot be one. Whatever does not say "allow" denies. */
    private Mono<Entry> code(ServerRequest request, BrowserSession session) {
        return throttle.count("device-entry:" + session.person().id(), ENTRIES)
                .then(Mono.defer(() -> PostedForm.of(request)))
                .mapNotNull(form -> {
                    String userCode = UserCode.typed(form.getFirst("user_code"));
                    boolean allowed = Objects.equals(form.getFirst("decision"), "allow");
                    return userCode == null
                            ? null
                            : new Entry(userCode, allowed ? Decision.ALLOWED : Decision.DENIED, form);
                });
    }

    private Mono<ServerResponse> unknown() {
        return page(pages.device(new DevicePage("", "No terminal waits with this code. It may have taken too long.")));
    }

    private Mono<ServerResponse> page(String html) {
        return ServerResponse.ok()
                .headers(security::onPage)
                .contentType(Pages.MEDIA_TYPE)
                .bodyValue(html);
    }
}
