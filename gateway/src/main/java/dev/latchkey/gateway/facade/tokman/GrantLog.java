package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.installation.InstallationToken;
import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.watch.AuditEvent;
import dev.latchkey.gateway.watch.AuditEvent.Action;

/** One audit event for each decision over a token: who, for what, and what came of it. */
final class GrantLog {

    private final Audit audit;

    GrantLog(Audit audit) {
        this.audit = audit;
    }

    void granted(Caller caller, RepositoryName repository, InstallationToken token) {
        audit.tell(AuditEvent.success(Action.INSTALLATION_TOKEN_GIVEN)
                .with("caller", caller.name())
                .with("repository", repository.toString())
                .with("decision", "granted")
                .withToken(token.reveal()));
    }

    void invalidated(Caller caller, RepositoryName repository) {
        audit.tell(AuditEvent.success(Action.INSTALLATION_TOKEN_INVALIDATED)
                .with("caller", caller.name())
                .with("repository", repository.toString())
                .with("decision", "invalidated"));
    }

    void refused(Caller caller, RepositoryName repository, Problem problem) {
        audit.tell(AuditEvent.failure(
                        Action.INSTALLATION_TOKEN_GIVEN, problem.code().code())
                .with("caller", caller.name())
                .with("repository", repository.toString())
                .with("decision", "refused")
                .with("cause", problem.causes().isEmpty() ? null : problem.causes()));
    }

    void unknown(String peer, Problem problem) {
        audit.tell(AuditEvent.failure(Action.CREDENTIAL, problem.code().code())
                .with("peer", peer)
                .with("decision", "refused"));
    }
}
