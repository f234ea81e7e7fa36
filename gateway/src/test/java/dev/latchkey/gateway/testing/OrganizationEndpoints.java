package dev.latchkey.gateway.testing;

import java.util.Optional;

/** Questions about one organisation or one team: is this person in it? */
final class OrganizationEndpoints implements Endpoints {

    private final GitHubState state;
    private final Api api;
    private final Accounts accounts;

    OrganizationEndpoints(GitHubState state, Api api) {
        this.state = state;
        this.api = api;
        this.accounts = new Accounts(state);
    }

    @Override
    public void addTo(Routes routes) {
        String org = Api.BASE + "/orgs/{org}";
        routes.get(org + "/memberships/{login}", call -> about(call, this::membership));
        routes.get(org + "/members/{login}", call -> about(call, this::isMember));
        routes.get(org + "/teams/{team}", this::team);
        routes.get(org + "/teams/{team}/memberships/{login}", call -> about(call, this::teamMembership));
    }

    /** Only members may ask, and an app only where the organisation lets it. */
    private Reply about(Call call, Question question) {
        return api.asPerson(call, caller -> {
            String org = call.variable("org");
            boolean visible = membershipOf(caller.person(), org).isPresent()
                    && !state.org(org).isHiddenFrom(caller.app())
                    && caller.may("members", "read:org");
            return visible
                    ? state.find(call.variable("login"))
                            .map(person -> question.answer(call, person))
                            .orElseGet(OrganizationEndpoints::notFound)
                    : notFound();
        });
    }

    /** A team that the caller is in, or one above it. */
    private Reply team(Call call) {
        return api.asPerson(
                call,
                caller -> caller.person().teams().stream()
                        .filter(team -> !state.org(team.org()).isHiddenFrom(caller.app()))
                        .filter(team -> team.isOrIsUnder(call.variable("org"), call.variable("team")))
                        .findFirst()
                        .map(team -> team.upTo(call.variable("team")))
                        .map(team -> Reply.json(200, accounts.team(team)))
                        .orElseGet(OrganizationEndpoints::notFound));
    }

    private Reply membership(Call call, StubPerson person) {
        return membershipOf(person, call.variable("org"))
                .map(membership -> Reply.json(200, accounts.membership(person, membership)))
                .orElseGet(OrganizationEndpoints::notFound);
    }

    private Reply isMember(Call call, StubPerson person) {
        return membershipOf(person, call.variable("org"))
                .filter(StubPerson.Membership::isActive)
                .map(membership -> Reply.empty(204))
                .orElseGet(OrganizationEndpoints::notFound);
    }

    /** Members of a child team are members of its parents. */
    private Reply teamMembership(Call call, StubPerson person) {
        String url = state.apiUrl() + call.path().substring(Api.BASE.length());
        boolean member =
                person.teams().stream().anyMatch(team -> team.isOrIsUnder(call.variable("org"), call.variable("team")));
        return member ? Reply.json(200, Json.object("url", url, "role", "member", "state", "active")) : notFound();
    }

    private static Optional<StubPerson.Membership> membershipOf(StubPerson person, String org) {
        return person.memberships().stream()
                .filter(membership -> membership.org().equalsIgnoreCase(org))
                .findFirst();
    }

    private static Reply notFound() {
        return Reply.message(404, "Not Found");
    }

    private interface Question {
        Reply answer(Call call, StubPerson person);
    }
}
