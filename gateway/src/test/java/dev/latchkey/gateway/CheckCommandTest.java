package dev.latchkey.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {

    @TempDir
    private Path routes;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void approvesWhatIsRight() throws IOException {
        Files.writeString(routes.resolve("wiki.yaml"), "to: http://a\nallow: [signed-in]\n");
        assertThat(check("--latchkey.github.client-id=a", "--latchkey.github.client-secret=b"))
                .isZero();
        assertThat(printed()).contains("good");
    }

    @Test
    void printsEveryFaultOfConfigurationAndRoutes() throws IOException {
        Files.writeString(routes.resolve("wiki.yaml"), "to: http://a\nallow:\n  - everybody\n");
        int status = check(
                "--latchkey.session.idle=soon",
                "--latchkey.external-url=http://example.com/path",
                "--latchkey.trusted-proxies=10.0.0.0/99",
                "--server.forward-headers-strategy=framework",
                "--latchkey.store=etcd");
        assertThat(status).isEqualTo(1);
        assertThat(printed())
                .contains(routes.resolve("wiki.yaml") + ":3: 'everybody' is no rule")
                .contains("latchkey.github.client-id: it is missing")
                .contains("latchkey.github.client-secret: it is missing")
                .contains("latchkey.session.idle: 'soon' cannot be read")
                .contains("latchkey.external-url")
                .contains("latchkey.trusted-proxies: '10.0.0.0/99'")
                .contains("server.forward-headers-strategy: 'framework' would believe")
                .contains("latchkey.store");
    }

    @Test
    void explainsADecisionWithoutAskingGitHub() throws IOException {
        Files.writeString(
                routes.resolve("wiki.yaml"),
                "host: wiki.example.com\nto: http://a\nallow: [user:OctoCat, org:acme]\npublic: [GET /open]\n");
        assertThat(explain("octocat", "GET", "https://Wiki.example.com:8443/x?y"))
                .contains("route:    wiki", "decision: permit", "rule:     user:OctoCat");
        assertThat(explain("mona", "GET", "https://wiki.example.com/x"))
                .contains(
                        "decision: unknown",
                        "user:OctoCat: no, the login is mona",
                        "org:acme: unknown, GitHub is not asked");
        assertThat(explain("mona", "get", "https://wiki.example.com/open"))
                .contains("decision: permit", "rule:     public");
        assertThat(explain("mona", "POST", "https://wiki.example.com/open")).contains("decision: unknown");
        assertThat(explain("mona", "GET", "https://other.example.com/x")).contains("decision: not-found");
        assertThat(explain("mona", "GET", "https://wiki.example.com/a/%2e%2e/b"))
                .contains("decision: refuse");
    }

    private String explain(String login, String method, String url) {
        out.reset();
        assertThat(check(
                        "--latchkey.github.client-id=a",
                        "--latchkey.github.client-secret=b",
                        "--as",
                        login,
                        method,
                        url))
                .isZero();
        return printed();
    }

    @Test
    void explainsWhetherAJobIsLetIn() throws IOException {
        Files.writeString(
                routes.resolve("deploy.yaml"),
                "to: http://a\npath: /deploy/**\nallow: ['actions:acme/*@refs/heads/main', 'actions:acme/wiki:environment:prod']\n");
        Files.writeString(
                routes.resolve("numbered.yaml"), "to: http://a\npath: /n/**\nallow: ['actions:acme@1/wiki@2']\n");
        Files.writeString(routes.resolve("people.yaml"), "to: http://a\npath: /p/**\nallow: [signed-in, user:acme]\n");
        String deploy = "https://h.example.com/deploy/x";
        assertThat(explain("actions:Acme/wiki@refs/heads/main", "GET", deploy))
                .contains("decision: permit", "rule:     actions:acme/*@refs/heads/main", "if its token is good");
        assertThat(explain("actions:acme/wiki:environment:prod", "GET", deploy))
                .contains("decision: permit", "rule:     actions:acme/wiki:environment:prod")
                .contains("actions:acme/*@refs/heads/main: unknown");
        assertThat(explain("actions:acme/shop:environment:prod", "GET", deploy)).contains("decision: unknown");
        assertThat(explain("actions:acme/shop@refs/heads/x", "GET", deploy)).contains("decision: deny");
        assertThat(explain("actions:acme/wiki:pull_request", "GET", deploy)).contains("decision: deny");
        assertThat(explain("actions:evil/wiki@refs/heads/main", "GET", deploy)).contains("decision: deny");
        assertThat(explain("actions:acme/wiki", "GET", "https://h/n/x"))
                .contains("decision: unknown", "numbers, a ref or an environment that the question does not tell");
        assertThat(explain("actions:acme@1/wiki@2", "GET", "https://h/n/x")).contains("decision: permit");
        assertThat(explain("actions:acme@1/wiki@3", "GET", "https://h/n/x")).contains("decision: deny");
        assertThat(explain("actions:acme/wiki", "GET", "https://h/p/x"))
                .contains("decision: deny", "signed-in: no, no job is let in by this line");
        assertThat(explain("octocat", "GET", deploy)).contains("decision: deny", "only jobs of GitHub Actions");
    }

    @Test
    void saysWhatIsNoJob() throws IOException {
        Files.writeString(routes.resolve("wiki.yaml"), "to: http://a\nallow: [signed-in]\n");
        for (String job : new String[] {"actions:", "actions:acme", "actions:acme/*", "actions:acme/wiki@main"}) {
            out.reset();
            assertThat(check(
                            "--latchkey.github.client-id=a",
                            "--latchkey.github.client-secret=b",
                            "--as",
                            job,
                            "GET",
                            "https://h/x"))
                    .isEqualTo(1);
            assertThat(printed()).contains("names no job; write owner/repository");
        }
    }

    @Test
    void saysWhatAQuestionLacks() throws IOException {
        Files.writeString(routes.resolve("wiki.yaml"), "to: http://a\nallow: [signed-in]\n");
        assertThat(check("--latchkey.github.client-id=a", "--latchkey.github.client-secret=b", "--as", "octocat"))
                .isEqualTo(1);
        assertThat(printed()).contains("check --as octocat GET");
    }

    @Test
    void tellsOfASecretsFileThatIsNotThere() throws IOException {
        Files.writeString(routes.resolve("wiki.yaml"), "to: http://a\nallow: [signed-in]\n");
        Path empty = Files.createFile(routes.resolve("empty"));
        int status = check(
                "--latchkey.github.client-id=file:/nowhere/id",
                "--latchkey.github.client-secret=file:/nowhere/secret",
                "--latchkey.github.webhook-secret=file:" + empty);
        assertThat(status).isEqualTo(1);
        assertThat(printed())
                .contains("latchkey.github.client-id: /nowhere/id does not exist")
                .contains("latchkey.github.client-secret: /nowhere/secret does not exist")
                .contains("latchkey.github.webhook-secret: " + empty + " is empty")
                .contains("3 faults");
    }

    @Test
    void tellsOfPortsThatAreNone() throws IOException {
        Files.writeString(routes.resolve("wiki.yaml"), "to: http://a\nallow: [signed-in]\n");
        check("--server.port=99999", "--latchkey.internal.port=65536");
        assertThat(printed())
                .contains("server.port: '99999' is no port")
                .contains("latchkey.internal.port: '65536' is no port");
    }

    @Test
    void tellsWhichPropertyASlipWasMeantToBe(@TempDir Path beside) throws IOException {
        Files.writeString(routes.resolve("wiki.yaml"), "to: http://a\nallow: [signed-in]\n");
        Path file = beside.resolve("application.yml");
        Files.writeString(file, """
                latchkey:
                  github: { client-id: a, client-secret: b }
                  sesion:
                    idle: 1h
                  broker:
                    permisions: { contents: read }
                    callers:
                      - { name: ci, pasword: x, password: y, repositories: [acme/*] }
                """);
        assertThat(check("--spring.config.additional-location=" + beside.toUri(), "--latchkey.stoer=redis"))
                .isEqualTo(1);
        assertThat(printed())
                .contains("latchkey.stoer: there is no such property\n    Write latchkey.store, if")
                .contains("latchkey.sesion.idle: there is no such property, in line 4 of")
                .contains("Write latchkey.session.idle, if")
                .contains("Write latchkey.broker.permissions, if")
                .contains("latchkey.broker.callers[0].pasword: there is no such property, in line 8 of")
                .contains("Write latchkey.broker.callers.password, if")
                .contains("4 faults");
    }

    @Test
    void tellsOfOtherPropertiesThatNobodyReadsAndGoesOn() throws IOException {
        Files.writeString(routes.resolve("wiki.yaml"), "to: http://a\nallow: [signed-in]\n");
        assertThat(check(
                        "--latchkey.github.client-id=a",
                        "--latchkey.github.client-secret=b",
                        "--latchkey.login.banner=Hello"))
                .isZero();
        assertThat(printed()).contains("latchkey.login.banner: there is no such property", "good");
    }

    /** Each with a value that most refuse: what matters is that none is unknown. */
    @Test
    void knowsEveryPropertyOfTheReference(@TempDir Path beside) throws IOException {
        List<String> names = Pattern.compile("(?m)^\\| `(latchkey\\.[^`]+)`")
                .matcher(Files.readString(Path.of("src/docs/configuration.md")))
                .results()
                .map(found -> found.group(1).replace("[n]", "[0]"))
                .toList();
        assertThat(names).hasSizeGreaterThan(100);
        Files.write(
                beside.resolve("application.properties"),
                names.stream().map(name -> name + "=?").toList());
        check("--spring.config.additional-location=" + beside.toUri());
        assertThat(printed()).contains("fault").doesNotContain("there is no such property");
    }

    @Test
    void saysHowToAsk() {
        assertThat(check("--help")).isZero();
        assertThat(printed()).startsWith("Say: check [DIR]");
        out.reset();
        assertThat(check("another-folder")).isEqualTo(1);
        assertThat(printed()).startsWith("Say: check [DIR]");
    }

    @Test
    void refusesABackendThatIsTheGatewayItself() throws IOException {
        Files.writeString(routes.resolve("a.yaml"), "to: http://127.0.0.1:8080\nallow: [signed-in]\npath: /a\n");
        Files.writeString(routes.resolve("b.yaml"), "to: https://gw.example.com\nallow: [signed-in]\npath: /b\n");
        Files.writeString(routes.resolve("c.yaml"), "to: http://[::1]:9000\nallow: [signed-in]\npath: /c\n");
        check("--latchkey.external-url=https://GW.example.com", "--latchkey.internal.port=9000");
        assertThat(printed())
                .contains("a.yaml:1: 'http://127.0.0.1:8080' is the gateway itself")
                .contains("b.yaml:1: 'https://gw.example.com' is the gateway itself")
                .contains("c.yaml:1: 'http://[::1]:9000' is the gateway itself");
    }

    private int check(String... properties) {
        List<String> arguments = new ArrayList<>(List.of(routes.toString()));
        arguments.addAll(List.of(properties));
        return new CheckCommand(new PrintStream(out, true, StandardCharsets.UTF_8)).run(arguments);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
