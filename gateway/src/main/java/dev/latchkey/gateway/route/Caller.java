package dev.latchkey.gateway.route;

import dev.latchkey.gateway.actions.ActionsJob;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Person;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Who is calling, and by what that is known. Nobody at all is null. */
public sealed interface Caller {

    /**
     * A person by their session.
     *
     * @param presented whether it was shown in {@code Authorization}, as a credential is, instead of as a browser's cookie
     */
    record InSession(BrowserSession session, boolean presented) implements Caller {

        /** By the cookie. */
        public InSession(BrowserSession session) {
            this(session, false);
        }

        @Override
        public Person person() {
            return session.person();
        }

        @Override
        public String principal() {
            return session.person().id().toString();
        }

        @Override
        public String handle() {
            return session.id();
        }

        @Override
        public Instant end() {
            return session.end();
        }
    }

    /**
     * A person without a browser, by what stands in {@code Authorization}.
     *
     * @param handle the credential's own name, with its kind and a colon before it: {@code api-token:…}; no secret
     * @param end when the credential ends, or what was learned of it has to be learned again
     */
    record ByCredential(Person person, String handle, Instant end) implements Caller {

        public ByCredential {
            if (handle.indexOf(':') < 1) {
                throw new IllegalArgumentException("a credential's handle begins with its kind and a colon");
            }
        }

        @Override
        public String principal() {
            return person.id().toString();
        }
    }

    /** A job of GitHub Actions. No person stands behind it as far as anything is decided. */
    record Job(ActionsJob job) implements Caller {

        @Override
        public @Nullable Person person() {
            return null;
        }

        /** By the repository's number; a name can be given anew. */
        @Override
        public String principal() {
            return "actions:" + (job.repositoryId() == null ? job.repository() : job.repositoryId());
        }

        @Override
        public String handle() {
            return principal() + ':' + job.runId();
        }

        @Override
        public Instant end() {
            return job.believedUntil();
        }
    }

    /** The person who calls, or null where no person does. */
    @Nullable
    Person person();

    /**
     * Who it is over all sessions and credentials, to count by and as {@code sub} of the identity JWT:
     * {@code github:583231}, {@code actions:1296269}.
     */
    String principal();

    /** What the caller is known by this time: the session's id, or a credential's name, which has a colon in it. */
    String handle();

    /** Nothing that is said of the caller may be believed beyond. */
    Instant end();
}
