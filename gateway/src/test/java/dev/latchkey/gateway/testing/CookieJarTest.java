package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class CookieJarTest {

    private static final URI HERE = URI.create("http://localhost:8080/oauth2/start");

    private final CookieJar jar = new CookieJar();

    @Test
    void sendsACookieBelowItsPathOnly() {
        jar.accept(HERE, "state=1; Path=/oauth2/callback; HttpOnly");

        assertThat(jar.headerFor(URI.create("http://localhost:8080/oauth2/callback?code=1")))
                .hasValue("state=1");
        assertThat(jar.headerFor(URI.create("http://localhost:8080/oauth2/callbacks")))
                .isEmpty();
        assertThat(jar.headerFor(URI.create("http://localhost:8080/"))).isEmpty();
    }

    @Test
    void takesLoopbackForSecureAndNothingElse() {
        jar.accept(HERE, "a=1; Secure; Path=/");
        jar.accept(URI.create("http://example.com/"), "b=1; Secure; Path=/");

        assertThat(jar.headerFor(HERE)).hasValue("a=1");
        assertThat(jar.headerFor(URI.create("https://example.com/"))).isEmpty();
    }

    @Test
    void refusesHostPrefixedCookiesThatAreNotBoundToTheHost() {
        jar.accept(HERE, "__Host-a=1; Secure; Path=/x");
        jar.accept(HERE, "__Host-b=1; Path=/");
        jar.accept(HERE, "__Host-c=1; Secure; Path=/; Domain=localhost");
        jar.accept(HERE, "__Host-d=1; Secure; Path=/");

        assertThat(jar.headerFor(HERE)).hasValue("__Host-d=1");
    }

    @Test
    void forgetsWhatIsExpired() {
        jar.accept(HERE, "a=1; Path=/");
        jar.accept(HERE, "b=1; Path=/");
        jar.accept(HERE, "a=; Path=/; Max-Age=0");
        jar.accept(HERE, "b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:10 GMT");

        assertThat(jar.headerFor(HERE)).isEmpty();
    }

    @Test
    void keepsHostsApart() {
        jar.accept(HERE, "a=1; Path=/");

        assertThat(jar.headerFor(URI.create("http://127.0.0.1:8080/"))).isEmpty();
        assertThat(jar.headerFor(URI.create("http://localhost:9090/"))).hasValue("a=1");
    }
}
