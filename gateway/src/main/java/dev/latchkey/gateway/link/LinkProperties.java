package dev.latchkey.gateway.link;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Links between a chat's accounts and people at the provider.
 *
 * @param hookUrl where the chat is told what became of its links; left out, it is told nothing
 * @param hookSecret what these messages are signed with, as text or {@code file:} and a path
 * @param lifetime how long a link lasts after it was last confirmed; from a second to a year
 */
@ConfigurationProperties("latchkey.links")
record LinkProperties(
        @Nullable URI hookUrl,
        @Nullable Secret hookSecret,
        @DefaultValue("7d") Duration lifetime) {

    void check(ConfigurationFaults faults) {
        if (hookUrl != null && !isWeb(hookUrl)) {
            faults.add(
                    "latchkey.links.hook-url",
                    "it is no web address, or holds a user name",
                    "Write it like https://chat.example.com/hooks/latchkey.");
        }
        if (hookUrl != null && (hookSecret == null || hookSecret.reveal().isBlank())) {
            faults.add(
                    "latchkey.links.hook-secret",
                    "it is missing, so anybody could tell the chat anything",
                    "Make one with 'openssl rand -base64 32' and give it to the chat too.");
        }
        if (lifetime.compareTo(Duration.ofSeconds(1)) < 0 || lifetime.compareTo(Duration.ofDays(365)) > 0) {
            faults.add(
                    "latchkey.links.lifetime",
                    "'" + lifetime + "' is not from a second to a year",
                    "Write a duration such as 7d.");
        }
    }

    private static boolean isWeb(URI uri) {
        boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
        return web && uri.getHost() != null && uri.getRawUserInfo() == null;
    }
}
