package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.latchkey.gateway.testing.Browser;
import dev.latchkey.gateway.testing.BrowserTest;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.TestGateway;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A real browser at several hosts of one gateway, each of which it takes for another site. */
@BrowserTest
class DomainsBrowserTest {

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static int port;

    private final Browser browser = Browser.open();

    @BeforeAll
    static void start() {
        port = TestGateway.freePort();
        github = GitHubStub.start();
        github.app().withoutTokenLimits().redirectUris(at("sign", "/oauth2/callback"));
        github.person("octocat");
        github.signedIn("octocat");
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .port(port)
                .property("latchkey.external-url", at("sign", ""))
                .property("latchkey.domains", "*.localhost")
                .route("wiki", "host: wiki.localhost", "to: " + app.url(), "allow: [signed-in]")
                .route("evil", "host: evil.localhost", "to: " + app.url(), "allow: [signed-in]")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @AfterEach
    void closeBrowser() {
        browser.close();
    }

    private static String at(String name, String path) {
        return "http://" + name + ".localhost:" + port + path;
    }

    private void signInAt(String name) {
        Page page = browser.page();
        page.navigate(at(name, "/deep/?a=b"));
        page.click("button:has-text('Authorize')");
        page.waitForURL(at(name, "/deep/?a=b"));
    }

    @Test
    void goesFromHostToHostSignedInAndSignsOutOfAll() {
        Page page = browser.page();
        List<String> complaints = new ArrayList<>();
        page.onConsoleMessage(message -> complaints.add(message.text()));
        signInAt("wiki");

        page.navigate(at("evil", "/other/?x=1#part"));
        page.waitForURL(at("evil", "/other/?x=1#part"));
        assertThat(page.content()).contains("octocat");

        page.navigate(at("evil", "/oauth2/sign_out?rd=/bye/"));
        assertThat(page.url()).startsWith(at("sign", "/oauth2/sign_out"));
        page.click("main button:has-text('Sign out')");
        // Back there, which asks to sign in again.
        page.waitForURL(Pattern.compile(Pattern.quote(github.webUrl()) + ".*"));
        assertThat(complaints).noneMatch(text -> text.contains("Content Security Policy"));
        page.navigate(at("wiki", "/deep/"));
        assertThat(page.url()).startsWith(github.webUrl());
    }

    /** A page of the neighbour's has no way to the pages of the sign-in host, nor any of these at its own. */
    @Test
    void theScriptsOfAFurtherHostMakeNothingInThePersonsName() {
        signInAt("evil");
        String make = "url => fetch(url, {method: 'POST', credentials: 'include', headers: {'Content-Type':"
                + " 'application/json'}, body: '{\"name\":\"x\"}'}).then(r => r.status, e => 0)";
        assertThat(browser.page().evaluate(make, at("evil", "/oauth2/account/tokens")))
                .isEqualTo(404);
        assertThat(browser.page().evaluate(make, at("sign", "/oauth2/account/tokens")))
                .isEqualTo(0);
        assertThat(browser.page()
                        .evaluate(
                                "url => fetch(url, {credentials: 'include'}).then(r => r.status, e => 0)",
                                at("sign", "/oauth2/account")))
                .isEqualTo(0);
        assertThat(browser.page().evaluate("document.cookie")).isEqualTo("");
    }
}
