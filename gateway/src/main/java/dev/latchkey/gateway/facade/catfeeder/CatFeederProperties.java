package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.provider.ProvidersProperties;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What {@code builtin:oauth-providers} needs to know.
 *
 * @param admins people who may change providers through it, besides those of {@code latchkey.providers.admins}
 * @param redirectUri where providers send people back to: the front end's page that calls {@code callback}, or the
 *     callback itself, which it is unless somebody says otherwise
 * @param target where a browser goes that came back to the callback itself
 * @param corsAllowedOrigins origins whose pages may call it, each written out
 */
@ConfigurationProperties("latchkey.oauth-providers")
record CatFeederProperties(
        @DefaultValue List<String> admins,
        @Nullable URI redirectUri,
        @DefaultValue("/") String target,
        @DefaultValue List<String> corsAllowedOrigins) {

    void check(ConfigurationFaults faults) {
        ProvidersProperties.checkAdmins("latchkey.oauth-providers.admins", admins, faults);
        if (redirectUri != null && (!isWeb(redirectUri) || redirectUri.getRawFragment() != null)) {
            faults.add(
                    "latchkey.oauth-providers.redirect-uri",
                    "'" + redirectUri + "' is no web address",
                    "Write it as it is registered at the providers, such as https://app.example.com/oauth/callback.");
        }
        if (!target.matches("/([^/\\\\].*)?") && !isWeb(URI.create(target.replaceAll("[^!-~]", "")))) {
            faults.add(
                    "latchkey.oauth-providers.target",
                    "'" + target + "' is no address",
                    "Write a path, or an address such as https://app.example.com/.");
        }
        for (String origin : corsAllowedOrigins) {
            if (!origin.matches("https?://[a-z0-9.-]+(:[0-9]{1,5})?")) {
                faults.add(
                        "latchkey.oauth-providers.cors-allowed-origins",
                        "'" + origin + "' is not an origin",
                        "Write scheme, host and port only, such as https://app.example.com. There is no * here.");
            }
        }
    }

    private static boolean isWeb(URI address) {
        boolean web = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
        return web && address.getHost() != null && address.getRawUserInfo() == null;
    }
}
