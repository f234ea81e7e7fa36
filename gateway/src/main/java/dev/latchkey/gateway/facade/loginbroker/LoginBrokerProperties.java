package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.installation.Permissions;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.SecretSource;
import dev.latchkey.gateway.keys.SharedKey;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.token.ApiTokens;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What {@code builtin:login-broker} lets in, and how it says who somebody is.
 *
 * @param returnTargets origins of instances that a sign-in may lead back to, such as {@code https://trackeep.example.com}, to
 *     the callbacks that Trackeep has; or the whole address of another one. None by default. {@code https://*.example.com} stands
 *     for all hosts below that domain
 * @param defaultTarget where it leads back to if nobody says; one of those
 * @param jwtSecret what tokens are signed with (HS256): the first signs, all verify; each text or {@code file:} and a path. Unset,
 *     tokens are opaque
 * @param jwtTtl how long a token is good
 * @param maxAge how long after a sign-in its token is renewed; then the person signs in again
 * @param instances origins of instances by the ids of the routes that are theirs alone, for instances that do not say who they are
 * @param corsAllowedOrigins pages of these origins may call, with credentials; {@code *} lets all call without
 * @param tokenInQuery what a sign-in adds to the address it leads back to: {@code code}, which is good for one call within a minute;
 *     {@code jwt}; {@code jwt-with-github-token}; or {@code none}
 * @param exposeAccessToken origins of instances that may be told GitHub tokens, or {@code true} for all; none by default
 * @param installationPermissions the most that an installation's token may do that an instance is told, such as
 *     {@code contents: read}; empty for whatever the installation was granted in repositories
 * @param statusProfile {@code legacy} answers 500 for what fails at GitHub during a sign-in, {@code strict} 4xx and 502
 * @param appSlug the name of the GitHub App in its address at GitHub, for installing it
 */
@ConfigurationProperties("latchkey.login-broker")
record LoginBrokerProperties(
        @DefaultValue List<String> returnTargets,
        @Nullable String defaultTarget,
        @DefaultValue List<Secret> jwtSecret,
        @DefaultValue("7d") Duration jwtTtl,
        @DefaultValue("30d") Duration maxAge,
        @DefaultValue Map<String, String> instances,
        @DefaultValue List<String> corsAllowedOrigins,
        @DefaultValue("code") String tokenInQuery,
        @DefaultValue List<String> exposeAccessToken,
        @DefaultValue Map<String, String> installationPermissions,
        @DefaultValue("strict") String statusProfile,
        @Nullable String appSlug) {

    static final String CODE = "code";
    static final String JWT = "jwt";
    static final String JWT_WITH_GITHUB_TOKEN = "jwt-with-github-token";
    static final String NONE = "none";
    static final String LEGACY = "legacy";

    private static final String PREFIX = "latchkey.login-broker.";
    private static final Set<String> IN_QUERY = Set.of(CODE, JWT, JWT_WITH_GITHUB_TOKEN, NONE);

    void check(ConfigurationFaults faults) {
        ReturnTargets targets = ReturnTargets.read(returnTargets, faults);
        checkDefault(targets, faults);
        checkInstances(targets, faults);
        if (maxAge.compareTo(jwtTtl) < 0) {
            faults.add(
                    PREFIX + "max-age",
                    "'" + maxAge + "' is shorter than " + PREFIX + "jwt-ttl",
                    "Write a time that is at least as long, such as 30d.");
        }
        Permissions.parse(PREFIX + "installation-permissions", installationPermissions, faults);
        secrets(Clock.systemUTC(), faults);
        if (jwtTtl.compareTo(ApiTokens.SHORTEST_LIFE) < 0 || jwtTtl.compareTo(ApiTokens.LONGEST_LIFE) > 0) {
            faults.add(
                    PREFIX + "jwt-ttl", "'" + jwtTtl + "' is not from a minute to a year", "Write a time such as 7d.");
        }
        Cors.read(corsAllowedOrigins, faults);
        if (!IN_QUERY.contains(tokenInQuery)) {
            faults.add(
                    PREFIX + "token-in-query",
                    "'" + tokenInQuery + "' is nothing that can be sent",
                    "Write code, jwt, jwt-with-github-token or none.");
        }
        if (tokenInQuery.startsWith(JWT) && jwtSecret.isEmpty()) {
            faults.add(
                    PREFIX + "jwt-secret",
                    "it is missing, and " + PREFIX + "token-in-query asks for JWTs",
                    SharedKey.REMEDY);
        }
        checkExposure(faults);
        if (!statusProfile.equals("strict") && !statusProfile.equals(LEGACY)) {
            faults.add(PREFIX + "status-profile", "'" + statusProfile + "' is none", "Write strict or legacy.");
        }
        if (appSlug != null && !appSlug.matches("[a-z0-9][a-z0-9-]{0,99}")) {
            faults.add(
                    PREFIX + "app-slug",
                    "'" + appSlug + "' is no name of an App",
                    "Write what follows github.com/apps/ in the App's address.");
        }
    }

    private void checkDefault(ReturnTargets targets, ConfigurationFaults faults) {
        if (defaultTarget != null
                && !defaultTarget.isEmpty()
                && targets.listed(defaultTarget).isEmpty()) {
            faults.add(
                    PREFIX + "default-target",
                    "'" + defaultTarget + "' is not at an origin in " + PREFIX + "return-targets",
                    "Add its origin there.");
        }
    }

    private void checkInstances(ReturnTargets targets, ConfigurationFaults faults) {
        instances.forEach((route, origin) -> {
            if (ReturnTargets.originOf(origin).filter(origin::equals).isEmpty() || !targets.hasOrigin(origin)) {
                faults.add(
                        PREFIX + "instances." + route,
                        "'" + origin + "' is no origin in " + PREFIX + "return-targets",
                        "Write one of those, such as https://trackeep.example.com.");
            }
        });
    }

    private void checkExposure(ConfigurationFaults faults) {
        for (String origin : exposeAccessToken) {
            boolean known = Set.of("true", "false").contains(origin)
                    || ReturnTargets.originOf(origin).filter(origin::equals).isPresent();
            if (!known) {
                faults.add(
                        PREFIX + "expose-access-token",
                        "'" + origin + "' is no origin",
                        "Write true, or origins such as https://trackeep.example.com.");
            }
        }
    }

    boolean exposesAny() {
        return exposeAccessToken.stream().anyMatch(each -> !each.equals("false"));
    }

    Permissions mostOfInstallations() {
        return Permissions.parse(PREFIX, installationPermissions, new ConfigurationFaults());
    }

    /** Whether that instance may be told GitHub tokens. */
    boolean exposesTo(String client) {
        return exposeAccessToken.contains("true") || exposeAccessToken.contains(client);
    }

    List<SecretSource> secrets(Clock clock, ConfigurationFaults faults) {
        List<SecretSource> sources = new ArrayList<>();
        for (Secret secret : jwtSecret) {
            try {
                SecretSource source = SecretSource.of(secret, clock);
                String weakness = SharedKey.weaknessOf(source.current());
                if (weakness == null) {
                    sources.add(source);
                } else {
                    faults.add(PREFIX + "jwt-secret", "it " + weakness, SharedKey.REMEDY);
                }
            } catch (ConfigurationRefused unreadable) {
                faults.addAll(unreadable.faults());
            }
        }
        return sources;
    }
}
