package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;

class ForwardedByTest {

    private static final TrustedProxies PROXIES =
            TrustedProxies.parse(List.of("10.0.0.0/8", "fd00::/8"), new ConfigurationFaults());
    private static final String PEER = "10.0.0.1";

    @Test
    void theClientIsTheLastAddressThatNoTrustedProxyHas() {
        assertThat(read("X-Forwarded-For", "1.1.1.1, 2.2.2.2, 10.9.9.9").client())
                .isEqualTo("2.2.2.2");
        assertThat(read("X-Forwarded-For", "1.1.1.1", "X-Forwarded-For", "2.2.2.2")
                        .client())
                .isEqualTo("2.2.2.2");
        assertThat(read("X-Forwarded-For", "2.2.2.2:4711").client()).isEqualTo("2.2.2.2");
        assertThat(read("X-Forwarded-For", "10.2.2.2, 10.9.9.9").client()).isEqualTo("10.2.2.2");
        assertThat(read("X-Forwarded-For", "2001:db8::1, fd00::1").client()).isEqualTo("2001:db8::1");
        assertThat(read("Forwarded", "for=1.1.1.1, for=\"[2001:db8::1]:4711\", for=10.9.9.9")
                        .client())
                .isEqualTo("2001:db8::1");
        assertThat(read().client()).isEqualTo(PEER);
    }

    @Test
    void aStrangersLongChainDoesNotPushOutWhatTheProxyAppended() {
        String invented = "10.0.0.9, ".repeat(100) + "7.7.7.7, " + "10.0.0.9, ".repeat(100);
        ForwardedBy by = read("X-Forwarded-For", invented + "2.2.2.2");
        assertThat(by.client()).isEqualTo("2.2.2.2");
        assertThat(by.addresses()).hasSize(32).endsWith("2.2.2.2");
    }

    @Test
    void theNearestProxyHasTheLastWordOnHostAndScheme() {
        ForwardedBy by = read(
                "X-Forwarded-Host",
                "evil.example, wiki.example",
                "X-Forwarded-Proto",
                "http,https",
                "X-Forwarded-Port",
                "1, 8443");
        assertThat(by.authority()).isEqualTo("wiki.example");
        assertThat(by.scheme()).isEqualTo("https");
        assertThat(by.port()).isEqualTo("8443");
    }

    @Test
    void whatAStrangerWroteIntoForwardedIsNotTakenForTheProxysWord() {
        ForwardedBy by = read("Forwarded", "for=6.6.6.6;host=evil.example;proto=https, for=2.2.2.2");
        assertThat(by.client()).isEqualTo("2.2.2.2");
        assertThat(by.authority()).isNull();
        assertThat(by.scheme()).isNull();
    }

    @Test
    void anElementWithoutAnAddressEndsTheChainOfTrust() {
        ForwardedBy by = read("Forwarded", "for=6.6.6.6;host=evil.example, proto=https");
        assertThat(by.client()).isEqualTo("unknown");
        assertThat(by.authority()).isNull();
        assertThat(by.scheme()).isEqualTo("https");
    }

    @Test
    void anUnclosedQuoteDoesNotSwallowTheProxysElement() {
        ForwardedBy by = read("Forwarded", "for=\"6.6.6.6, for=2.2.2.2;host=wiki.example;proto=https");
        assertThat(by.client()).isEqualTo("2.2.2.2");
        assertThat(by.authority()).isEqualTo("wiki.example");
    }

    @Test
    void behindTwoTrustedProxiesTheOuterOneKnowsTheHost() {
        ForwardedBy by = read(
                "Forwarded", "for=6.6.6.6;host=evil.example, for=2.2.2.2;host=wiki.example;proto=https, for=10.2.2.2");
        assertThat(by.client()).isEqualTo("2.2.2.2");
        assertThat(by.authority()).isEqualTo("wiki.example");
        assertThat(by.scheme()).isEqualTo("https");
    }

    @Test
    void forwardedThatMostProxiesPassOnUnreadCountsOnlyAlone() {
        ForwardedBy by = read("Forwarded", "for=6.6.6.6;host=evil.example;proto=http", "X-Forwarded-For", "2.2.2.2");
        assertThat(by.client()).isEqualTo("2.2.2.2");
        assertThat(by.authority()).isNull();
        assertThat(by.scheme()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                ",,,",
                ";",
                "=",
                "for",
                "for=",
                "for=;",
                "for=\"",
                "for=[",
                "for=[]",
                "for=\"[::1\"",
                "host=",
                "host=\"",
                "host=a b",
                "host=a:99999",
                "host=[::::]",
                "host=a/b",
                "host=\u00e9",
                "proto=gopher",
                "proto=\"https\u0000",
                "for=<script>",
                "\u00ff",
                "for=%0d%0a",
                "for==;;==,=,"
            })
    void garbageIsNobodysWord(String garbage) {
        for (String name :
                List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port")) {
            ForwardedBy by = read(name, garbage);
            assertThat(by.client()).matches("[A-Za-z0-9:._-]+");
            assertThat(by.addresses()).allMatch(address -> address.matches("[A-Za-z0-9:._-]+"));
            assertThat(by.scheme()).isIn(null, "http", "https");
            assertThat(by.authority() == null || HostName.isPlain(by.authority()))
                    .isTrue();
        }
    }

    private static ForwardedBy read(String... namesAndValues) {
        HttpHeaders headers = new HttpHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return ForwardedBy.read(headers, PEER, PROXIES);
    }
}
