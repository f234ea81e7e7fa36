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

    /** One line for a terminal. */
    @Override
    public String toString() {
        return kind.words + ": " + option + ": " + words;
    }
}
