package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.net.URI;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where a sign-in may lead back to.
 *
 * @param allowedRedirects origins other than the gateway's own that {@code rd} may name, such as
 *     {@code https://wiki.example.com}
 */
@ConfigurationProperties("latchkey")
record LoginProperties(@DefaultValue List<URI> allowedRedirects) {

    void check(ConfigurationFaults faults) {
        for (URI origin : allowedRedirects) {
            boolean plain = origin.getHost() != null
                    && ("https".equals(origin.getScheme()) || "http".equals(origin.getScheme()))
                    && origin.getRawPath().isEmpty()
                    && origin.getRawQuery() == null
                    && origin.getRawUserInfo() == null;
            if (!plain) {
                faults.add(
                        "latchkey.allowed-redirects",
                        "'" + origin + "' is not an origin",
                        "Write scheme, host and port only, such as https://wiki.example.com.");
            }
        }
    }
}
