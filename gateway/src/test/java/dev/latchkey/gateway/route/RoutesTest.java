package dev.latchkey.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesTest {

    private static final String HOST = "gateway.example.com";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    to: http://a                                       | true
                    to: builtin:forward-auth                           | true
                    to: builtin:github-api                             | false
                    to: http://a\\nhost: gateway.example.com            | true
                    to: http://a\\nhost: '*.example.com'                | true
                    to: http://a\\nhost: '*.com'                        | true
                    to: http://a\\nhost: wiki.example.com               | false
                    to: http://a\\nhost: example.com                    | false
                    to: http://a\\nhost: '*.gateway.example.com'        | false
                    to: http://a\\nhost: '*.ample.com'                  | false
                    """)
    void tellsWhetherAnAppSharesAHost(String yaml, boolean shares) {
        Route route = TestRoutes.route(yaml.replace("\\n", "\n") + "\nallow: [signed-in]\n");
        Routes routes = new Routes(List.of(route), Clock.systemUTC());
        assertThat(routes.leadToAppsAt(HOST)).isEqualTo(shares);
        assertThat(routes.leadToAppsAt("Gateway.Example.COM")).isEqualTo(shares);
    }
}
