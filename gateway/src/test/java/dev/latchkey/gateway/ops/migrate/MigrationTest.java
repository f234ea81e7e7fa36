package dev.latchkey.gateway.ops.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.gateway.ops.migrate.Remark.Kind;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a configuration of oauth2-proxy becomes. */
class MigrationTest {

    private static final String SECRET = "gh-secret-0123456789";

    @TempDir
    private Path folder;

    private Migration of(String text) {
        try {
            Path file = folder.resolve("oauth2-proxy.cfg");
            Files.writeString(file, text);
            return Migration.of(List.of(file), List.of());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Migration flags(String... flags) {
        return Migration.of(List.of(), List.of(flags));
    }

    private static String route(Migration migration, String id) {
        return migration.files().get("routes/" + id + ".yaml");
    }

    private static String properties(Migration migration) {
        return migration.files().get(Migration.PROPERTIES);
    }

    private static List<String> told(Migration migration, Kind kind) {
        return migration.remarks().stream()
                .filter(remark -> remark.kind() == kind)
                .map(Remark::option)
                .toList();
    }

    // The forms

    @Test
    void readsTomlWithListsThatAreTexts() {
        Migration migration = of("""
                # a file as people have it
                provider = "github"
                client_id = "Iv1.abc"
                client_secret = "%s"
                github_org = "acme"
                github_team = "eng, ops"
                email_domains = "*"
                redirect_url = "https://wiki.example.com/oauth2/callback"
                upstreams = [
                    "http://127.0.0.1:3000/",
                    "http://127.0.0.1:4000/api/"
                ]
                skip_auth_routes = ["GET=^/healthz$", "^/api/open/"]
                http_address = "0.0.0.0:4180"
                cookie_expire = "12h0m0s"
                cookie_secure = "true"
                pass_access_token = true
                """.formatted(SECRET));
        assertThat(route(migration, "app"))
                .contains("to: 'http://127.0.0.1:3000'", "  - 'team:acme/eng'\n  - 'team:acme/ops'\n")
                .contains("  - 'GET /healthz'\n  - '/api/open/'\n  - '/api/open/*/**'")
                .contains("github-token: true", "headers: oauth2-proxy", "PreserveHostHeader")
                .doesNotContain("\npath:");
        assertThat(route(migration, "api"))
                .contains("path: '/api/**'", "to: 'http://127.0.0.1:4000'", "  - '/api/open/'\n  - '/api/open/*/**'")
                .doesNotContain("healthz");
        assertThat(properties(migration))
                .contains("latchkey.external-url=https://wiki.example.com\n", "server.port=4180\n")
                .contains("latchkey.session.max-age=12h\n", "latchkey.session.idle=12h\n")
                .contains("latchkey.github.client-id=Iv1.abc\n")
                .doesNotContain("server.address");
        assertThat(migration.letsInMore()).isFalse();
    }

    @Test
    void readsFlagsVariablesAndManifestsAsItReadsAFile() {
        Migration file = of("""
                provider = "github"
                client_id = "x"
                client_secret = "y"
                github_org = "acme"
                email_domains = ["*"]
                upstreams = ["http://10.0.0.1"]
                reverse_proxy = true
                """);
        Migration shell = of("""
                #!/bin/sh
                oauth2-proxy --provider=github --client-id "x" --client-secret='y' \\
                    --github-org acme --email-domain="*" \\
                    --reverse-proxy --upstream=http://10.0.0.1
                """);
        Migration variables = of("""
                OAUTH2_PROXY_PROVIDER=github
                export OAUTH2_PROXY_CLIENT_ID="x"
                OAUTH2_PROXY_CLIENT_SECRET='y'
                OAUTH2_PROXY_GITHUB_ORG=acme
                OAUTH2_PROXY_EMAIL_DOMAINS=*
                OAUTH2_PROXY_REVERSE_PROXY=true
                OAUTH2_PROXY_UPSTREAMS=http://10.0.0.1
                """);
        Migration manifest = of("""
                apiVersion: apps/v1
                kind: Deployment
                spec:
                  template:
                    spec:
                      containers:
                        - args:
                            - --provider=github
                            - --github-org=acme
                            - --email-domain=*
                            - --reverse-proxy
                            - --upstream=http://10.0.0.1
                          env:
                            - name: OAUTH2_PROXY_CLIENT_ID
                              value: x
                            - name: OAUTH2_PROXY_CLIENT_SECRET
                              value: "y"
                """);
        assertThat(shell.files()).isEqualTo(file.files());
        assertThat(variables.files()).isEqualTo(file.files());
        assertThat(manifest.files()).isEqualTo(file.files());
        assertThat(flags(
                                "--provider=github",
                                "--client-id=x",
                                "--client-secret=y",
                                "--github-org=acme",
                                "--email-domain",
                                "*",
                                "--reverse-proxy",
                                "--upstream=http://10.0.0.1")
                        .files())
                .isEqualTo(file.files());
    }

    @Test
    void readsTheStructuredFormToo() {
        Migration migration = of("""
                server:
                  bindAddress: "0.0.0.0:4180"
                upstreamConfig:
                  upstreams:
                    - id: httpbin
                      path: /bin/
                      uri: http://httpbin
                injectRequestHeaders:
                  - name: X-Forwarded-User
                    values: [{claimSource: {claim: user}}]
                  - name: X-Static
                    values: [{secretSource: {value: c2VjcmV0}}]
                providers:
                  - provider: github
                    clientID: x
                    clientSecret: ${CLIENT_SECRET}
                    githubConfig: {org: acme}
                """);
        assertThat(route(migration, "bin"))
                .contains("path: '/bin/**'", "to: 'http://httpbin'", "'org:acme'", "headers: oauth2-proxy");
        assertThat(told(migration, Kind.LOST)).contains("X-Static", "client_secret");
        assertThat(migration.files()).doesNotContainKey(Migration.SECRETS);
        Migration silent = of("providers:\n  - {provider: github, githubConfig: {org: acme}}\n"
                + "upstreamConfig: {upstreams: [{path: /, uri: 'http://a'}]}\n");
        assertThat(route(silent, "app")).contains("headers: none", "'org:acme'");
    }

    @Test
    void aCommaWithinAnItemOfAListPartsNothing() {
        String config = "provider=\"github\"\ngithub_org=\"acme\"\nskip_auth_routes=";
        assertThat(route(of(config + "[\"^/a,b$\"]\n"), "auth")).doesNotContain("public:");
        assertThat(route(of(config + "\"^/a$,^/b$\"\n"), "auth")).contains("public:\n  - '/a'\n  - '/b'\n");
    }

    @Test
    void aFlagCountsMoreThanTheEnvironmentAndThatMoreThanAFile() throws IOException {
        Path file = folder.resolve("a.cfg");
        Path variables = folder.resolve("b.env");
        Files.writeString(file, "provider=\"github\"\ngithub_org=\"one\"\nclient_id=\"one\"\nproxy_prefix=\"/one\"\n");
        Files.writeString(variables, "OAUTH2_PROXY_GITHUB_ORG=two\nOAUTH2_PROXY_CLIENT_ID=two\n");
        Migration migration = Migration.of(List.of(variables, file), List.of("--github-org=three"));
        assertThat(properties(migration)).contains("client-id=two\n", "latchkey.prefix=/one\n");
        assertThat(route(migration, "auth")).contains("'org:three'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Hello", "a: b\n", "{\"a\": 1}", "key = \"open\nnext = 1\n"})
    void whatIsNoConfigurationIsSaidToBeNone(String text) {
        assertThatThrownBy(() -> of(text)).isInstanceOf(MigrationRefused.class).hasMessageContaining("is no ");
    }

    // Secrets

    @Test
    void noSecretIsInAnyFileButTheOneForThem() throws IOException {
        Migration migration = of("""
                provider = "github"
                client_id = "x"
                client_secret = "%1$s"
                cookie_secret = "%1$s-cookie"
                basic_auth_password = "%1$s-basic"
                signature_key = "sha1:%1$s-gap"
                github_token = "%1$s-token"
                htpasswd_file = "/etc/passwords"
                redis_password = "%1$s-redis"
                session_store_type = "redis"
                redis_connection_url = "redis://me:%1$s@redis:6379/0"
                email_domains = ["acme.example"]
                upstreams = ["http://user:%1$s@10.0.0.1/"]
                """.formatted(SECRET));
        migration.files().forEach((name, text) -> {
            if (!name.equals(Migration.SECRETS)) {
                assertThat(text).as(name).doesNotContain(SECRET);
            }
        });
        assertThat(migration.remarks().toString()).doesNotContain(SECRET);
        assertThat(migration.toString()).doesNotContain(SECRET);
        assertThat(migration.files().get(Migration.SECRETS))
                .contains("latchkey.github.client-secret=" + SECRET + "\n")
                .contains("spring.data.redis.url=redis://me:" + SECRET)
                .contains("latchkey.secret-keys=")
                .doesNotContain("-cookie", "-basic", "-gap", "-token");
        Path out = folder.resolve("out");
        migration.writeTo(out, false);
        assertThat(Files.getPosixFilePermissions(out.resolve(Migration.SECRETS)))
                .extracting(Enum::name)
                .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
    }

    @Test
    void nothingIsOverwrittenUnlessToldSo() throws IOException {
        Migration migration = flags("--provider=github", "--github-org=acme");
        Path there = folder.resolve("routes/auth.yaml");
        Files.createDirectories(there.getParent());
        Files.writeString(there, "mine");
        assertThatThrownBy(() -> migration.writeTo(folder, false))
                .isInstanceOf(MigrationRefused.class)
                .hasMessageContaining(there.toString());
        assertThat(there).hasContent("mine");
        assertThat(folder.resolve(Migration.PROPERTIES)).doesNotExist();
        migration.writeTo(folder, true);
        assertThat(Files.readString(there)).contains("org:acme");
    }

    // Who is let in

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--github-org=acme | org:acme",
                "--github-org=acme --github-team=eng | team:acme/eng",
                "--github-team=acme:eng,beta:x | team:acme/eng team:beta/x",
                "--github-repo=acme/wiki | repo:acme/wiki:write",
                "--github-org=acme --github-user=mona | org:acme user:mona",
                "--github-user=mona,octocat | user:mona user:octocat",
                "--allowed-group=acme --allowed-group=acme:eng | org:acme team:acme/eng",
                "--email-domain=acme.example | email:*@acme.example",
                "--email-domain=.acme.example | email:*@*.acme.example",
                "--email-domain=*.acme.example | email:*@*.acme.example",
                "--email-domain=* | signed-in",
            })
    void whoIsLetInStaysLetIn(String flags, String lines) {
        Migration migration = flags(("--provider=github " + flags).split(" "));
        String expected = "allow:\n  - '" + String.join("'\n  - '", lines.split(" ")) + "'\nsend:";
        assertThat(route(migration, "auth")).contains(expected);
        assertThat(migration.letsInMore()).isFalse();
    }

