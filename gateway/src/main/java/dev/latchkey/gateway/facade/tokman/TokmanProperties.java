package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.installation.Permissions;
import dev.latchkey.gateway.installation.Reach;
import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who gets installation tokens on the internal port, and which.
 *
 * @param prefix a path under which the broker's addresses are served as well
 * @param callers who may ask, and for what
 * @param open networks whose machines may ask without saying who they are
 * @param permissions what every token may do, such as {@code contents: read}; unset, all that the installation grants
 * @param installationWide hands out tokens for all repositories of an installation, not for the one asked for
 * @param expiresAt adds {@code expires_at} to the answer
 */
@ConfigurationProperties("latchkey.broker")
record TokmanProperties(
        @DefaultValue("") String prefix,
        @DefaultValue List<Caller> callers,
        @DefaultValue Open open,
        @DefaultValue Map<String, String> permissions,
        @DefaultValue("false") boolean installationWide,
        @DefaultValue("false") boolean expiresAt) {

    /**
     * @param name who it is, for Basic authentication and the audit log
     * @param password for Basic, or alone as a bearer token; text or {@code file:} and a path
     * @param certificate the client certificate that is shown instead: {@code dns:}, {@code uri:} or {@code email:} and an
     *     alternative name, {@code subject:} and a distinguished name, or {@code sha256:} and a fingerprint
     * @param repositories owner and name, with {@code *} for any run of characters
     */
    record Caller(
            @Nullable String name,
            @Nullable Secret password,
            @Nullable String certificate,
            @DefaultValue List<String> repositories) {}

    /**
     * @param networks CIDRs; none by default
     * @param repositories which repositories are open to them
     */
    record Open(
            @DefaultValue List<String> networks,
            @DefaultValue("*/*") List<String> repositories) {}

    void check(ConfigurationFaults faults) {
        if (!prefix.isEmpty() && !prefix.matches("(/[A-Za-z0-9._~-]+)+")) {
            faults.add(
                    "latchkey.broker.prefix",
                    "'" + prefix + "' is no path",
                    "Write a path that begins with a slash and does not end with one, such as /tokman.");
        }
        permissions(faults);
    }

    Permissions permissions(ConfigurationFaults faults) {
        return Permissions.parse("latchkey.broker.permissions", permissions, faults);
    }

    /** The reach of every token that is handed out for that repository. */
    Reach reach(RepositoryName repository) {
        Reach narrow = Reach.into(repository).with(permissions(new ConfigurationFaults()));
        return installationWide ? narrow.intoWholeInstallation() : narrow;
    }
}
