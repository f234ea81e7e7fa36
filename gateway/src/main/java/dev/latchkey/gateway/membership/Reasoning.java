package dev.latchkey.gateway.membership;

import dev.latchkey.gateway.membership.Reading.Outcome;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What follows from what GitHub answered. Lists are looked at first, since one answer serves all claims; an organisation
 * that is not in the list is asked for by name, because only that answer says whether it is hidden.
 */
sealed interface Reasoning {

    /** Enough is known. */
    record Concluded(Standing standing) implements Reasoning {}

    /** This has to be asked first. */
    record Lacks(Question question) implements Reasoning {}

    Reasoning HOLDS = new Concluded(new Standing.Holds());
    Reasoning HOLDS_NOT = new Concluded(new Standing.HoldsNot());

    /** @param known what was answered to a question, or null if that is not known */
    static Reasoning on(Claim claim, Function<Question, @Nullable Reading> known) {
        if (claim instanceof Claim.Organization organization) {
            return organization(organization.login(), known);
        }
        if (claim instanceof Claim.Team team) {
            return team(team, known);
        }
        return repository((Claim.Repository) claim, known);
    }

    private static Reasoning organization(String login, Function<Question, @Nullable Reading> known) {
        Reading list = known.apply(Question.ORGANIZATIONS);
        if (list == null) {
            return new Lacks(Question.ORGANIZATIONS);
        }
        if (list.tellsOf(login)) {
            return HOLDS;
        }
        Question byName = Question.organization(login);
        Reading one = known.apply(byName);
        if (one == null) {
            return new Lacks(byName);
        }
        if (one.tellsOf(login)) {
            return HOLDS;
        }
        return one.outcome() == Outcome.ABSENT && list.isPartial() ? perhapsLeftOut(login) : withoutIt(one, login);
    }

    private static Reasoning team(Claim.Team team, Function<Question, @Nullable Reading> known) {
        Reading list = known.apply(Question.TEAMS);
        if (list == null) {
            return new Lacks(Question.TEAMS);
        }
        if (list.tellsOf(team.organization(), team.slug())) {
            return HOLDS;
        }
        if (list.outcome() == Outcome.SCOPE_MISSING) {
            return withoutIt(list, team.organization());
        }
        // Members of the organisation see their teams; for others the organisation's answer says why not.
        Reasoning organization = organization(team.organization(), known);
        return organization == HOLDS ? HOLDS_NOT : organization;
    }

    private static Reasoning repository(Claim.Repository claim, Function<Question, @Nullable Reading> known) {
        Question question = Question.repository(claim.owner(), claim.name());
        Reading one = known.apply(question);
        if (one == null) {
            return new Lacks(question);
        }
        boolean enough = one.tellsOf(
                entry -> entry.permission() != null && entry.permission().includes(claim.permission()));
        return enough ? HOLDS : withoutIt(one, claim.owner());
    }

    private static Reasoning withoutIt(Reading reading, String organization) {
        return switch (reading.outcome()) {
            case TOLD, ABSENT -> HOLDS_NOT;
            case SSO_REQUIRED ->
                hidden(
                        ProblemCode.MEMBERSHIP_SSO_REQUIRED,
                        organization + " asks for a single sign-on that you have not done. Do it"
                                + (reading.ssoUrl() == null ? "" : " at " + Objects.requireNonNull(reading.ssoUrl()))
                                + ", then sign in here again");
            case APP_RESTRICTED ->
                hidden(
                        ProblemCode.MEMBERSHIP_APP_RESTRICTED,
                        organization + " has not approved this gateway's app at GitHub");
            case SCOPE_MISSING ->
                hidden(
                        ProblemCode.MEMBERSHIP_NOT_VISIBLE,
                        "GitHub does not let this gateway see what is yours in " + organization);
        };
    }

    /** Of an organisation behind a single sign-on GitHub may say that it is not there. */
    private static Reasoning perhapsLeftOut(String organization) {
        return hidden(
                ProblemCode.MEMBERSHIP_SSO_REQUIRED,
                "GitHub leaves out organizations that ask for a single sign-on which you have not done. If "
                        + organization
                        + " is one of yours, open it at GitHub and sign in there, then sign in here again");
    }

    private static Reasoning hidden(ProblemCode code, String detail) {
        return new Concluded(new Standing.Hidden(Problem.of(code, detail)));
    }
}
