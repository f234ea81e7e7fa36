package dev.latchkey.gateway.testing;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** The one place where WireMock meets the stand-in: it has found the route, everything after that is decided here. */
final class Responder implements ResponseDefinitionTransformerV2 {

    /** IMF-fixdate of RFC 9110; the JDK's own RFC 1123 format drops the day's leading zero. */
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final GitHubState state;
    private Routes routes;
    private ContentEndpoints content;

    Responder(GitHubState state) {
        this.state = state;
    }

    /** What tests have put there goes before what is always there. */
    void use(Routes all, ContentEndpoints first) {
        routes = all;
        content = first;
    }

    @Override
    public String getName() {
        return "github";
    }

    @Override
    public ResponseDefinition transform(ServeEvent event) {
        if (event.getStubMapping() == null) {
            return event.getResponseDefinition();
        }
        Routes.Route route = routes.leadingTo(event.getStubMapping());
        Call call = callOf(event.getRequest(), route);
        state.calls.add(call);
        SecondaryLimits limits = call.login() == null ? null : state.secondaryLimits.get(call.login());
        return definitionOf(limits == null ? reply(call, route) : limits.around(call, () -> reply(call, route)));
    }

    private Reply reply(Call call, Routes.Route route) {
        Fault fault = state.faults.takeFor(call);
        Function<Call, Reply> answer = content.knows(call) ? content::answer : route.answer();
        return fault == null ? answer.apply(call) : fault.apply(call, () -> answer.apply(call));
    }

    private Call callOf(LoggedRequest request, Routes.Route route) {
        String[] target = request.getUrl().split("\\?", 2);
        List<Header> headers = headersOf(request);
        String token = Call.bearerIn(headers);
        Map<String, String> variables = route.variablesIn(target[0]);
        return new Call(
                request.getMethod().getName(),
                target[0],
                target.length > 1 ? target[1] : "",
                headers,
                request.getBodyAsString(),
                variables,
                state.now(),
                token,
                state.loginOf(token));
    }

    private static List<Header> headersOf(LoggedRequest request) {
        return request.getHeaders().all().stream()
                .flatMap(header -> header.values().stream().map(value -> new Header(header.key(), value)))
                .toList();
    }

    private ResponseDefinition definitionOf(Reply reply) {
        ResponseDefinitionBuilder builder = new ResponseDefinitionBuilder()
                .withStatus(reply.status())
                .withBody(reply.body())
                .withHeader("Server", "github.com")
                .withHeader("Date", HTTP_DATE.format(state.answerDate()))
                .withHeader("X-GitHub-Request-Id", requestId());
        reply.headers().forEach(header -> builder.withHeader(header.name(), header.value()));
        if (!reply.delay().isZero()) {
            builder.withFixedDelay((int) reply.delay().toMillis());
        }
        return withJourney(builder, reply.journey()).build();
    }

    private static ResponseDefinitionBuilder withJourney(ResponseDefinitionBuilder builder, Reply.Journey journey) {
        return switch (journey) {
            case ARRIVES -> builder;
            case RESET -> builder.withFault(com.github.tomakehurst.wiremock.http.Fault.CONNECTION_RESET_BY_PEER);
            case CLOSED_WITHOUT_A_BYTE -> builder.withFault(com.github.tomakehurst.wiremock.http.Fault.EMPTY_RESPONSE);
            case GARBAGE -> builder.withFault(com.github.tomakehurst.wiremock.http.Fault.RANDOM_DATA_THEN_CLOSE);
        };
    }

    private static String requestId() {
        String hex = UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
        return hex.substring(0, 4) + ":" + hex.substring(9, 13) + ":" + hex.substring(24);
    }
}
