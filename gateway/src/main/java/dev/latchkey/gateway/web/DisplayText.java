package dev.latchkey.gateway.web;

/**
 * Words that came from outside, made fit to stand on a page: on one line, in reading order, of a bounded length.
 *
 * <p>Escaping for HTML is the template's work and happens besides. This is about what is legal text and still
 * deceives: a right-to-left override that turns a name round, a display name of 20 KB, a link that is a script.
 */
final class DisplayText {

    static final int LINE = 120;
    static final int SENTENCE = 600;

    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;

    private DisplayText() {}

    /** A name, an address, an id: at most {@value #LINE} characters. */
    static String line(String text) {
        return cut(text, LINE);
    }

    /** A sentence or two: at most {@value #SENTENCE} characters. */
    static String sentence(String text) {
        return cut(text, SENTENCE);
    }

    /**
     * An address to link to: a path of this host, or an http address. Whoever calls has already decided whether people
     * may be sent there; this only makes sure that it is no script.
     */
    static String link(String url) {
        boolean path = url.startsWith("/") && !url.startsWith("//") && !url.startsWith("/\\");
        return path || url.startsWith("https://") || url.startsWith("http://") ? url : "/";
    }

    private static String cut(String text, int longest) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), longest + 1));
        int length = 0;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            i += Character.charCount(character);
            if (isInvisible(character)) {
                continue;
            }
            if (length++ == longest) {
                return line.toString().stripTrailing() + "…";
            }
            line.appendCodePoint(onOneLine(character));
        }
        return line.toString().strip();
    }

    /** Format characters, which include every bidirectional control, but not the joiners that emoji are made with. */
    private static boolean isInvisible(int character) {
        return Character.getType(character) == Character.FORMAT
                && character != ZERO_WIDTH_JOINER
                && character != ZERO_WIDTH_NON_JOINER;
    }

    private static int onOneLine(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> ' ';
            case Character.SURROGATE -> '\uFFFD';
            default -> character;
        };
    }
}
