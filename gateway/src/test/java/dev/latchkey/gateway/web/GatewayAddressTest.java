package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayAddressTest {

    @Test
    void findsEverythingUnderItsPrefix() {
        GatewayAddress address = address("https://gateway.example.com");
        assertThat(address.at("/callback")).isEqualTo(URI.create("https://gateway.example.com/oauth2/callback"));
        assertThat(address.path("/sign_in")).isEqualTo("/oauth2/sign_in");
    }

    @Test
    void refusesAPathWithoutASlash() {
        GatewayAddress address = address("https://gateway.example.com");
        assertThatThrownBy(() -> address.at("callback")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "https://gateway.example.com,       https://gateway.example.com",
        "https://gateway.example.com/,      https://gateway.example.com",
        "HTTPS://Gateway.Example.COM:443/,  https://gateway.example.com",
        "https://gateway.example.com:8443,  https://gateway.example.com:8443",
        "http://localhost:80,               http://localhost",
        "http://localhost:443,              http://localhost:443",
        "http://[::1]:8080,                 http://[::1]:8080",
        "https://xn--bcher-kva.example,     https://xn--bcher-kva.example"
    })
    void writesItsOriginAsBrowsersDo(String url, String origin) {
        assertThat(address(url).origin()).isEqualTo(origin);
    }

    @Test
    void isSecureByHttpsOnly() {
        assertThat(address("HTTPS://gateway.example.com").secure()).isTrue();
        assertThat(address("http://localhost:8080").secure()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gateway.example.com",
                "//gateway.example.com",
                "ftp://gateway.example.com",
                "https:gateway.example.com",
                "https:///",
                "https://my_host",
                "https://bücher.example",
                "https://gateway.example.com/sub",
                "https://gateway.example.com//",
                "https://gateway.example.com?a=b",
                "https://gateway.example.com/#top",
                "https://mona@gateway.example.com",
                "https://gateway.example.com:0",
                "https://gateway.example.com:65536",
                "https://gateway example.com",
                ""
            })
    void refusesWhatIsNoPlainOrigin(String url) {
        List<ConfigurationFault> faults = faults(url, "/oauth2", false);
        assertThat(faults).isNotEmpty().allSatisfy(fault -> {
            assertThat(fault.place()).isEqualTo("latchkey.external-url");
            assertThat(fault.what()).isNotBlank();
            assertThat(fault.remedy()).isNotBlank();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/", "oauth2", "/oauth2/", "//oauth2", "/o//2", "/a b", "/a.b", "/{x}", "/..", "/ä", "/*"})
    void refusesAPrefixThatIsNoPlainPath(String prefix) {
        assertThat(faults("https://gateway.example.com", prefix, false))
                .extracting(ConfigurationFault::place)
                .containsExactly("latchkey.prefix");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/oauth2", "/-/auth", "/a_b/c-d/E9"})
    void takesAPlainPathAsPrefix(String prefix) {
        assertThat(properties("https://gateway.example.com", prefix, false)
                        .address()
                        .prefix())
                .isEqualTo(prefix);
    }

    @Test
    void namesAllFaultsAtOnce() {
        assertThat(faults("http://mona:secret@gateway.example.com:0/sub?a=b", "oauth2/", false))
                .extracting(ConfigurationFault::place)
                .containsExactlyInAnyOrder(
                        "latchkey.prefix",
                        "latchkey.external-url",
                        "latchkey.external-url",
                        "latchkey.external-url",
                        "latchkey.external-url",
                        "latchkey.external-url");
    }

    @Test
    void namesTheOtherFaultsOfAUrlThatCannotBeParsedToo() {
        assertThat(faults("https://a b", "/", false))
                .extracting(ConfigurationFault::place)
                .containsExactlyInAnyOrder("latchkey.external-url", "latchkey.prefix");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ftp://mona:secret@gateway.example.com", "https://mona:secret@gate way", "https://x:secret@a/b"})
    void neverRepeatsAPassword(String url) {
        assertThat(faults(url, "/oauth2", false).toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:8080",
                "http://LOCALHOST",
                "http://wiki.localhost",
                "http://127.0.0.1:8080",
                "http://127.1.2.3",
                "http://[::1]:8080"
            })
    void takesPlainHttpOnThisMachine(String url) {
        assertThat(properties(url, "/oauth2", false).address().secure()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://gateway.example.com",
                "http://localhost.example.com",
                "http://127.0.0.1.example.com",
                "http://10.0.0.1",
                "http://notlocalhost"
            })
    void takesPlainHttpElsewhereOnlyWhenAllowed(String url) {
        assertThat(faults(url, "/oauth2", false))
                .singleElement()
                .satisfies(fault -> assertThat(fault.remedy()).contains("latchkey.insecure-http=true"));
        assertThat(properties(url, "/oauth2", true).address().origin()).isEqualTo(url);
    }

    private static GatewayAddress address(String url) {
        return new GatewayAddress(URI.create(url), "/oauth2");
    }

    private static AddressProperties properties(String url, String prefix, boolean insecureHttp) {
        return new AddressProperties(url, prefix, insecureHttp);
    }

    private static List<ConfigurationFault> faults(String url, String prefix, boolean insecureHttp) {
        return catchThrowableOfType(
                        ConfigurationRefused.class,
                        () -> properties(url, prefix, insecureHttp).address())
                .faults();
    }
}
