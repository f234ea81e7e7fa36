package dev.latchkey.gateway.github.api;

import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.session.PersonId;

/** On whose behalf GitHub is called: by this name answers are kept. Whose quota is spent, {@link #payer} says. */
public sealed interface Principal {

    /** A person, with the token of their sign-in. */
    record OfPerson(PersonId id) implements Principal {

        @Override
        public String toString() {
            return id.toString();
        }
    }

    /**
     * The installation of a GitHub App, with a token for one repository: what one such token sees another need not, but
     * GitHub counts the calls of all of them together ("Rate limits for the REST API", installation access tokens).
     *
     * @param installation its number
     */
    record OfInstallation(RepositoryName repository, long installation) implements Principal {

        @Override
        public String payer() {
            return "installation:" + installation;
        }

        @Override
        public String toString() {
            return "installation:" + repository.key();
        }
    }

    /** The gateway's own app, where nobody is calling: it sees what everybody sees, and spends its own quota. */
    record OfApp() implements Principal {

        @Override
        public String toString() {
            return "app";
        }
    }

    /** Whose calls GitHub counts: the name of a bucket, and of nothing else. */
    default String payer() {
        return toString();
    }

    /** Unlike any other's, and the same after every sign-in and for every token. */
    @Override
    String toString();
}
