package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.keys.RsaKeySource;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes Apps of what an operator wrote, collecting what is wrong with it. */
final class AppsReader {

    private static final String REGISTER =
            "Copy the App's id and a private key from its page at GitHub; they belong together.";

    private final ConfigurationFaults faults;
    private final Clock clock;
    private final List<App> apps = new ArrayList<>();

    private AppsReader(ConfigurationFaults faults, Clock clock) {
        this.faults = faults;
        this.clock = clock;
    }

    static Apps read(AppProperties main, MoreAppsProperties more, ConfigurationFaults faults, Clock clock) {
        AppsReader reader = new AppsReader(faults, clock);
        for (int i = 0; i < more.apps().size(); i++) {
            reader.add("latchkey.apps[" + i + "]", more.apps().get(i), main.api());
        }
        if (isGiven(main.appId()) || isGiven(main.privateKey())) {
            reader.add("latchkey.github", main.appId(), main.privateKey(), main.api(), List.of("*"));
        }
        return new Apps(reader.apps);
    }

    private void add(String place, MoreAppsProperties.Entry entry, String api) {
        if (entry.owners().isEmpty()) {
            faults.add(place + ".owners", "it is missing", "Write the accounts that the App is for, such as acme.");
        }
        for (String owner : entry.owners()) {
            if (!owner.matches("[A-Za-z0-9_.*-]{1,100}")) {
                faults.add(
                        place + ".owners",
                        "'" + owner + "' is no account",
                        "Write the name of an account at GitHub; * stands for any run of characters.");
            }
        }
        URI other = entry.apiUrl();
        add(
                place,
                entry.appId(),
                entry.privateKey(),
                other == null ? api : AppProperties.withoutSlash(other),
                entry.owners());
    }

    private void add(String place, @Nullable String id, @Nullable Secret key, String api, List<String> owners) {
        if (id == null || !id.matches("[A-Za-z0-9._-]{1,64}")) {
            faults.add(place + ".app-id", isGiven(id) ? "it is no App's id" : "it is missing", REGISTER);
            return;
        }
        if (key == null || !isGiven(key)) {
            faults.add(place + ".private-key", "it is missing", REGISTER);
            return;
        }
        try {
            RsaKeySource source = RsaKeySource.of(place + ".private-key", key, clock);
            apps.add(new App(api, id, owners.stream().map(App::owner).toList(), new AppJwt(id, source, clock)));
        } catch (ConfigurationRefused refused) {
            faults.addAll(refused.faults());
        }
    }

    private static boolean isGiven(@Nullable String text) {
        return text != null && !text.isBlank();
    }

    private static boolean isGiven(@Nullable Secret secret) {
        return secret != null && isGiven(secret.reveal());
    }
}
