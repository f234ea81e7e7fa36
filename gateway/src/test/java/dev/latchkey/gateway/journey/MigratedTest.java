package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.ops.migrate.Migration;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.Program;
import dev.latchkey.gateway.testing.ProgramTest;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.io.StringReader;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway that runs on what a configuration of oauth2-proxy was converted to, behind the nginx and the Traefik that
 * oauth2-proxy's documentation sets up in front of it (docs/configuration/integrations).
 */
@ProgramTest("nginx")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MigratedTest {

    private static final String OLD = """
            reverse_proxy = true
            set_xauthrequest = true
            pass_access_token = true
            set_authorization_header = true
            provider = "github"
            client_id = "old"
            client_secret = "old"
            github_org = "acme"
            email_domains = ["*"]
            skip_auth_routes = ["^/healthz$"]
            cookie_secret = "0123456789abcdef0123456789abcdef"
            """;

    /**
     * The documented server block, with the port in the host's name, since it is not the usual one here. Without the
     * documented {@code error_page 401 =401}, which nginx takes for an address to go to, and answers with a redirect.
     */
    private static final String NGINX = """
            events {}
            http {
              access_log off;
              TEMPORARY
              server {
                listen 127.0.0.1:NGINX;
                server_name localhost;
                location /oauth2/ {
                  proxy_pass       http://127.0.0.1:GATEWAY;
                  proxy_set_header Host                    $http_host;
                  proxy_set_header X-Real-IP               $remote_addr;
                  proxy_set_header X-Auth-Request-Redirect $request_uri;
                }
                location = /oauth2/auth {
                  proxy_pass       http://127.0.0.1:GATEWAY;
                  proxy_set_header Host             $http_host;
                  proxy_set_header X-Real-IP        $remote_addr;
                  proxy_set_header X-Forwarded-Uri  $request_uri;
                  proxy_set_header Content-Length   "";
                  proxy_pass_request_body           off;
                }
                location / {
                  auth_request /oauth2/auth;
                  error_page 401 = @oauth2_signin;
                  auth_request_set $user   $upstream_http_x_auth_request_user;
                  auth_request_set $email  $upstream_http_x_auth_request_email;
                  proxy_set_header X-User  $user;
                  proxy_set_header X-Email $email;
                  auth_request_set $token  $upstream_http_x_auth_request_access_token;
                  proxy_set_header X-Access-Token $token;
                  auth_request_set $auth_cookie $upstream_http_set_cookie;
                  add_header Set-Cookie $auth_cookie;
                  proxy_pass http://127.0.0.1:APP/;
                }
                location /api/ {
                  auth_request /oauth2/auth;
                  proxy_pass http://127.0.0.1:APP/;
                }
                location @oauth2_signin {
                  return 302 /oauth2/sign_in?rd=$scheme://$http_host$request_uri;
                }
              }
            }
            """;

    private GitHubStub github;
    private EchoBackend app;
    private TestGateway gateway;
    private Program nginx;
    private String edge;
    private HttpPerson member;
    private HttpPerson outsider;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        github = GitHubStub.start();
        github.person("octocat").orgs("acme").email("octocat@acme.example", true, true);
        github.person("outsider");
        app = EchoBackend.start();
        int port = TestGateway.freePort();
        edge = "http://localhost:" + port;
        gateway = start(convert(folder, OLD), edge);
        nginx = startNginx(folder, port);
        member = signedIn("octocat");
        outsider = signedIn("outsider");
    }

    @AfterAll
    void stop() {
        nginx.close();
        gateway.close();
        app.close();
        github.close();
    }

    private static Path convert(Path folder, String old) throws IOException {
        Path config = folder.resolve("oauth2-proxy.cfg");
        Files.writeString(config, old);
        Path converted = folder.resolve("converted");
        Migration.of(List.of(config), List.of()).writeTo(converted, false);
        return converted;
    }

    /** As converted, but at ports of the test's own and signing in at the stand-in. */
    private TestGateway start(Path converted, String externalUrl) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(converted.resolve(Migration.PROPERTIES))));
        Map<String, String> all = new HashMap<>();
        properties.stringPropertyNames().stream()
                .filter(name -> !name.startsWith("server.") && !name.startsWith("spring.config"))
                .forEach(name -> all.put(name, properties.getProperty(name)));
        return new TestGateway.Builder()
                .properties(all)
                .properties(github.gatewayProperties())
                .property("latchkey.external-url", externalUrl)
                .property("latchkey.routes", converted.resolve(Migration.ROUTES))
                .start();
    }

    private Program startNginx(Path folder, int port) throws IOException {
        StringBuilder temporary = new StringBuilder();
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            temporary
                    .append(kind)
                    .append("_temp_path ")
                    .append(folder.resolve(kind))
                    .append("; ");
        }
        Path file = folder.resolve("nginx.conf");
        Files.writeString(
                file,
                NGINX.replace("TEMPORARY", temporary)
                        .replace("NGINX", Integer.toString(port))
                        .replace("GATEWAY", Integer.toString(gateway.port()))
                        .replace("APP", Integer.toString(app.port())));
        String settings = "daemon off; master_process off; pid " + folder.resolve("nginx.pid") + ";";
        return Program.start(
                folder, port, "nginx", "-e", "stderr", "-p", folder.toString(), "-c", file.toString(), "-g", settings);
    }

    private HttpPerson signedIn(String login) {
        HttpPerson person = HttpPerson.at(edge);
        person.signIn(github, login, "/oauth2/start?rd=%2Fpage");
        return person;
    }

    // nginx

    @Test
    void behindNginxAStrangerIsLedToTheSignInAndBackToThePage() {
        HttpPerson stranger = HttpPerson.at(edge);
        HttpResponse<String> page = stranger.navigate("/page?a=b");
        assertThat(page.statusCode()).isEqualTo(302);
        String location = page.headers().firstValue("Location").orElseThrow();
        assertThat(location).endsWith("/oauth2/sign_in?rd=" + edge + "/page?a=b");
        HttpResponse<String> signIn = stranger.navigate(location);
        assertThat(signIn.statusCode()).isEqualTo(200);
        assertThat(signIn.body()).contains("/oauth2/start?rd=");
        HttpResponse<String> arrived = stranger.signIn(github, "octocat", "/oauth2/start?rd=" + edge + "/page?a=b");
        assertThat(arrived.statusCode()).isEqualTo(200);
        assertThat(arrived.uri()).hasToString(edge + "/page?a=b");
    }

    @Test
    void behindNginxTheAppIsToldWhoItIsAsBefore() {
        assertThat(member.navigate("/page").statusCode()).isEqualTo(200);
        assertThat(app.lastRequest().header("X-User")).isEqualTo("octocat");
        assertThat(app.lastRequest().header("X-Email")).isEqualTo("octocat@acme.example");
        assertThat(app.lastRequest().header("X-Access-Token")).startsWith("gho_");
    }

    @Test
    void behindNginxProgramsGet401AndThoseNotMeantGet403() {
        HttpResponse<String> stranger = HttpPerson.at(edge).fetch("/api/x");
        assertThat(stranger.statusCode()).isEqualTo(401);
        assertThat(outsider.navigate("/page").statusCode()).isEqualTo(403);
        assertThat(outsider.fetch("/api/x").statusCode()).isEqualTo(403);
        assertThat(HttpPerson.at(edge).get("/healthz").statusCode()).isEqualTo(200);
    }

    // Traefik

    /** The headers that its ForwardAuth middleware sends. */
    private RawHttp.Response asTraefik(String endpoint, String uri, String... more) {
        return RawHttp.to(gateway.port())
                .send("GET " + endpoint + " HTTP/1.1\r\nHost: oauth.example.com\r\nConnection: close\r\n"
                        + "X-Forwarded-Method: GET\r\nX-Forwarded-Proto: https\r\n"
                        + "X-Forwarded-Host: a-service.example.com\r\nX-Forwarded-Uri: " + uri + "\r\n"
                        + "X-Forwarded-For: 192.0.2.1\r\nAccept: text/html\r\n" + String.join("", more) + "\r\n");
    }

    private static String cookieOf(HttpPerson person) {
        return "Cookie: latchkey=" + person.cookie("latchkey") + "\r\n";
    }

    @Test
    void askedAsTraefikAsksItAnswersAsOauth2ProxyDoes() {
        RawHttp.Response yes = asTraefik("/oauth2/auth", "/page", cookieOf(member));
        assertThat(yes.status()).isEqualTo(202);
        assertThat(yes.body()).isEmpty();
        assertThat(yes.header("X-Auth-Request-User")).isEqualTo("octocat");
        assertThat(yes.header("X-Auth-Request-Preferred-Username")).isEqualTo("octocat");
        assertThat(yes.header("X-Auth-Request-Email")).isEqualTo("octocat@acme.example");
        assertThat(yes.header("X-Auth-Request-Groups")).isEqualTo("acme");
        assertThat(yes.header("X-Auth-Request-Access-Token")).startsWith("gho_");
        assertThat(yes.header("Authorization")).startsWith("Bearer ey");
        assertThat(asTraefik("/oauth2/auth", "/page").status()).isEqualTo(401);
        RawHttp.Response no = asTraefik("/oauth2/auth", "/page", cookieOf(outsider));
        assertThat(no.status()).isEqualTo(403);
        assertThat(no.headers("X-Auth-Request-User")).isEmpty();
        assertThat(asTraefik("/oauth2/auth", "/healthz").status()).isEqualTo(202);
    }

    @Test
    void whatWasAskedAtTheRootIsAskedWhereTheRemarkSays() {
        RawHttp.Response page = asTraefik("/oauth2/auth_or_start", "/page");
        assertThat(page.status()).isEqualTo(302);
        assertThat(page.header("Location")).startsWith(edge + "/oauth2/start");
        assertThat(asTraefik("/oauth2/auth_or_start", "/page", cookieOf(member)).status())
                .isEqualTo(202);
    }

    /** Of the address that a client made up, the one published flaw of oauth2-proxy that this set-up had. */
    @Test
    void aMadeUpTargetOpensNothing() {
        HttpResponse<String> forged = HttpPerson.at(edge).fetch("/api/x", "X-Forwarded-Uri", "/healthz");
        assertThat(forged.statusCode()).isEqualTo(401);
        assertThat(HttpPerson.at(edge)
                        .fetch("/api/x", "X-Original-Url", "/healthz")
                        .statusCode())
                .isIn(401, 403);
    }
}
