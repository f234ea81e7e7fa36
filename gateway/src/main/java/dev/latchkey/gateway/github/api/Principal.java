package dev.latchkey.gateway.github.api;

import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.session.PersonId;

/** On whose behalf GitHub is called: by this name answers are kept, and it is their quota that is spent. */
public sealed interface Principal {

    /** A person, with the token of their sign-in. */
    record OfPerson(PersonId id) implements Principal {

        @Override
        public String toString() {
            return id.toString();
        }
    }

    /** The installation of a GitHub App, with a token for one repository. */
    record OfInstallation(RepositoryName repository) implements Principal {

        @Override
        public String toString() {
            return "installation:" + repository.key();
        }
    }

    /** Unlike any other's, and the same after every sign-in and for every token. */
    @Override
    String toString();
}
