package dev.latchkey.gateway.login;

import dev.latchkey.gateway.problem.ConfigurationCheck;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;

final class LoginCheck implements ConfigurationCheck {

    @Override
    public void check(Binder binder, ConfigurationFaults faults) {
        faults.bind(binder, "latchkey", LoginProperties.class).ifPresent(properties -> {
            properties.check(faults);
            Domains.check(properties.domains(), scheme(binder), faults);
        });
    }

    /** Null where the address is not one; whoever owns that property says so. */
    private static @Nullable String scheme(Binder binder) {
        String url = binder.bind("latchkey.external-url", String.class).orElse("http://localhost:8080");
        String text = url == null ? "" : url.strip().toLowerCase(Locale.ROOT);
        return text.startsWith("https://") ? "https" : text.startsWith("http://") ? "http" : null;
    }
}