    @Test
    void addressesOfAFileBecomeLines() throws IOException {
        Files.writeString(folder.resolve("emails"), "Mona@Acme.example\n\n# nobody\nnot an address\n");
        Migration migration = of("provider=\"github\"\nauthenticated_emails_file=\"emails\"\n");
        assertThat(route(migration, "auth")).contains("allow:\n  - 'email:mona@acme.example'\nsend:");
        assertThat(told(migration, Kind.LOST)).contains("authenticated_emails_file");
    }

    /** oauth2-proxy wants both; lines of 'allow' are alternatives. */
    @Test
    void severalDemandsAtOnceAreToldAsLettingInMore() {
        Migration migration = flags("--provider=github", "--github-org=acme", "--email-domain=acme.example");
        assertThat(migration.letsInMore()).isTrue();
        assertThat(route(migration, "auth")).contains("'org:acme'").doesNotContain("email:");
        Migration both = flags("--provider=github", "--github-team=acme:eng", "--github-repo=acme/wiki");
        assertThat(both.letsInMore()).isTrue();
        Migration groups = flags("--provider=oidc", "--allowed-group=staff", "--email-domain=*");
        assertThat(groups.letsInMore()).isTrue();
    }

    @Test
    void aRestrictionThatCannotBeReadLetsNobodyIn() {
        assertThatThrownBy(() -> flags("--provider=github", "--github-org=ac me"))
                .isInstanceOf(MigrationRefused.class)
                .hasMessageContaining("Nobody would be let in");
        assertThatThrownBy(() -> flags("--provider=github")).isInstanceOf(MigrationRefused.class);
        assertThatThrownBy(() -> flags("--provider=github", "--github-org=ac me", "--email-domain=*"))
                .isInstanceOf(MigrationRefused.class);
        assertThatThrownBy(() -> flags("--provider=github", "--github-org=acme", "--allowed-group=:"))
                .isInstanceOf(MigrationRefused.class);
        assertThatThrownBy(() -> flags("--provider=github", "--github-org=acme", "--email-domain=@"))
                .isInstanceOf(MigrationRefused.class);
    }

