package dev.latchkey.gateway.github.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Turns GitHub's addresses in a JSON text into the gateway's while the text streams by.
 *
 * <p>Only what a member named {@code …url} or {@code href} holds is touched, or {@code self} or {@code git} (the {@code _links} of
 * a file have the addresses themselves), and only where it begins with one of GitHub's
 * API addresses: what people wrote, though it be such an address, stays as they wrote it. Nothing else of the text
 * changes, so JSON stays JSON. Held back is at most the length of an address.
 */
public final class JsonUrls {

    private static final int LONGEST_KEY = 64;

    private final OwnBase base;
    private final int longest;
    private final StringBuilder key = new StringBuilder();
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();

    private State state = State.BETWEEN;
    private boolean escaped;
    private boolean urlFollows;
    private boolean keyEnded;

    private enum State {
        BETWEEN,
        IN_STRING,
        IN_URL
    }

    public JsonUrls(OwnBase base) {
        this.base = base;
        this.longest = base.longest() + 1;
    }

    /** A whole text at once. */
    public static byte[] rewritten(byte[] json, OwnBase base) {
        JsonUrls urls = new JsonUrls(base);
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + 256);
        urls.pass(json, out);
        urls.end(out);
        return out.toByteArray();
    }

    /** The next part of the text. */
    public void pass(byte[] part, ByteArrayOutputStream out) {
        int copied = 0;
        for (int i = 0; i < part.length; i++) {
            if (state == State.IN_URL) {
                out.write(part, copied, i - copied);
                copied = i + 1;
                hold(part[i], out);
            } else if (state == State.IN_STRING) {
                inString(part[i]);
            } else {
                between(part[i]);
            }
        }
        out.write(part, copied, part.length - copied);
    }

    /** There is no more; a text that breaks off is passed on as it is. */
    public void end(ByteArrayOutputStream out) {
        out.writeBytes(held.toByteArray());
        held.reset();
    }

    private void between(byte c) {
        switch (c) {
            case '"' -> {
                state = urlFollows ? State.IN_URL : State.IN_STRING;
                urlFollows = false;
                keyEnded = false;
                key.setLength(0);
            }
            case ':' -> {
                urlFollows = keyEnded && isUrlKey();
                keyEnded = false;
            }
            case ' ', '\t', '\r', '\n' -> {
                // Means nothing.
            }
            default -> {
                urlFollows = false;
                keyEnded = false;
            }
        }
    }

    private void inString(byte c) {
        if (escaped) {
            escaped = false;
            remember('\\');
        } else if (c == '\\') {
            escaped = true;
        } else if (c == '"') {
            state = State.BETWEEN;
            keyEnded = true;
        } else {
            remember((char) (c & 0xff));
        }
    }

    private void remember(char c) {
        if (key.length() <= LONGEST_KEY) {
            key.append(c);
        }
    }

    private boolean isUrlKey() {
        int length = key.length();
        return length <= LONGEST_KEY
                && (endsWith("url")
                        || (length == 4 && (endsWith("href") || endsWith("self")))
                        || (length == 3 && endsWith("git")));
    }

    private boolean endsWith(String end) {
        int start = key.length() - end.length();
        return start >= 0 && key.indexOf(end, start) == start;
    }

    /** Keeps the beginning of an address until it is clear whether it is one of GitHub's. */
    private void hold(byte c, ByteArrayOutputStream out) {
        if (c != '"' && c != '\\') {
            held.write(c);
            if (held.size() < longest) {
                return;
            }
        }
        out.writeBytes(ownOrHeld());
        held.reset();
        if (c == '"') {
            out.write(c);
            state = State.BETWEEN;
            return;
        }
        state = State.IN_STRING;
        if (c == '\\') {
            out.write(c);
            escaped = true;
        }
    }

    private byte[] ownOrHeld() {
        byte[] bytes = held.toByteArray();
        @Nullable String own = base.own(new String(bytes, ISO_8859_1));
        return own == null ? bytes : own.getBytes(ISO_8859_1);
    }
}
