package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.net.URI;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetCheckTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "a",
                "http://localhost/x",
                "localhost:443",
                "?x",
                "//",
                "//evil.example/x",
                "/a//b",
                "/a//",
                "/.",
                "/..",
                "/./a",
                "/a/.",
                "/a/..",
                "/a/../b",
                "/../../etc/passwd",
                "/a/%2e",
                "/a/%2E%2e/b",
                "/a/.%2e/b",
                "/a/%2e./b",
                "/a%2eb",
                "/a%2fb",
                "/a%2Fb",
                "/..%2fa",
                "/a%5cb",
                "/..%5Ca",
                "/a\\b",
                "/a;b",
                "/..;/a",
                "/a;jsessionid=1",
                "/a%3bb",
                "/a%3B",
                "/a%00",
                "/a%00.html",
                "/a%0a",
                "/a%0D%0aX:1",
                "/a%09b",
                "/a%1f",
                "/a%7f",
                "/a#b",
                "/a?b#c",
                "/a b",
                "/a?b c",
                "/a\tb",
                "/a\rb",
                "/a\nb",
                "/a\u0000b",
                "/a?b=\u0000",
                "/a\u007fb",
                "/caf\u00e9",
                "/a?b=\u00e9",
                "/\uff0e\uff0e/a",
                "/a%",
                "/a%2",
                "/a%zz",
                "/a%u002e",
                "/a%-1",
                "/a%+1",
                "/%\uff12\uff16",
                "/a%252e",
                "/a/%252e%252e/b",
                "/a%252fb",
                "/a%255cb",
                "/a%253bb",
                "/a%2500",
                "/a%25252e",
                "/a%25%32%65",
                "/a%252%65",
                "/a%25%32e",
                "/%2561dmin",
                "/%25%36%31dmin",
                "/a%c0%ae",
                "/a%c0%2e",
                "/a%c0%af",
                "/a%C1%9C",
                "/a%e0%80%ae",
                "/a%e0%80%af",
                "/a%f0%80%80%af",
            })
    void refusesWhatTwoPartiesCouldReadDifferently(String target) {
        assertThatThrownBy(() -> TargetCheck.check(target))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(ProblemCode.TARGET_AMBIGUOUS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a%2fb", "/a/b%2Fc?d=%2F", "/a%2F", "/a%2F.b", "/%e2%82%ac%2Fb", "/{a}%2Fb"})
    void leavesAnEscapedSlashAsItCameWhereItIsData(String target) {
        assertThat(TargetCheck.plain(target, path -> true)).isEqualTo(TargetEscaping.escaped(target));
        assertThatThrownBy(() -> TargetCheck.plain(target, EscapedSlashes.NOWHERE))
                .isInstanceOf(Problem.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%2F..%2Fb",
                "/a%2F../b",
                "/a/..%2Fb",
                "/a%2f..",
                "/..%2fa",
                "/a%2F.",
                "/a%2F./b",
                "/a%2F%2e%2e%2Fb",
                "/a%2F%2Fb",
                "/a/%2Fb",
                "/a%2F/b",
                "/%2Fa",
                "/a%2Fb%5c..%5cc",
                "/a%2Fb%00",
                "/a%2Fb%3Bc",
                "/a%252Fb",
                "/a%2Fb%252Fc",
                "/a%25%32Fb",
                "/a%25%32%46b",
                "/a%2%2F",
                "/a%%2F",
                "/a%2Fb%c0%af",
                "/a%2Fb%c0%ae%c0%ae",
                "/a%2Fb;c",
                "/a%2Fb\\c",
                "/a%2Fb#c",
            })
    void refusesEvenWhereASlashMayBeEscapedWhatHasAnotherShapeWithPlainOnes(String target) {
        assertThatThrownBy(() -> TargetCheck.plain(target, path -> true))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(ProblemCode.TARGET_AMBIGUOUS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/?",
                "/a",
                "/a/",
                "/a/b/c.d",
                "/a?",
                "/a%20b",
                "/a+b",
                "/a%2Bb",
                "/caf%C3%A9",
                "/%e2%82%ac",
                "/%F0%9F%94%91",
                "/%c0",
                "/%e9t%e9",
                "/~octocat",
                "/@octocat",
                "/a:b",
                "/a,b",
                "/f(x)",
                "/a!b$c&d'e*f=g",
                "/.b",
                "/a/.b",
                "/a/..b",
                "/a/...",
                "/a/b.",
                "/a/b..",
                "/a/b../c",
                "/.well-known/jwks.json",
                "/100%25",
                "/100%25/b",
                "/a%25zz",
                "/a?b=../../etc",
                "/a?b=//c;d&e=%2e%2f%00%252e",
                "/a?b=c&b=d&b",
                "/a?b=?/c",
                "/a?[b]=c",
                "/a?b=http://evil.example/",
            })
    void leavesPlainTargetsAlone(String target) {
        assertThatCode(() -> TargetCheck.check(target)).doesNotThrowAnyException();
        assertThat(TargetEscaping.escaped(target)).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/{}|^`\"<>[] /%7B%7D%7C%5E%60%22%3C%3E%5B%5D",
                "/?{}|^`\"<>[]\\ /?%7B%7D%7C%5E%60%22%3C%3E[]%5C",
                "/?a=%zz /?a=%25zz",
                "/?a=% /?a=%25",
                "/?a=%4 /?a=%254",
                "/?a=%\uff12\uff16 /?a=%25\uff12\uff16",
                "/a?b=?{ /a?b=?%7B",
            })
    void escapesWhatBrowsersLeaveRaw(String both) {
        String[] sentAndEscaped = both.split(" ");
        assertThat(TargetEscaping.escaped(sentAndEscaped[0])).isEqualTo(sentAndEscaped[1]);
    }

    static Stream<String> generated() {
        Random random = new Random(20_481);
        return IntStream.range(0, 20_000).mapToObj(i -> TargetEscaping.escaped(target(random)));
    }

    @Test
    void whateverPassesReadsTheSameHoweverGenerousTheReader() {
        long passed = generated()
                .filter(TargetCheckTest::passes)
                .peek(TargetCheckTest::isPlain)
                .count();
        assertThat(passed).isGreaterThan(2_000);
    }

    private static boolean passes(String target) {
        try {
            TargetCheck.check(target);
            return true;
        } catch (Problem refused) {
            return false;
        }
    }

    /** Each step of normalisation that some server is known to take changes nothing but the spelling of the characters. */
    private static void isPlain(String target) {
        String path = target.split("\\?", 2)[0];
        assertThat(URI.create("http://backend:1" + target).getRawPath()).isEqualTo(path);
        String once = decoded(path);
        assertThat(decoded(once)).as("decoded twice: %s", target).isEqualTo(once);
        assertThat(once).as(target).doesNotContain("//", "\\", ";", "\u0000");
        assertThat(once.chars().filter(c -> c == '/').count())
                .as(target)
                .isEqualTo(path.chars().filter(c -> c == '/').count());
        assertThat(URI.create("http://backend:1" + path).normalize().getRawPath())
                .isEqualTo(path);
        assertThat(once.split("/")).as(target).doesNotContain(".", "..");
    }

    /** Byte by byte, as the most careless of decoders does; what is no escape stays. */
    private static String decoded(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            boolean escape = text.charAt(i) == '%'
                    && i + 2 < text.length()
                    && text.substring(i + 1, i + 3).matches("[0-9a-fA-F]{2}");
            plain.append(escape ? (char) HexFormat.fromHexDigits(text, i + 1, i + 3) : text.charAt(i));
            i += escape ? 2 : 0;
        }
        return plain.toString();
    }

    private static String target(Random random) {
        String[] pieces = {
            "/", "/", "/", "a", "admin", ".", "..", "%2e", "%2F", "%5c", "%25", "2e", "32", "61", "%61", "%41", "%c0",
            "%ae", "%C3%A9", ";", "%3b", "~", "+", "%20", "\\", "?", "%", "0", "c", "@", ":", "%00", "%7F", "#"
        };
        StringBuilder target = new StringBuilder("/");
        for (int i = random.nextInt(7); i >= 0; i--) {
            target.append(pieces[random.nextInt(pieces.length)]);
        }
        return target.toString();
    }

    @ParameterizedTest
    @MethodSource("generatedText")
    void textThatWasDecodedOnceBecomesAValidTarget(String text) {
        String escaped = TargetEscaping.escapedText(text);
        assertThat(TargetEscaping.escapedText(escaped)).isEqualTo(escaped);
        if (passes(escaped)) {
            assertThat(URI.create(escaped).toString()).isEqualTo(escaped);
        }
    }

    static Stream<String> generatedText() {
        return Stream.of(
                "/caf\u00e9?q=a b&r=\u20ac",
                "/\uD83D\uDD11",
                "/a?b={c}|\\\"<>^`[%zz",
                "/{a}",
                "/\ud800",
                "/a?\udfff",
                "/\u3002\uff0f",
                "/a\u00a0b?\u2028");
    }
}
