package dev.latchkey.gateway.github.cache;

import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.github.rewrite.Links;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * A list's full page without a next one. When a further page comes into being, neither the page nor its tag changes, only
 * the {@code Link} header that a 304 does not bring. So the page that would come after it is asked for as well. That it is
 * still empty is confirmed at no cost, and so is that it is the same again, where a list has no pages at all.
 */
final class FullPage {

    private static final Pattern SIZE = Pattern.compile("(?:^|&)per_page=(\\d{1,4})(?:&|$)");
    private static final Pattern NUMBER = Pattern.compile("(^|&)page=(\\d{1,6})(?=&|$)");
    private static final Pattern CURSOR = Pattern.compile("(?:^|&)(?:after|before|since|cursor)=");
    private static final byte[] NOTHING = {'[', ']'};
    private static final int STANDARD = 30;
    private static final int LARGEST = 100;

    private FullPage() {}

    static boolean isEnd(byte[] body, @Nullable String query, HttpHeaders headers) {
        return body.length > 0
                && body[0] == '['
                && !Links.hasNext(headers.getFirst(HttpHeaders.LINK))
                && elements(body) >= size(query);
    }

    private static int size(@Nullable String query) {
        Matcher size = SIZE.matcher(query == null ? "" : query);
        return size.find() ? Math.max(1, Math.min(LARGEST, Integer.parseInt(size.group(1)))) : STANDARD;
    }

    /** The query of the page after that one, or null if pages are not told by numbers. */
    static @Nullable String next(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return "page=2";
        }
        if (CURSOR.matcher(query).find()) {
            return null;
        }
        Matcher number = NUMBER.matcher(query);
        return number.find()
                ? number.replaceFirst("$1page=" + (Integer.parseInt(number.group(2)) + 1))
                : query + "&page=2";
    }

    /** The tag under which GitHub would give that credential a page without elements. */
    static String tagOfNothing(String authorization, String accept, String vary) {
        return Tags.compute(authorization, accept, vary, NOTHING);
    }

    /** Whether a page turned out to have no elements. */
    static boolean isNothing(ApiAnswer answer) {
        return answer.status() == 304
                || answer.status() == 200
                        && answer.body() instanceof ApiAnswer.Bytes all
                        && Arrays.equals(all.bytes(), NOTHING);
    }

    /** The elements of the outermost array. */
    private static int elements(byte[] json) {
        int depth = 0;
        int commas = 0;
        boolean some = false;
        boolean text = false;
        for (int i = 0; i < json.length; i++) {
            byte c = json[i];
            if (text) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    text = false;
                }
                continue;
            }
            switch (c) {
                case '"' -> {
                    text = true;
                    some = true;
                }
                case '[', '{' -> {
                    some |= depth > 0;
                    depth++;
                }
                case ']', '}' -> depth--;
                case ',' -> commas += depth == 1 ? 1 : 0;
                default -> some |= c > ' ';
            }
        }
        return some ? commas + 1 : 0;
    }
}
