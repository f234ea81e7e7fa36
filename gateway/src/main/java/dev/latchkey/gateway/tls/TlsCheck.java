package dev.latchkey.gateway.tls;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Clock;
import java.util.Locale;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;

/** That the certificates can be used, and that what browsers are told of the gateway's address agrees with them. */
final class TlsCheck implements ConfigurationCheck {

    private static final String SPRINGS_OWN = "server.ssl";

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, TlsProperties.PREFIX, TlsProperties.class).ifPresent(properties -> {
            if (properties.isOn()) {
                faults.collect(() -> EdgeCertificates.in(properties, true, Clock.systemUTC()));
                checkScheme(binder, faults);
            }
        });
        faults.bind(binder, InternalTlsProperties.PREFIX, InternalTlsProperties.class)
                .ifPresent(properties -> faults.collect(() -> InternalTls.in(properties, Clock.systemUTC())));
        checkSpringsOwn(binder, faults);
    }

    /** Cookies without Secure, a callback at http and no HSTS: nothing that goes with it would be what was meant. */
    private static void checkScheme(Binder binder, ConfigurationFaults faults) {
        binder.bind("latchkey.external-url", String.class).ifBound(url -> {
            if (url.strip().toLowerCase(Locale.ROOT).startsWith("http:")) {
                faults.add(
                        "latchkey.external-url",
                        "it begins with http, but " + TlsProperties.PREFIX
                                + ".certificate makes the gateway speak TLS only",
                        "Begin it with https, or leave out " + TlsProperties.PREFIX + '.');
            }
        });
    }

    /** Two ways would be two answers to which certificate is shown; the server's own neither checks nor reloads alike. */
    private static void checkSpringsOwn(Binder binder, ConfigurationFaults faults) {
        binder.bind(SPRINGS_OWN, Bindable.mapOf(String.class, String.class)).ifBound(own -> {
            if (!"false".equalsIgnoreCase(own.get("enabled"))) {
                faults.add(
                        SPRINGS_OWN,
                        "the gateway has names of its own for this",
                        "Name the PEM files in " + TlsProperties.PREFIX + ".certificate and " + TlsProperties.PREFIX
                                + ".private-key; a changed file is in force within seconds.");
            }
        });
    }
}
