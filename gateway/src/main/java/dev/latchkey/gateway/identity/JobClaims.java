package dev.latchkey.gateway.identity;

import dev.latchkey.gateway.actions.ActionsJob;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a job of GitHub Actions is to backends: GitHub's own words for it, under GitHub's own names.
 *
 * @see <a href="https://docs.github.com/en/actions/reference/security/oidc">OpenID Connect reference</a>
 */
final class JobClaims {

    /** No login has a colon, so no backend takes a job for a person. */
    private static final String KIND = "actions:";

    private JobClaims() {}

    static Map<String, String> of(ActionsJob job) {
        Map<String, String> claims = new LinkedHashMap<>();
        claims.put("preferred_username", name(job));
        claims.putAll(facts(job));
        return claims;
    }

    /** In place of a login. */
    static String name(ActionsJob job) {
        return KIND + job.repository();
    }

    /** What GitHub said of the job, without what it did not say. */
    static Map<String, String> facts(ActionsJob job) {
        Map<String, String> facts = new LinkedHashMap<>();
        put(facts, "repository", job.repository());
        put(facts, "repository_id", job.repositoryId());
        put(facts, "repository_owner_id", job.ownerId());
        put(facts, "ref", job.ref());
        put(facts, "environment", job.environment());
        put(facts, "event_name", job.event());
        put(facts, "workflow_ref", job.workflowRef());
        put(facts, "job_workflow_ref", job.jobWorkflowRef());
        put(facts, "sha", job.sha());
        put(facts, "actor", job.actor());
        put(facts, "actor_id", job.actorId());
        put(facts, "run_id", job.runId());
        return facts;
    }

    private static void put(Map<String, String> facts, String name, @Nullable String value) {
        if (value != null) {
            facts.put(name, value);
        }
    }
}
