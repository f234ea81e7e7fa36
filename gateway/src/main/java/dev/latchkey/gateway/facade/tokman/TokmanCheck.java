package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.time.Clock;
import java.util.Optional;
import org.springframework.boot.context.properties.bind.Binder;

final class TokmanCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        Optional<TokmanProperties> broker = faults.bind(binder, "latchkey.broker", TokmanProperties.class);
        Optional<InternalTokenProperties> tokens =
                faults.bind(binder, "latchkey.internal", InternalTokenProperties.class);
        broker.ifPresent(properties -> tokens.ifPresent(internal -> {
            properties.check(faults);
            checkCertificates(binder, properties, faults);
            Callers.read(properties, internal, faults, Clock.systemUTC());
        }));
    }

    /** Nobody could ever show one. */
    private static void checkCertificates(Binder binder, TokmanProperties properties, ConfigurationFaults faults) {
        if (binder.bind("latchkey.internal.tls.client-ca", String.class).isBound()) {
            return;
        }
        for (int i = 0; i < properties.callers().size(); i++) {
            if (properties.callers().get(i).certificate() != null) {
                faults.add(
                        "latchkey.broker.callers[" + i + "].certificate",
                        "the internal port asks nobody for a certificate",
                        "Set latchkey.internal.tls.certificate, .private-key and .client-ca.");
            }
        }
    }
}
