package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the gateway's own pages introduce themselves.
 *
 * @param title the name at the head of every page
 * @param supportUrl where people find help: an http, https or mailto address, linked at the foot of every page
 */
@ConfigurationProperties("latchkey.pages")
record PagesProperties(
        @DefaultValue("Latchkey") String title, @Nullable String supportUrl) {

    static final PagesProperties PLAIN = new PagesProperties("Latchkey", null);

    PagesProperties {
        ConfigurationFaults faults = new ConfigurationFaults();
        supportUrl = supportUrl == null || supportUrl.isBlank() ? null : supportUrl.strip();
        if (title.isBlank()) {
            faults.add("latchkey.pages.title", "it is empty", "Write a name, or leave the property out.");
        }
        if (supportUrl != null && !isSupportUrl(supportUrl)) {
            faults.add(
                    "latchkey.pages.support-url",
                    "\"" + supportUrl + "\" is not an http, https or mailto address",
                    "Write https://help.example.com or mailto:help@example.com");
        }
        faults.throwIfAny();
    }

    private static boolean isSupportUrl(String url) {
        return url.startsWith("https://") || url.startsWith("http://") || url.startsWith("mailto:");
    }
}
