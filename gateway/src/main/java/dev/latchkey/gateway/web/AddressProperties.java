package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where browsers find the gateway.
 *
 * @param externalUrl the address browsers use: scheme, host, port; decides cookie prefix, Secure flag, callback, issuer
 * @param prefix the reserved path under which the gateway's own pages and endpoints live
 * @param insecureHttp allows a plain http address that is not this machine: only for tests on a closed network
 */
@ConfigurationProperties("latchkey")
record AddressProperties(
        @DefaultValue("http://localhost:8080") String externalUrl,
        @DefaultValue("/oauth2") String prefix,
        @DefaultValue("false") boolean insecureHttp) {

    GatewayAddress address() {
        ConfigurationFaults faults = new ConfigurationFaults();
        URI url = parse(faults);
        GatewayAddress.checkPrefix(prefix, faults);
        if (url == null) {
            throw new ConfigurationRefused(faults.list());
        }
        GatewayAddress.checkUrl(url, faults);
        checkPlainHttp(url, faults);
        faults.throwIfAny();
        return new GatewayAddress(url, prefix);
    }

    private @Nullable URI parse(ConfigurationFaults faults) {
        try {
            return new URI(externalUrl.strip());
        } catch (URISyntaxException e) {
            // The value stays out of the message: what cannot be parsed may still hold a password.
            faults.add(
                    GatewayAddress.EXTERNAL_URL,
                    "it is not a URL: " + e.getReason() + " at position " + e.getIndex(),
                    "Write scheme, host and, if it is not the default, port: https://gateway.example.com");
            return null;
        }
    }

    private void checkPlainHttp(URI url, ConfigurationFaults faults) {
        if (insecureHttp || !"http".equalsIgnoreCase(url.getScheme()) || GatewayAddress.isLoopback(url)) {
            return;
        }
        faults.add(
                GatewayAddress.EXTERNAL_URL,
                "plain http to another machine would show every session cookie to the network",
                "Use https, behind a proxy that ends TLS if need be; on a closed test network set "
                        + "latchkey.insecure-http=true");
    }
}
