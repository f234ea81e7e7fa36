package dev.latchkey.gateway.demo;

import dev.latchkey.gateway.GatewayApplication;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;

/**
 * The demo: the real gateway, a sample app behind it, and a stand-in for GitHub in front. With a client id and secret of
 * a real GitHub app in {@code LATCHKEY_GITHUB_CLIENT_ID} and {@code LATCHKEY_GITHUB_CLIENT_SECRET}, GitHub itself.
 */
public final class DemoApplication {

    private DemoApplication() {}

    public static void main(String[] args) throws IOException {
        EchoBackend app = EchoBackend.start();
        boolean real = System.getenv("LATCHKEY_GITHUB_CLIENT_ID") != null;
        List<String> properties = new ArrayList<>();
        properties.add("latchkey.routes=" + routeTo(app));
        properties.add("latchkey.data-dir=" + Files.createTempDirectory("latchkey-demo-data"));
        properties.add("latchkey.external-url=http://localhost:${server.port}");
        properties.add("logging.level.root=warn");
        if (!real) {
            addStandIn(properties);
        }
        try {
            start(properties, args, real);
        } catch (RuntimeException e) {
            // What is wrong has been told; the stand-in's threads would keep this process alive for nothing.
            System.exit(1);
        }
    }

    private static void addStandIn(List<String> properties) {
        GitHubStub github = GitHubStub.start();
        github.app().withoutTokenLimits();
        github.person("octocat")
                .name("The Octocat")
                .email("octocat@github.example", true, true)
                .teams("acme/eng");
        github.person("hubot").name("Hubot").email("hubot@github.example", true, true);
        github.gatewayProperties().forEach((name, value) -> properties.add(name + "=" + value));
    }

    private static Path routeTo(EchoBackend app) throws IOException {
        Path folder = Files.createTempDirectory("latchkey-demo-routes");
        Files.writeString(folder.resolve("sample.yaml"), """
                to: %s
                allow:
                  - signed-in
                send:
                  github-token: true
                """.formatted(app.url()));
        return folder;
    }

    private static void start(List<String> properties, String[] args, boolean real) {
        var context = GatewayApplication.application().logStartupInfo(false).run(arguments(properties, args));
        int port =
                ((ReactiveWebServerApplicationContext) context).getWebServer().getPort();
        System.out.printf("""

                  Latchkey is running, with a sample app behind it%s.

                    Open   http://localhost:%d/
                    Stop   Ctrl-C

                """, real ? " and your GitHub app in front" : " and a stand-in for GitHub in front", port);
    }

    private static String[] arguments(List<String> properties, String[] args) {
        return Stream.concat(properties.stream().map(p -> "--" + p), Arrays.stream(args))
                .toArray(String[]::new);
    }
}
