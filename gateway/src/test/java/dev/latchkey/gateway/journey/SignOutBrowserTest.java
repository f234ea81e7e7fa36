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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a browser gets to after a sign-out, which it holds to the policy of the page that had the form. */
@BrowserTest
class SignOutBrowserTest {

    private static GitHubStub github;
    private static EchoBackend app;
    private static EchoBackend elsewhere;
    private static TestGateway gateway;

    private final Browser browser = Browser.open();
    private final List<String> complaints = new ArrayList<>();

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.app().withoutTokenLimits();
        github.person("octocat");
        app = EchoBackend.start();
        elsewhere = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .property("latchkey.allowed-redirects[0]", elsewhere.url())
                .route("app", "to: " + app.url(), "allow: [signed-in]")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        elsewhere.close();
        github.close();
    }

    @BeforeEach
    void signIn() {
        github.signedIn("octocat");
        Page page = browser.page();
        page.onConsoleMessage(message -> complaints.add(message.text()));
        page.navigate(gateway.url() + "/");
        page.click("button:has-text('Authorize')");
        page.waitForURL(gateway.url() + "/");
    }

    @AfterEach
    void closeBrowser() {
        browser.close();
    }

    @Test
    void leadsToAnAllowedAddressOfAnotherHost() {
        signOutAndGoOnTo(elsewhere.url() + "/bye/?from=gateway");
        browser.page().waitForURL(elsewhere.url() + "/bye/?from=gateway");
        assertThat(elsewhere.requests()).anyMatch(request -> request.target().equals("/bye/?from=gateway"));
        assertThat(complaints).noneMatch(text -> text.contains("Content Security Policy"));
    }

    @Test
    void leadsToAnAppThatAsksToSignInAgain() {
        signOutAndGoOnTo("/wiki/");
        browser.page().waitForURL(Pattern.compile(Pattern.quote(github.webUrl()) + ".*"));
        assertThat(browser.page().title()).isEqualTo("Authorize Latchkey");
        assertThat(complaints).noneMatch(text -> text.contains("Content Security Policy"));
    }

    @Test
    void leadsNowhereThatIsNotAllowed() {
        signOutAndGoOnTo("https://evil.tld/");
        browser.page().waitForURL(gateway.url() + "/oauth2/signed_out");
    }

    private void signOutAndGoOnTo(String target) {
        Page page = browser.page();
        page.navigate(gateway.url() + "/oauth2/sign_out?rd=" + target.replace("?", "%3F"));
        page.click("main button:has-text('Sign out')");
    }
}
