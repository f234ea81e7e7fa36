package dev.latchkey.gateway.facade.tokman;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.installation.InstallationToken;
import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.problem.Problem;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each decision over a token: who, for what, and what came of it. Never the token, but its SHA-256 in base64,
 * by which GitHub's own audit log names tokens too.
 */
final class GrantLog {

    static final String NAME = "latchkey.audit";

    private static final Logger LOG = LoggerFactory.getLogger(NAME);

    void granted(Caller caller, RepositoryName repository, InstallationToken token) {
        LOG.info(
                "caller={} repository={} decision=granted hashed_token={}",
                caller.name(),
                repository,
                hash(token.reveal()));
    }

    void invalidated(Caller caller, RepositoryName repository) {
        LOG.info("caller={} repository={} decision=invalidated", caller.name(), repository);
    }

    void refused(Caller caller, RepositoryName repository, Problem problem) {
        LOG.warn(
                "caller={} repository={} decision=refused reason={} cause={}",
                caller.name(),
                repository,
                problem.code().code(),
                problem.causes());
    }

    void unknown(String peer, Problem problem) {
        LOG.warn(
                "caller=- peer={} decision=refused reason={}",
                peer,
                problem.code().code());
    }

    private static String hash(String token) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
