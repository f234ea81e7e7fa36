package dev.latchkey.gateway.membership;

import java.util.Locale;
import java.util.Set;

/**
 * One thing that GitHub is asked about a person.
 *
 * @param key what the answer is kept under; names in lower case
 * @param path path and query under the API's address
 * @param scope what a change at GitHub must touch to touch every answer to this, besides what the answer itself names
 */
record Question(String key, String path, Set<String> scope) {

    /** Every organisation that the person is an active member of. */
    static final Question ORGANIZATIONS =
            new Question("orgs", "/user/memberships/orgs?state=active&per_page=100", Set.of());

    /** Every team that the person is in. */
    static final Question TEAMS = new Question("teams", "/user/teams?per_page=100", Set.of());

    /** One organisation. Asked only if the list lacks it: this answer says why. */
    static Question organization(String login) {
        String org = plain(login);
        return new Question("org:" + org, "/user/memberships/orgs/" + org, Set.of(Scopes.organization(org)));
    }

    /** One repository, as the person sees it. */
    static Question repository(String owner, String name) {
        String org = plain(owner);
        String repository = org + '/' + plain(name);
        return new Question(
                "repo:" + repository,
                "/repos/" + repository,
                Set.of(Scopes.organization(org), Scopes.repository(repository)));
    }

    boolean isRepository() {
        return key.startsWith("repo:");
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
