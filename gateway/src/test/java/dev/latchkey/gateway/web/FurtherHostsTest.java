package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FurtherHostsTest {

    private static final GatewayAddress ADDRESS =
            new GatewayAddress(URI.create("https://sign.example.com:8443"), "/oauth2");

    private final ConfigurationFaults faults = new ConfigurationFaults();

    private FurtherHosts hosts(String... domains) {
        return FurtherHosts.parse(List.of(domains), ADDRESS, faults);
    }

    @Test
    void areThoseNamedAndThoseBelowAStarButNeverTheSignInHost() {
        FurtherHosts hosts = hosts(" Other.ORG ", "*.example.com");
        assertThat(faults.list()).isEmpty();
        assertThat(List.of("other.org", "wiki.example.com", "a.b.example.com")).allMatch(hosts::include);
        assertThat(List.of("sign.example.com", "example.com", "evil-example.com", "x.other.org", "other.org.evil.test"))
                .noneMatch(hosts::include);
        assertThat(hosts.name("other.org")).isTrue();
        assertThat(hosts.name("wiki.example.com")).isFalse();
    }

    @Test
    void areReachedLikeTheSignInHost() {
        assertThat(hosts("other.org").originOf("other.org")).isEqualTo("https://other.org:8443");
    }

    @Test
    void areNoneUnlessTheyAreNamed() {
        assertThat(hosts().isEmpty()).isTrue();
        assertThat(hosts().include("other.org")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "*.org",
                "*.*.org",
                "a.*.org",
                "https://other.org",
                "other.org:8443",
                "other.org/",
                "other.org.",
                "other..org",
                "-other.org",
                "user@other.org",
                "10.0.0.1",
                "[::1]",
                "othér.org"
            })
    void areHostNamesOfOnesOwn(String domain) {
        hosts("other.org", domain);
        assertThat(faults.list())
                .singleElement()
                .satisfies(fault -> assertThat(fault.place()).isEqualTo("latchkey.domains"));
    }
}
