package dev.latchkey.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which route a request finds, among few and among many. */
class RouteTableTest {

    private static Route route(String id, String host, String path) {
        String yaml = "to: http://a\nallow: [signed-in]\npath: '" + path + "'\n"
                + (host == null ? "" : "host: '" + host + "'\n");
        return RouteFile.read(Path.of(id + ".yaml"), yaml, RouteFile.Setting.alone(), new ConfigurationFaults())
                .route();
    }

    @ParameterizedTest
    @CsvSource({
        "wiki.example.com, /a, exact",
        "wiki.example.com, /deep/er, deeper",
        "x.example.com, /a, wildcard",
        "a.b.example.com, /a, wildcard",
        "example.com, /a, everywhere",
        "other.org, /a, everywhere",
        "other.org, /api/v1/users, versioned",
        "other.org, /api/v1, everywhere",
        "other.org, /file.txt, text",
        "other.org, /%66ile.txt, text",
        "other.org, /exact, one",
        "other.org, /exact/, everywhere",
    })
    void takesTheMostExactHostAndThenTheLongestLiteralBeginning(String host, String path, String id) {
        RouteTable table = new RouteTable(List.of(
                route("exact", "wiki.example.com", "/**"),
                route("deeper", "wiki.example.com", "/deep/**"),
                route("wildcard", "*.example.com", "/**"),
                route("everywhere", null, "/**"),
                route("versioned", null, "/api/{version}/users"),
                route("text", null, "/*.txt"),
                route("one", null, "/exact")));
        assertThat(table.find(host, path).id()).isEqualTo(id);
    }

    @Test
    void findsEachOfTenThousand() {
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            routes.add(route("r" + i, i % 2 == 0 ? null : "h" + i + ".example.com", "/app" + i + "/**"));
        }
        RouteTable table = new RouteTable(routes);
        for (int i = 0; i < 10_000; i++) {
            String host = i % 2 == 0 ? "any.example.org" : "h" + i + ".example.com";
            assertThat(table.find(host, "/app" + i + "/x").id()).isEqualTo("r" + i);
        }
        assertThat(table.find("h1.example.com", "/app3/x")).isNull();
    }
}
