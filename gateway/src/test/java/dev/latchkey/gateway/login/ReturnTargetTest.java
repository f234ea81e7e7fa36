package dev.latchkey.gateway.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.web.GatewayAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReturnTargetTest {

    private static final GatewayAddress ADDRESS = new GatewayAddress(URI.create("https://good.tld"), "/oauth2");

    private final ReturnTarget targets =
            new ReturnTarget(ADDRESS, new LoginProperties(List.of(URI.create("https://wiki.good.tld"))));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/wiki",
                "/wiki/home?page=2&x=%2F",
                "/wiki#part",
                "/w%C3%A4/x?y=%C3%A4",
                "/oauth2/account",
                "https://wiki.good.tld/x?y",
                "https://wiki.good.tld"
            })
    void keepsAPathOfThisHostAndAnAllowedOrigin(String rd) {
        assertThat(targets.of(rd)).isEqualTo(rd);
    }

    @Test
    void makesAPathOfAnAddressOfThisHost() {
        assertThat(targets.of("https://good.tld/a?b#c")).isEqualTo("/a?b#c");
        assertThat(targets.of("https://GOOD.tld:443/a")).isEqualTo("/a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil-wiki.good.tld/",
                "https://wiki.good.tld.evil.tld/",
                "https://badgood.tld/",
                "http://wiki.good.tld/",
                "https://wiki.good.tld:8443/",
                "https://wiki.good.tld@evil.tld/",
                "https://evil.tld\\@wiki.good.tld/",
                "https://wiki.good.tld//evil.tld",
                "https:/wiki.good.tld/",
                "https:wiki.good.tld",
                "/oauth2/start",
                "/oauth2/sign_out?rd=/"
            })
    void ignoresWhatOnlyLooksAllowed(String rd) {
        assertThat(targets.of(rd)).isEqualTo("/");
    }

    @Test
    void ignoresWhatIsTooLongOrNotThere() {
        assertThat(targets.of(null)).isEqualTo("/");
        assertThat(targets.of("")).isEqualTo("/");
        assertThat(targets.of("/" + "a".repeat(3000))).isEqualTo("/");
    }

    /** The grammar of published open redirects, every combination, decoded up to twice. */
    @Test
    void neverLeadsToAnotherHost() {
        List<String> prefixes = List.of(
                "",
                "/",
                "//",
                "///",
                "////",
                "/./",
                "/../",
                "\\",
                "/\\",
                "\\/",
                "/\\/",
                "/%09/",
                "/%0d%0a/",
                "/%5c",
                "/%2f%2f",
                "/%2f%5c%2f",
                "<>//",
                "/<>//",
                ".",
                "/\t/",
                "/ /",
                "/\u000b/",
                "/./\\",
                "/.//\\",
                "/\t/\t\\");
        List<String> schemes = List.of(
                "",
                "http:",
                "https:",
                "HtTp://",
                "http:/",
                "https:///",
                "javascript:",
                "jaVAscript://x%0aalert(1)",
                "j\\av\\a",
                "data:text/html;base64,",
                "ftp:",
                "https://");
        List<String> hosts = List.of(
                "evil.tld",
                "good.tld@evil.tld",
                "evil.tld\\@good.tld",
                "evil.tld#@good.tld",
                "evil.tld?@good.tld",
                "good.tld.evil.tld",
                "evilgood.tld",
                "3627734734",
                "0xd8.0x3a.0xd6.0xce",
                "0xd83ad6ce",
                "0330.072.0326.0316",
                "472.314.470.462",
                "[::216.58.214.206]",
                "[::ffff:216.58.214.206]",
                "%65%76%69%6c%2e%74%6c%64",
                "evil。tld",
                "ev\til.tld",
                "ev\nil.tld",
                "evil.tld:80?@good.tld");
        List<String> suffixes = List.of("", "/", "//", "/%2f%2e%2e", "/%2e%2e", "/..;/", "/%2e%2e%2f");
        TreeSet<String> escaped = new TreeSet<>();
        int tried = 0;
        for (String prefix : prefixes) {
            for (String scheme : schemes) {
                for (String host : hosts) {
                    for (String suffix : suffixes) {
                        String rd = prefix + scheme + host + suffix;
                        for (int depth = 0; depth < 3; depth++) {
                            tried++;
                            if (leadsAway(targets.of(rd))) {
                                escaped.add(rd);
                            }
                            rd = decoded(rd);
                        }
                    }
                }
            }
        }
        assertThat(tried).isGreaterThan(100_000);
        assertThat(escaped).isEmpty();
    }

    /** As generously as a browser reads: backslashes are slashes, white space inside does not count. */
    private static boolean leadsAway(String target) {
        String read = target.replaceAll("[\\t\\n\\r\\u000b ]", "").replace('\\', '/');
        String once = decoded(read).replaceAll("[\\t\\n\\r\\u000b ]", "").replace('\\', '/');
        return isAway(read) || isAway(once);
    }

    private static boolean isAway(String read) {
        String path = read.split("[?#]", 2)[0];
        return !path.startsWith("/") || path.startsWith("//") || path.contains("/../") || path.contains("/./");
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
