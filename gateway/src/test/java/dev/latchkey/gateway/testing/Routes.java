package dev.latchkey.gateway.testing;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.request;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathTemplate;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.common.url.PathTemplate;
import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Which answer WireMock's routing leads to. */
final class Routes {

    private final Map<UUID, Route> routes = new ConcurrentHashMap<>();
    private final WireMockServer server;

    Routes(WireMockServer server) {
        this.server = server;
    }

    void get(String template, Function<Call, Reply> answer) {
        on("GET", template, answer);
    }

    void post(String template, Function<Call, Reply> answer) {
        on("POST", template, answer);
    }

    /** {@code template} is a path with {@code {names}} for single segments. */
    void on(String method, String template, Function<Call, Reply> answer) {
        StubMapping mapping =
                server.stubFor(request(method, urlPathTemplate(template)).willReturn(aResponse()));
        routes.put(mapping.getId(), new Route(new PathTemplate(template), answer));
    }

    void otherwise(Function<Call, Reply> answer) {
        StubMapping mapping = server.stubFor(any(anyUrl()).atPriority(10).willReturn(aResponse()));
        routes.put(mapping.getId(), new Route(null, answer));
    }

    Route leadingTo(StubMapping mapping) {
        return routes.get(mapping.getId());
    }

    record Route(PathTemplate template, Function<Call, Reply> answer) {

        Map<String, String> variablesIn(String path) {
            return template == null ? Map.of() : Map.copyOf(template.parse(path));
        }
    }
}
