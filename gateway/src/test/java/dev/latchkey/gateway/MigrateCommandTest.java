package dev.latchkey.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrateCommandTest {

    private static final String SECRET = "gh-secret-0123456789\\${x}";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int migrate(String... arguments) {
        return new MigrateCommand(new PrintStream(out, true, StandardCharsets.UTF_8)).run(List.of(arguments));
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Everything at once, so that whatever is written is looked at by 'check'. */
    private static String whole() {
        return """
                provider = "github"
                client_id = "Iv1.abc"
                client_secret = '%s'
                github_org = "acme"
                github_users = ["mona"]
                email_domains = ["*"]
                redirect_url = "http://wiki.example.com/sso/callback"
                proxy_prefix = "/sso"
                scope = "user:email"
                upstreams = ["http://127.0.0.1:3000/", "http://127.0.0.1:4000/api/", "http://127.0.0.1:4000/exact", "file:///var/www#/s/"]
                upstream_timeout = "1m30s"
                skip_auth_routes = ["GET=^/healthz$", "^/api/open/", "^/v[^/]+/x$", "^/docs(/.*)?$"]
                skip_auth_preflight = true
                http_address = "127.0.0.1:4180"
                reverse_proxy = true
                whitelist_domains = ["other.example.com", ".example.org"]
                cookie_expire = "12h"
                session_store_type = "redis"
                redis_connection_url = "redis://127.0.0.1:6379"
                pass_access_token = true
                set_xauthrequest = true
                """.formatted(SECRET);
    }

    @Test
    void whatItWritesPassesTheCheck() throws IOException {
        Path config = folder.resolve("oauth2-proxy.cfg");
        Files.writeString(config, whole());
        Path to = folder.resolve("new");
        int status = migrate("oauth2-proxy", config.toString(), "--to", to.toString());
        assertThat(printed())
                .contains("wrote " + to.resolve("routes/app.yaml"), "wrote " + to.resolve("routes/api.yaml"))
                .contains("wrote " + to.resolve("routes/exact.yaml"))
                .contains("Configuration and route files are good.")
                .contains("was unsafe: redirect_url", "not kept: whitelist_domains", "not kept: upstreams")
                .doesNotContain(SECRET)
                .doesNotContain("gh-secret");
        assertThat(status).isZero();
        assertThat(migrate("oauth2-proxy", config.toString(), "--to", to.toString()))
                .isEqualTo(1);
        assertThat(printed()).contains("is there already");
        assertThat(migrate("oauth2-proxy", config.toString(), "--to", to.toString(), "--overwrite"))
                .isZero();
    }

    @Test
    void whatLetsInMoreIsWrittenOnlyWhenThatIsAccepted() {
        Path to = folder.resolve("new");
        String[] flags = {
            "--to",
            to.toString(),
            "--",
            "--provider=github",
            "--client-id=x",
            "--client-secret=y",
            "--github-org=acme",
            "--email-domain=acme.example"
        };
        assertThat(migrate(joined(List.of("oauth2-proxy"), flags))).isEqualTo(1);
        assertThat(printed()).contains("lets in more people than before", "Nothing was written");
        assertThat(to).doesNotExist();
        assertThat(migrate(joined(List.of("oauth2-proxy", "--accept-wider"), flags)))
                .isZero();
        assertThat(to.resolve("routes/auth.yaml")).exists();
    }

    private static String[] joined(List<String> first, String... rest) {
        return java.util.stream.Stream.concat(first.stream(), List.of(rest).stream())
                .toArray(String[]::new);
    }

    @Test
    void whatIsStillMissingFailsTheCheckAndIsNamed() {
        int status = migrate(
                "oauth2-proxy",
                "--to",
                folder.resolve("new").toString(),
                "--",
                "--provider=github",
                "--github-org=acme");
        assertThat(status).isEqualTo(1);
        assertThat(printed()).contains("latchkey.github.client-secret: it is missing");
    }

    @Test
    void saysHowItIsUsed() {
        assertThat(migrate()).isEqualTo(1);
        assertThat(migrate("nginx", "x")).isEqualTo(1);
        assertThat(migrate("oauth2-proxy", "x", "--to")).isEqualTo(1);
        assertThat(migrate("oauth2-proxy", "--unknown", "x")).isEqualTo(1);
        assertThat(printed()).contains("Say: migrate oauth2-proxy CONFIG...");
        assertThat(migrate("oauth2-proxy", folder.resolve("absent").toString())).isEqualTo(1);
        assertThat(printed()).contains("cannot be read");
    }
}
