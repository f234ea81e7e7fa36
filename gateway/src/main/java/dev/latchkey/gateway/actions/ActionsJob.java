package dev.latchkey.gateway.actions;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job of GitHub Actions, as its token described it. Numbers of repositories and accounts are never given twice; names
 * can be.
 *
 * @param subject the token's {@code sub}, for logs; nothing is decided by it
 * @param repository owner and name
 * @param repositoryId null if the token had none
 * @param ownerId null if the token had none
 * @param ref what the workflow runs for, such as {@code refs/heads/main}, or null
 * @param environment the deployment environment of the job, or null
 * @param event what started the workflow, or null
 * @param runId which run of which workflow it is, or null
 * @param expiresAt the end of the token that was brought
 */
public record ActionsJob(
        String subject,
        String repository,
        @Nullable String repositoryId,
        @Nullable String ownerId,
        @Nullable String ref,
        @Nullable String environment,
        @Nullable String event,
        @Nullable String workflowRef,
        @Nullable String jobWorkflowRef,
        @Nullable String sha,
        @Nullable String actor,
        @Nullable String actorId,
        @Nullable String runId,
        Instant expiresAt) {

    /** For how long after its end a token is still taken, since clocks differ. */
    static final Duration LEEWAY = Duration.ofSeconds(60);

    /** The instant from which the token is taken nowhere any more. */
    public Instant believedUntil() {
        return expiresAt.plus(LEEWAY);
    }
}
