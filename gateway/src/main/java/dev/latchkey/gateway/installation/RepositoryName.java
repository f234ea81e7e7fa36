package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.Locale;

/**
 * A repository as somebody named it. GitHub's names are the same in any case, so two names are compared by their
 * {@link #key}.
 */
public record RepositoryName(String owner, String name) {

    private static final int LONGEST = 100;

    /**
     * Takes only what can be a name at GitHub: letters, digits, dots, dashes and underscores, and neither of the two dot
     * segments.
     *
     * @throws Problem {@code repository.invalid}
     */
    public RepositoryName {
        check(owner);
        check(name);
    }

    /** Owner and name in lower case, with a slash between them. */
    public String key() {
        return ownerKey() + "/" + nameKey();
    }

    String ownerKey() {
        return owner.toLowerCase(Locale.ROOT);
    }

    String nameKey() {
        return name.toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return owner + "/" + name;
    }

    private static void check(String part) {
        boolean plain = !part.isEmpty()
                && part.length() <= LONGEST
                && part.chars().allMatch(RepositoryName::isPlain)
                && !part.equals(".")
                && !part.equals("..");
        if (!plain) {
            throw Problem.of(ProblemCode.REPOSITORY_INVALID);
        }
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_'
                || c == '.';
    }
}
