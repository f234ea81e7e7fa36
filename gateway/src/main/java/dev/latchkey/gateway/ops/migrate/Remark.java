package dev.latchkey.gateway.ops.migrate;

/**
 * Something that whoever moves should know. Quotes values only where they are no secrets.
 *
 * @param option by the name it has in a configuration file
 */
public record Remark(Kind kind, String option, String words) {

    /** In the order in which they matter. */
    public enum Kind {
        WIDER("lets in more people than before"),
        UNSAFE("was unsafe"),
        LOST("not kept"),
        CHANGED("works differently");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** One line for a terminal, whatever stood in what was read. */
    @Override
    public String toString() {
        return kind.words + ": " + plain(option) + ": " + plain(words);
    }

    private static String plain(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
