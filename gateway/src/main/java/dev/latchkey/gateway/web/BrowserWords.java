package dev.latchkey.gateway.web;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A {@code User-Agent} in words that let people recognise their own browsers: {@code Firefox on Linux}.
 *
 * <p>It is a hint in a list, nothing is decided by it; so it names the handful everybody has, without versions.
 */
public final class BrowserWords {

    /** In this order: nearly every browser also names the ones it once had to pass for. */
    private static final List<Token> BROWSERS = List.of(
            new Token("Edg", "Edge"),
            new Token("OPR/", "Opera"),
            new Token("SamsungBrowser/", "Samsung Internet"),
            new Token("Firefox/", "Firefox"),
            new Token("FxiOS/", "Firefox"),
            new Token("Chrome/", "Chrome"),
            new Token("CriOS/", "Chrome"),
            new Token("Safari/", "Safari"),
            new Token("curl/", "curl"));

    private static final List<Token> SYSTEMS = List.of(
            new Token("iPhone", "iPhone"),
            new Token("iPad", "iPad"),
            new Token("Android", "Android"),
            new Token("CrOS", "ChromeOS"),
            new Token("Windows", "Windows"),
            new Token("Macintosh", "Mac"),
            new Token("Linux", "Linux"));

    private BrowserWords() {}

    /** The words for that header, or for none. */
    public static String of(@Nullable String userAgent) {
        String text = userAgent == null ? "" : userAgent;
        Optional<String> browser = find(BROWSERS, text);
        Optional<String> system = find(SYSTEMS, text);
        if (browser.isEmpty() && system.isEmpty()) {
            return "Unknown browser";
        }
        return browser.orElse("Browser") + system.map(name -> " on " + name).orElse("");
    }

    private static Optional<String> find(List<Token> tokens, String text) {
        return tokens.stream()
                .filter(token -> text.contains(token.mark()))
                .map(Token::words)
                .findFirst();
    }

    private record Token(String mark, String words) {}
}
