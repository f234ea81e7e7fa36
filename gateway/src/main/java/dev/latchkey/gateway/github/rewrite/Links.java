package dev.latchkey.gateway.github.rewrite;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A {@code Link} header (RFC 8288) whose targets lead to the gateway, so that no client follows one past it. */
public final class Links {

    private static final Pattern TARGET = Pattern.compile("<([^<>]*)>");
    private static final Pattern NEXT = Pattern.compile(";\\s*rel=\"?[^\";,]*\\bnext\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern LAST = Pattern.compile("\\s*<[^<>]*>\\s*;\\s*rel=\"last\"\\s*(,|$)");

    private Links() {}

    public static String rewritten(String header, OwnBase base) {
        Matcher targets = TARGET.matcher(header);
        StringBuilder rewritten = new StringBuilder(header.length());
        while (targets.find()) {
            String own = base.own(targets.group(1));
            targets.appendReplacement(
                    rewritten, Matcher.quoteReplacement(own == null ? targets.group() : '<' + own + '>'));
        }
        return targets.appendTail(rewritten).toString();
    }

    /** Whether it says that there is a further page. */
    public static boolean hasNext(@Nullable String header) {
        return header != null && NEXT.matcher(header).find();
    }

    /** Without the last page's address, which tells how much there is; null if nothing is left. */
    public static @Nullable String withoutLast(String header) {
        String rest = LAST.matcher(header).replaceAll("").strip();
        String trimmed = rest.endsWith(",") ? rest.substring(0, rest.length() - 1) : rest;
        return trimmed.isEmpty() ? null : trimmed;
    }
}
