package dev.latchkey.gateway.route;

import dev.latchkey.gateway.actions.ActionsRule;
import dev.latchkey.gateway.membership.Claim;
import dev.latchkey.gateway.session.Person;
import io.netty.util.AsciiString;

/** A line of {@code allow}. */
public sealed interface Rule {

    /** Nobody has to sign in; identity is still sent when somebody has. */
    record Anyone() implements Rule {}

    /** Every signed-in person. */
    record SignedIn() implements Rule {}

    /**
     * One person, by the login the account has at GitHub today. Other providers have people of the same name.
     *
     * @param login compared without case, as GitHub does, which for logins is a matter of ASCII alone
     */
    record User(String login) implements Rule {}

    /** Everybody whose primary address their provider has verified and this pattern covers. */
    record Email(EmailPattern pattern) implements Rule {}

    /** Everybody of whom GitHub says so; the one kind of rule that may have to wait. */
    record Belongs(Claim claim) implements Rule {}

    /** Jobs of GitHub Actions, and no person. */
    record Actions(ActionsRule jobs) implements Rule {}

    /** True if what is known of the caller suffices to let them in. */
    default boolean admits(Caller caller) {
        if (this instanceof Actions actions) {
            return caller instanceof Caller.Job brought && actions.jobs().matches(brought.job());
        }
        Person person = caller.person();
        return person == null ? this instanceof Anyone : admits(person);
    }

    /** True if what a session holds suffices to let that person in. */
    default boolean admits(Person person) {
        if (this instanceof User user) {
            // The same login elsewhere may be anybody's.
            return person.id().provider().equals("github")
                    && AsciiString.contentEqualsIgnoreCase(user.login(), person.login());
        }
        if (this instanceof Email email) {
            return person.emailVerified() && email.pattern().covers(person.email());
        }
        return this instanceof Anyone || this instanceof SignedIn;
    }

    /** The line as an operator writes it. */
    default String line() {
        if (this instanceof User user) {
            return "user:" + user.login();
        }
        if (this instanceof Email email) {
            return "email:" + email.pattern();
        }
        if (this instanceof Belongs belongs) {
            return line(belongs.claim());
        }
        if (this instanceof Actions actions) {
            return "actions:" + actions.jobs();
        }
        return this instanceof Anyone ? "anyone" : "signed-in";
    }

    private static String line(Claim claim) {
        if (claim instanceof Claim.Organization organization) {
            return "org:" + organization.login();
        }
        if (claim instanceof Claim.Team team) {
            return "team:" + team.organization() + '/' + team.slug();
        }
        Claim.Repository repository = (Claim.Repository) claim;
        return "repo:" + repository.owner() + '/' + repository.name() + ':'
                + repository.permission().role();
    }

    /** Who this line lets in, as people who are not let in may read it: no one's login, no one's address. */
    default String audience() {
        if (this instanceof Email email) {
            return "people with an address at " + email.pattern().domain();
        }
        if (this instanceof Belongs belongs) {
            return audience(belongs.claim());
        }
        if (this instanceof Actions) {
            return "certain jobs of GitHub Actions";
        }
        return this instanceof User ? "people named one by one" : "everybody";
    }

    private static String audience(Claim claim) {
        if (claim instanceof Claim.Organization organization) {
            return "members of " + organization.login();
        }
        if (claim instanceof Claim.Team team) {
            return "members of the team " + team.organization() + '/' + team.slug();
        }
        Claim.Repository repository = (Claim.Repository) claim;
        return "people with " + repository.permission().role() + " permission on " + repository.owner() + '/'
                + repository.name();
    }
}
