package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Providers that are added while the gateway runs, and who may do so.
 *
 * @param admins people who may change providers, as {@code user:octocat} for a GitHub login or {@code gitlab:42} for a
 *     provider's id and the account's
 * @param allowLoopback whether providers on this very machine may be used, by http too; for trying things out
 * @param allowedHosts names that providers may live at, with {@code *.} for any name below; they may be in private
 *     networks. Without any, providers may live wherever the public internet reaches
 * @param deniedHosts names that no provider may live at, in the same form
 */
@ConfigurationProperties("latchkey.providers")
public record ProvidersProperties(
        @DefaultValue List<String> admins,
        @DefaultValue("false") boolean allowLoopback,
        @DefaultValue List<String> allowedHosts,
        @DefaultValue List<String> deniedHosts) {

    private static final Pattern ADMIN = Pattern.compile("[a-z0-9][a-z0-9_-]{0,39}:[!-~]{1,255}");
    private static final Pattern HOST = Pattern.compile("(\\*\\.)?[a-z0-9.-]{1,253}|\\[[0-9a-f:.]{2,45}\\]");

    void check(ConfigurationFaults faults) {
        checkAdmins("latchkey.providers.admins", admins, faults);
        checkHosts("latchkey.providers.allowed-hosts", allowedHosts, faults);
        checkHosts("latchkey.providers.denied-hosts", deniedHosts, faults);
    }

    /** Adds a fault for each that names nobody. */
    public static void checkAdmins(String property, List<String> admins, ConfigurationFaults faults) {
        for (String admin : admins) {
            if (!ADMIN.matcher(admin).matches()) {
                faults.add(
                        property,
                        "'" + admin + "' names nobody",
                        "Write user: and a GitHub login, or a provider's id and the account's, such as github:583231.");
            }
        }
    }

    private static void checkHosts(String property, List<String> hosts, ConfigurationFaults faults) {
        for (String host : hosts) {
            if (!HOST.matcher(host).matches()) {
                faults.add(
                        property, "'" + host + "' is no host name", "Write it like git.example.com or *.example.com.");
            }
        }
    }
}
