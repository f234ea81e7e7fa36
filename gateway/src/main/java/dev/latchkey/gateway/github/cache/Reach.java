package dev.latchkey.gateway.github.cache;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which writes change who sees what, and not only what is seen: a repository that is made, renamed, moved or opened, and
 * whoever is let into one. Of these the path that was written to does not tell all that is another now.
 *
 * @see <a href="https://docs.github.com/en/rest/repos/repos">REST API endpoints for repositories</a>
 */
final class Reach {

    /** Behind a repository's path: what makes another repository of it, or the same under another name. */
    private static final Set<String> MAKING = Set.of("", "/forks", "/generate", "/transfer");
    /** Behind a repository's path: what lets others in or out. */
    private static final List<String> OPENING = List.of("/collaborators", "/invitations", "/transfer");

    private static final List<String> BELONGING = List.of(
            "/user/repos",
            "/user/repository_invitations",
            "/user/memberships",
            "/user/installations",
            "/orgs",
            "/teams",
            "/enterprises");

    private Reach() {}

    /** Whether whoever wrote there may see anything else than before. */
    static boolean isOfWriter(String path) {
        String plain = Paths.plain(path);
        String repository = Paths.repository(plain);
        return repository == null
                ? BELONGING.stream().anyMatch(each -> isWithin(plain, each))
                : MAKING.contains(plain.substring(repository.length()));
    }

    /** The repository that others may see, or see no more, since that was written to; or null. */
    static @Nullable String ofOthers(String path) {
        String plain = Paths.plain(path);
        String repository = Paths.repository(plain);
        if (repository == null) {
            return null;
        }
        String rest = plain.substring(repository.length());
        return rest.isEmpty() || OPENING.stream().anyMatch(each -> isWithin(rest, each)) ? repository : null;
    }

    private static boolean isWithin(String path, String outer) {
        return path.equals(outer) || path.startsWith(outer + '/');
    }
}
