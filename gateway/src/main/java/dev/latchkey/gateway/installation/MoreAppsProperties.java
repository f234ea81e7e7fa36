package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.keys.Secret;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * GitHub Apps for some accounts only.
 *
 * @param apps the first that is for a repository's owner is asked, before the App of {@code latchkey.github}
 */
@ConfigurationProperties("latchkey")
record MoreAppsProperties(@DefaultValue List<Entry> apps) {

    /**
     * @param appId its number or client id
     * @param privateKey its key, as PEM text or {@code file:} and a path
     * @param owners the accounts it is for, with {@code *} for any run of characters
     * @param apiUrl the API, if it is at another GitHub
     */
    record Entry(
            @Nullable String appId,
            @Nullable Secret privateKey,
            @DefaultValue List<String> owners,
            @Nullable URI apiUrl) {}
}
