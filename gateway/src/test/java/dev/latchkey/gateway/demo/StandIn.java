package dev.latchkey.gateway.demo;

import dev.latchkey.gateway.testing.GitHubStub;
import java.net.URI;

/**
 * The stand-in for GitHub alone, as {@code docker-compose.yml} runs it. Its one argument is the address under which browser
 * and gateway both find it; the app it knows is in {@code LATCHKEY_GITHUB_CLIENT_ID} and {@code …_SECRET}, with a callback
 * at any port of this machine.
 */
public final class StandIn {

    private StandIn() {}

    public static void main(String[] args) {
        GitHubStub github = GitHubStub.serving(URI.create(args[0]));
        github.registerOAuthApp(
                        System.getenv("LATCHKEY_GITHUB_CLIENT_ID"),
                        System.getenv("LATCHKEY_GITHUB_CLIENT_SECRET"),
                        "http://localhost/oauth2/callback")
                .name("Latchkey")
                .withoutTokenLimits();
        github.person("octocat")
                .name("The Octocat")
                .email("octocat@github.example", true, true)
                .teams("acme/eng");
        github.person("hubot").name("Hubot").email("hubot@github.example", true, true);
        System.out.println("The stand-in for GitHub listens at " + args[0]);
    }
}
