package dev.latchkey.gateway.installation;

import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * How far a token is to reach: into which repositories, all of one account, and with which permissions.
 *
 * @param repositories in order and each once, whatever the case of the names
 * @param wholeInstallation whether the token may reach every repository of the installation that these belong to
 * @param holder who shares a token of this reach; nobody else gets the same one. Whoever holds a token can revoke it
 */
public record Reach(
        List<RepositoryName> repositories, boolean wholeInstallation, Permissions permissions, String holder) {

    private static final String EVERYBODY = "";

    private static final int MOST = 500;

    public Reach {
        TreeSet<RepositoryName> ordered = new TreeSet<>(Comparator.comparing(RepositoryName::key));
        ordered.addAll(repositories);
        repositories = List.copyOf(ordered);
        long owners =
                repositories.stream().map(RepositoryName::ownerKey).distinct().count();
        if (owners != 1 || repositories.size() > MOST) {
            throw new IllegalArgumentException("a token reaches into 1 to 500 repositories of one account");
        }
    }

    /** Into these and no others, with everything that the installation was granted there. */
    public static Reach into(RepositoryName... repositories) {
        return new Reach(List.of(repositories), false, Permissions.ALL_GRANTED, EVERYBODY);
    }

    /** Into every repository of the installation. */
    public Reach intoWholeInstallation() {
        return new Reach(repositories, true, permissions, holder);
    }

    public Reach with(Permissions fewer) {
        return new Reach(repositories, wholeInstallation, fewer, holder);
    }

    /** The same for one holder, apart from everybody else's. */
    public Reach heldBy(String one) {
        return new Reach(repositories, wholeInstallation, permissions, one);
    }

    RepositoryName first() {
        return repositories.get(0);
    }
}
