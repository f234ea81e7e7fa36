package dev.latchkey.gateway.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.RedirectAttacks;
import dev.latchkey.gateway.web.GatewayAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class ReturnTargetTest {

    private final ReturnTarget targets = new ReturnTarget(
            new GatewayAddress(URI.create("https://gw.test"), "/oauth2"),
            new LoginProperties(List.of(URI.create("https://good.tld"), URI.create("https://wiki.gw.test:8443"))),
            "https://further.tld"::equals);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void noneOfAllKnownAttacksLeadsAnywhereElse(int timesEncoded) {
        AtomicInteger tried = new AtomicInteger();
        RedirectAttacks.all(timesEncoded).forEach(attack -> {
            tried.incrementAndGet();
            String target = targets.of(attack);
            if (!leadsHere(target) && !target.startsWith("https://good.tld/")) {
                throw new AssertionError("'" + attack + "' leads to '" + target + "'");
            }
        });
        assertThat(tried).hasValueGreaterThan(100_000);
    }

    /** As the most generous of browsers reads it, and whoever decodes it once more. */
    private static boolean leadsHere(String target) {
        boolean plain = target.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '\\');
        boolean path = target.startsWith("/") && !target.startsWith("//");
        boolean still = !target.toLowerCase().matches("/(%2f|%5c|%25|%09|%0a|%0d).*");
        return plain
                && path
                && still
                && URI.create("https://gw.test/x").resolve(target).getHost().equals("gw.test");
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "wiki",
                "good.tld",
                "//good.tld/",
                "http://good.tld/",
                "https://good.tld:8443/",
                "https://good.tld./",
                "https://sub.good.tld/",
                "https://user@good.tld/",
                "https://wiki.gw.test/",
                "https://gw.test:8443/",
                "http://gw.test/",
                "https:gw.test/",
                "https://gw.test//evil.tld",
                "https://gw.test/../x",
                "https://good.tld//evil.tld/",
                "https://good.tld/%2f",
                "/a/../b",
                "/a;b",
                "/a#b#c",
                "/oauth2/start?rd=/x",
                "/oauth2/sign_out",
                "/oauth2/%73ign_out",
                "/oauth2/callback?code=1&state=2",
                "https://gw.test/oauth2/sign_out",
                "/a?b\u0000c",
                "/a#b\rc",
            })
    void whateverIsNotPlainlyAllowedMeansHome(String rd) {
        assertThat(targets.of(rd)).isEqualTo("/");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "/ /",
                "/wiki /wiki",
                "/wiki/ /wiki/",
                "/wiki?a=1&b=2&b=3 /wiki?a=1&b=2&b=3",
                "/wiki?to=https://x.tld/%2f /wiki?to=https://x.tld/%2f",
                "/wiki#part /wiki#part",
                "/wiki?a=b#/spa/route?x=y /wiki?a=b#/spa/route?x=y",
                "/caf%C3%A9 /caf%C3%A9",
                "/caf\u00e9?\u20ac#\u00fc /caf%C3%A9?%E2%82%AC#%C3%BC",
                "/~a/@b:c,d(e) /~a/@b:c,d(e)",
                "/{a}?q={b}|\"c\"#{d} /%7Ba%7D?q=%7Bb%7D%7C%22c%22#%7Bd%7D",
                "/a?b=%zz /a?b=%25zz",
                "/oauth2x /oauth2x",
                "/oauth2/account /oauth2/account",
                "https://gw.test /",
                "https://gw.test/wiki?a#b /wiki?a#b",
                "HTTPS://GW.test:443/wiki /wiki",
                "https://gw.test?a /?a",
                "https://good.tld https://good.tld/",
                "https://good.tld/ https://good.tld/",
                "https://GOOD.tld:443/a?b=c#d https://good.tld/a?b=c#d",
                "https://good.tld?q={x} https://good.tld/?q=%7Bx%7D",
                "https://wiki.gw.test:8443/a https://wiki.gw.test:8443/a",
            })
    void aGoodTargetIsKept(String rd, String target) {
        assertThat(targets.of(rd)).isEqualTo(target);
        assertThat(URI.create(targets.of(rd)).toString()).isEqualTo(target);
        assertThat(targets.of(target)).isEqualTo(target);
    }

    @Test
    void aSpaceInAQueryIsKeptAndOneInAPathIsNot() {
        assertThat(targets.of("/search?q=a b#c d")).isEqualTo("/search?q=a%20b#c%20d");
        assertThat(targets.of("/a b")).isEqualTo("/");
    }

    @Test
    void aTargetTooLongForACookieMeansHome() {
        String longest = "/" + "a".repeat(2047);
        assertThat(targets.of(longest)).isEqualTo(longest);
        assertThat(targets.of(longest + "a")).isEqualTo("/");
        assertThat(targets.of("/" + "\u20ac".repeat(1000))).isEqualTo("/");
    }
}
