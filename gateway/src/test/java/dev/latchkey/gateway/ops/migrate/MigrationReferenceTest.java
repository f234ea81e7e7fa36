package dev.latchkey.gateway.ops.migrate;

import dev.latchkey.gateway.docs.GeneratedPage;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationReferenceTest {

    @Test
    void thePageTellsOfEveryOption() {
        StringBuilder page = new StringBuilder("""
                # Moving from oauth2-proxy

                ```sh
                java -jar gateway.jar migrate oauth2-proxy oauth2-proxy.cfg --to latchkey
                ```

                reads its TOML, its structured YAML, a file of `OAUTH2_PROXY_` variables or of flags, or a Kubernetes manifest with
                either, several of them if need be, and flags after `--`. It writes `application.properties`, `secrets.properties`
                (for its owner alone), a route file for each upstream, and `migration.txt` with all that was not kept, was unsafe or
                works differently; then it looks at the result as `check` does. Nothing is overwritten without `--overwrite`. Where
                more people would be let in than before it stops, unless `--accept-wider` says that they may.

                What proxies in front ask for keeps its addresses and its answers: 202, 401 and 403 at `/oauth2/auth`, with
                `X-Auth-Request-User`, `-Email`, `-Groups`, `-Preferred-Username` and `-Access-Token`; `allowed_groups`, `allowed_emails`
                and `allowed_email_domains` in the question narrow it as before. What differs: everybody signs in once more; who may
                not use an app is signed in nevertheless and gets 403, where oauth2-proxy 7.15 ends the sign-in with a page of status
                500; `X-Auth-Request-Preferred-Username` is sent for GitHub too, and `GAP-Auth` is not.

                This table is generated.

                | option | what becomes of it |
                |---|---|
                """);
        for (String name : KnownOptions.names()) {
            OldSettings settings = new OldSettings();
            settings.add(OldSettings.Place.FILE, name, List.of("x"));
            Remarks remarks = new Remarks();
            KnownOptions.tell(settings, remarks);
            String words = remarks.list().isEmpty()
                    ? "converted, or told why not"
                    : remarks.list().get(0).toString().replace(": " + name + ": ", ": ");
            page.append("| `").append(name).append("` | ").append(words).append(" |\n");
        }
        GeneratedPage.check("oauth2-proxy.md", page.toString());
    }
}