    // What is open

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "^/healthz$ /healthz",
                "GET=^/healthz$ GET./healthz",
                "^/metrics /metrics/**",
                "^/assets/ /assets/+/assets/*/**",
                "^/assets/.* /assets/+/assets/*/**",
                "^/docs(/.*)?$ /docs/**",
                "^/docs(/|$) /docs/**",
                "^/favicon\\.ico$ /favicon.ico",
                "^/v[^/]*/status$ /v*/status",
                "POST=^/(hooks|events)/in$ POST./hooks/in+POST./events/in",
                "/api/status /api/status/**",
            })
    void anOpenPathOpensAsMuchOrLess(String old, String lines) {
        Migration migration = flags("--provider=github", "--github-org=acme", "--skip-auth-route=" + old);
        String expected = "  - '"
                + lines.replace('.', ' ').replace("favicon ico", "favicon.ico").replace("+", "'\n  - '") + "'\nsend:";
        assertThat(route(migration, "auth")).contains("public:\n" + expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"!=^/admin", "GET!=^/admin", "^/a.*/b$", ".*", "^/(a|b)?x$", "^/x{2}$", "healthz", "^(?!/admin)"
            })
    void whatHasNoPatternStaysClosed(String old) {
        Migration migration = flags("--provider=github", "--github-org=acme", "--skip-auth-route=" + old);
        assertThat(route(migration, "auth")).doesNotContain("public:");
        assertThat(told(migration, Kind.LOST)).contains("skip_auth_routes");
    }

    @Test
    void whatWasUnsafeIsSaidToBe() {
        Migration migration = flags(
                "--provider=github",
                "--email-domain=*",
                "--skip-auth-regex=/public/",
                "--skip-auth-regex=^/",
                "--cookie-secure=false",
                "--cookie-samesite=none",
                "--reverse-proxy",
                "--http-address=0.0.0.0:80",
                "--trusted-ip=10.0.0.0/8",
                "--ping-user-agent=GoogleHC/1.0",
                "--ssl-upstream-insecure-skip-verify",
                "--ssl-insecure-skip-verify",
                "--show-debug-on-error",
                "--skip-auth-strip-headers=false",
                "--redirect-url=http://wiki.example.com/oauth2/callback",
                "--code-challenge-method=plain");
        assertThat(told(migration, Kind.UNSAFE))
                .contains(
                        "email_domains",
                        "skip_auth_regex",
                        "cookie_secure",
                        "cookie_samesite",
                        "reverse_proxy",
                        "trusted_ips",
                        "ping_user_agent",
                        "ssl_upstream_insecure_skip_verify",
                        "ssl_insecure_skip_verify",
                        "show_debug_on_error",
                        "skip_auth_strip_headers",
                        "redirect_url",
                        "code_challenge_method");
        assertThat(properties(migration)).doesNotContain("trusted-proxies");
    }

    @Test
    void aProxyIsBelievedOnlyWhereItIsNamedOrBeside() {
        assertThat(properties(flags("--provider=github", "--github-org=a", "--reverse-proxy")))
                .contains("latchkey.trusted-proxies[0]=127.0.0.0/8\n");
        assertThat(properties(flags(
                        "--provider=github", "--github-org=a", "--reverse-proxy", "--trusted-proxy-ip=10.1.0.0/16")))
                .contains("latchkey.trusted-proxies[0]=10.1.0.0/16\n");
        assertThat(properties(flags(
                        "--provider=github",
                        "--github-org=a",
                        "--reverse-proxy",
                        "--http-address=:4180",
                        "--trusted-proxy-ip=0.0.0.0/0")))
                .doesNotContain("trusted-proxies");
    }

    // Completeness

    @Test
    void everyOptionIsReadOrHasASentence() {
        for (String name : KnownOptions.names()) {
            OldSettings settings = new OldSettings();
            settings.add(OldSettings.Place.FILE, name, List.of("x"));
            Remarks remarks = new Remarks();
            KnownOptions.tell(settings, remarks);
            assertThat(remarks.list())
                    .as(name)
                    .allSatisfy(
                            remark -> assertThat(remark.words()).isNotBlank().doesNotContain("no such option"));
        }
        assertThat(KnownOptions.names()).hasSizeGreaterThan(140);
        assertThat(told(flags("--provider=github", "--github-org=a", "--no-such-thing=1"), Kind.LOST))
                .contains("no_such_thing");
    }

    @Test
    void redisIsKeptInEachOfItsShapes() {
        String[] usual = {"--provider=github", "--github-org=a", "--session-store-type=redis"};
        assertThat(properties(with(usual, "--redis-connection-url=redis://r:6379")))
                .contains("latchkey.store=redis\n", "spring.data.redis.url=redis://r:6379\n");
        assertThat(properties(with(
                        usual,
                        "--redis-use-sentinel",
                        "--redis-sentinel-master-name=m",
                        "--redis-sentinel-connection-urls=redis://a:26379,redis://b:26379")))
                .contains("sentinel.master=m\n", "sentinel.nodes=a:26379,b:26379\n");
        assertThat(properties(
                        with(usual, "--redis-use-cluster", "--redis-cluster-connection-urls=redis://a,redis://b:7000")))
                .contains("cluster.nodes=a:6379,b:7000\n");
    }

    private Migration with(String[] usual, String... more) {
        return Migration.of(
                List.of(),
                java.util.stream.Stream.concat(List.of(usual).stream(), List.of(more).stream())
                        .toList());
    }

    @Test
    void anEnterpriseServerIsTheOneThatPeopleSignInAt() {
        Migration migration = flags(
                "--provider=github",
                "--github-org=a",
                "--login-url=https://ghe.acme.example/login/oauth/authorize",
                "--redeem-url=https://ghe.acme.example/login/oauth/access_token",
                "--validate-url=https://ghe.acme.example/api/v3");
        assertThat(properties(migration))
                .contains("latchkey.github.url=https://ghe.acme.example\n")
                .contains("latchkey.github.api-url=https://ghe.acme.example/api/v3\n");
    }

    // What odd or hostile files can do

    @ParameterizedTest
    @ValueSource(strings = {"^/api/*$", "^/file-*$", "^/a/b*/c$", "^/[^/]+*$", "^/x(a|b)*$"})
    void aStarThatRepeatsIsNoPatternsStar(String regex) {
        Migration migration = flags("--provider=github", "--github-org=a", "--skip-auth-regex=" + regex);
        assertThat(route(migration, "auth")).doesNotContain("public");
        assertThat(told(migration, Kind.LOST)).contains("skip_auth_regex");
    }

    @Test
    void whatAnExpressionDoesNotOpenStaysClosed() {
        assertThat(opened("^/api/*")).contains("'/api/**'");
        assertThat(opened("^/docs/.+$")).contains("'/docs/*/**'").doesNotContain("'/docs/'");
        assertThat(opened("^/docs.+")).contains("'/docs/*/**'");
        assertThat(opened("^/u/[^/]+/pic$")).contains("'/u/*/pic'");
    }

    private String opened(String regex) {
        return route(flags("--provider=github", "--github-org=a", "--skip-auth-regex=" + regex), "auth");
    }

    @Test
    void everybodyOfACompanysProviderIsNotEverybody() {
        Migration migration = flags("--provider=oidc", "--email-domain=*");
        assertThat(migration.letsInMore()).isTrue();
        assertThat(told(migration, Kind.WIDER)).contains("email_domains");
    }

    @ParameterizedTest
    @CsvSource({
        "gitlab,gitlabConfig,group,gitlab_groups",
        "keycloak,keycloakConfig,groups,keycloak_groups",
        "keycloak,keycloakConfig,roles,allowed_roles",
        "google,googleConfig,group,google_groups",
        "entra-id,microsoftEntraIDConfig,allowedTenants,entra_id_allowed_tenants"
    })
    void whatTheStructuredFormDemandsOfAnotherProviderIsTold(String provider, String part, String key, String option) {
        Migration migration = Migration.of(
                List.of(file("alpha.yaml", """
                        providers:
                        - provider: %s
                          id: x
                          CAFiles: [ca.pem]
                          %s:
                            %s: [staff]
                        """.formatted(provider, part, key))),
                List.of("--email-domain=acme.example"));
        assertThat(told(migration, Kind.WIDER)).contains(option);
        assertThat(migration.remarks().toString()).contains("'CAFiles' is not read");
    }

    @Test
    void variablesOfAComposeFileOrAConfigMapAreRead() {
        for (String form : List.of("    OAUTH2_PROXY_GITHUB_ORG: acme\n", "    - OAUTH2_PROXY_GITHUB_ORG=acme\n")) {
            Migration migration = of("services:\n  proxy:\n    command: [--provider=github, '--email-domain=*']\n"
                    + "    environment:\n  " + form);
            assertThat(route(migration, "auth")).contains("'org:acme'").doesNotContain("signed-in");
        }
        Migration words =
                of("services:\n  proxy:\n    command: /bin/oauth2-proxy --provider=github --github-org=acme\n");
        assertThat(route(words, "auth")).contains("'org:acme'");
        Migration inMap = of("""
                data:
                  oauth2-proxy.cfg: |
                    provider = "github"
                    github_org = "acme"
                ---
                args: ['--email-domain=*']
                """);
        assertThat(route(inMap, "auth")).contains("'org:acme'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "args: [--provider=github, '--email-domain=*']\nenvFrom: [{configMapRef: {name: x}}]",
                "args: [--provider=github, '--email-domain=*', --config=/etc/x.cfg]",
                "args: [--provider=github, '--email-domain=*']\nenv: [{name: OAUTH2_PROXY_GITHUB_ORG, valueFrom: {a: b}}]"
            })
    void whatMayDemandMoreElsewhereHasToBeAccepted(String manifest) {
        assertThat(of(manifest).letsInMore()).isTrue();
    }

    @Test
    void aFileThatIsNamedAndReadIsNotMissed() {
        assertThat(of("args: [--provider=github, --github-org=a, --config=/etc/oauth2-proxy.cfg]")
                        .letsInMore())
                .isFalse();
    }

    @Test
    void namesInTomlHaveNoCaseAndTablesAreNotPassedOver() {
        assertThat(route(of("Provider = \"github\"\nGitHub_Org = \"acme\"\nemail_domains = [\"*\"]\n"), "auth"))
                .contains("'org:acme'");
        assertThat(of("provider = \"github\"\ngithub_org = \"acme\"\n[more]\ngithub_team = \"x\"\n")
                        .letsInMore())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: &x [*x]", "a: &x {b: *x}", "a: &a [1, &b [*a, *b]]"})
    void aDocumentThatHoldsItselfIsRefused(String yaml) {
        assertThatThrownBy(() -> of(yaml)).isInstanceOf(MigrationRefused.class);
    }

    @Test
    void aLongFileTakesNoLongTimeAndAnEndlessOneIsRefused() {
        assertThatThrownBy(() -> of("\n".repeat(1_000_000))).isInstanceOf(MigrationRefused.class);
        assertThat(of("--provider=github --github-org=a --banner=\"" + "x ".repeat(100_000) + '"')
                        .files())
                .isNotEmpty();
        assertThatThrownBy(() -> of("#".repeat(5_000_000))).hasMessageContaining("too large");
    }

    @Test
    void anAddressThatIsNoneIsNotPrinted() {
        Migration migration =
                Migration.of(List.of(file("alpha.yaml", """
                        upstreamConfig:
                          upstreams:
                          - {path: /, uri: 'http://me:hunter2@ap p/'}
                          - {path: /b, uri: 'http://me:hunter2@b:80/'}
                          - {path: '/c*/', uri: 'http://c:80/'}
                        """)), List.of("--provider=github", "--github-org=a"));
        assertThat(migration.files().toString() + migration.remarks()).doesNotContain("hunter2");
        assertThat(migration.files().keySet().toString())
                .contains("routes/b.yaml")
                .doesNotContain("routes/c");
    }

    @Test
    void aRemarkIsOneLineWhateverWasRead() {
        Migration migration = flags("--provider=github", "--github-org=a", "--skip-auth-regex=x\n\u001b[2Jy");
        assertThat(migration.remarks().toString()).doesNotContain("\n", "\u001b");
    }

    @Test
    void aRouteThatIsThereAlreadyIsNotLeftInForce() throws IOException {
        Migration migration = flags("--provider=github", "--github-org=a");
        Files.createDirectories(folder.resolve("routes"));
        Files.writeString(folder.resolve("routes/old.yaml"), "allow: [anyone]\n");
        assertThatThrownBy(() -> migration.writeTo(folder, true)).hasMessageContaining("old.yaml");
    }

    @Test
    void propertiesAreReadBackAsTheyWere() throws IOException {
        Properties read = new Properties();
        read.load(new StringReader(
                properties(flags("--provider=github", "--github-org=a", "--client-id=\u00fc\u4e2d\\x"))));
        assertThat(read).containsEntry("latchkey.github.client-id", "\u00fc\u4e2d\\x");
        assertThat(properties(flags("--provider=github", "--github-org=a", "--client-id=\u00fc")))
                .isASCII();
    }

    @Test
    void aSecretOfTheClusterIsReadAsWhatItHolds() {
        Migration migration = of("kind: Secret\ndata:\n  OAUTH2_PROXY_CLIENT_SECRET: Z2gtc2VjcmV0LTAxMjM0NTY3ODk=\n"
                + "  OAUTH2_PROXY_PROVIDER: Z2l0aHVi\n  OAUTH2_PROXY_GITHUB_ORG: YWNtZQ==\n");
        assertThat(migration.files().get(Migration.SECRETS)).contains("client-secret=" + SECRET + "\n");
        assertThat(route(migration, "auth")).contains("'org:acme'");
        assertThat(migration.remarks().toString()).doesNotContain(SECRET);
    }

    private Path file(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aClientOfAnotherProviderIsNotGivenToGitHub() {
        Migration migration =
                flags("--provider=oidc", "--client-id=x", "--client-secret=y", "--email-domain=acme.example");
        assertThat(properties(migration)).doesNotContain("client-id");
        assertThat(migration.files()).doesNotContainKey(Migration.SECRETS);
        assertThat(told(migration, Kind.LOST)).contains("provider");
    }
}
