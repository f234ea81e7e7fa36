package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Return targets that lead elsewhere in one browser or another, made from the grammar of all published ones: a beginning, a
 * scheme, a host and an end, as they are and percent-encoded once and twice. {@code good.tld} stands for an allowed host,
 * {@code evil.tld} and some addresses for everybody else's.
 */
public final class RedirectAttacks {

    private static final List<String> BEGINNINGS = List.of(
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
            "/\t/",
            "/\r\n/",
            "/ /",
            "/\u000b/",
            "/%09/",
            "/%0d%0a/",
            "/%5c",
            "/%2f%2f",
            "/%2f%5c%2f",
            "<>//",
            "/<>//",
            ".",
            " ",
            "\t",
            "\u0000",
            "@",
            "?",
            "#");

    private static final List<String> SCHEMES = List.of(
            "",
            "http:",
            "https:",
            "HtTp://",
            "http:/",
            "https://",
            "https:///",
            "https:\\\\",
            "https:/\\",
            "ht\ntps://",
            "javascript:",
            "jaVAscript://x%0aalert(1)//",
            "j\\av\\a\\s\\cr\\i\\pt\\:alert(1)//",
            "java\tscript:alert(1)//",
            "\\152\\141\\166\\141\\163\\143\\162\\151\\160\\164\\072alert(1)//",
            "&#106;avascript:alert(1)//",
            "vbscript:",
            "data:text/html;base64,PHNjcmlwdD4=",
            "ftp://",
            "file://",
            "view-source:https://",
            "blob:https://");

    private static final List<String> HOSTS = List.of(
            "evil.tld",
            "good.tld@evil.tld",
            "good.tld:80@evil.tld",
            "evil.tld\\@good.tld",
            "evil.tld#@good.tld",
            "evil.tld?@good.tld",
            "evil.tld;@good.tld",
            "good.tld.evil.tld",
            "evilgood.tld",
            "good.tld\u3002evil.tld",
            "good.tld\\.evil.tld",
            "good.tld%2eevil.tld",
            "good.tld%00.evil.tld",
            "good.tld&evil.tld",
            "3627734734",
            "0xd8.0x3a.0xd6.0xce",
            "0xd83ad6ce",
            "0330.072.0326.0316",
            "00330.00072.0000326.00000316",
            "472.314.470.462",
            "[::216.58.214.206]",
            "[::ffff:216.58.214.206]",
            "0xd8.072.54990",
            "%65%76%69%6c%2e%74%6c%64",
            "evil\u3002tld",
            "\uff45vil.tld",
            "ev\til.tld",
            "ev\nil.tld",
            "evil.tld:80?@good.tld",
            "good.tld:443:80@evil.tld",
            "good.tld:8443");

    private static final List<String> ENDS =
            List.of("", "/", "//", "/%2f%2e%2e", "/%2e%2e", "/..;/", "/%2e%2e%2f", "/..", "?rd=/", "#/good.tld");

    private RedirectAttacks() {}

    /** Every one of them, some hundred thousand. */
    public static Stream<String> all() {
        return BEGINNINGS.stream()
                .flatMap(beginning -> SCHEMES.stream().map(scheme -> beginning + scheme))
                .flatMap(start -> HOSTS.stream().map(host -> start + host))
                .flatMap(start -> ENDS.stream().map(end -> start + end));
    }

    /** The same, encoded so many times over. */
    public static Stream<String> all(int timesEncoded) {
        UnaryOperator<String> encode = text -> text;
        for (int i = 0; i < timesEncoded; i++) {
            UnaryOperator<String> less = encode;
            encode = text -> URLEncoder.encode(less.apply(text), UTF_8);
        }
        return all().map(encode);
    }
}
