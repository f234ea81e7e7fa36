package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@BrowserTest
class ConsentInABrowserTest {

    private final GitHubStub github = GitHubStub.start();
    private final EchoBackend callback = EchoBackend.start();
    private final Browser browser = Browser.open();

    @AfterEach
    void stop() {
        browser.close();
        callback.close();
        github.close();
    }

    @Test
    void aPersonChoosesWhoTheyAreAndComesBackWithACode() {
        github.person("hubot");
        Page page = openConsentPage();
        assertThat(page.title()).isEqualTo("Authorize Latchkey");

        page.selectOption("#login", "hubot");
        page.click("text=Authorize >> nth=-1");

        page.waitForURL(callback.url() + "/**");
        assertThat(page.url()).contains("code=", "state=s-1", "iss=");
    }

    @Test
    void aPersonWhoIsSignedInIsNamedAndMayCancel() {
        github.signedIn("octocat");
        Page page = openConsentPage();
        assertThat(page.textContent("form")).contains("Signed in as octocat");

        page.click("button:has-text('Cancel')");

        page.waitForURL(callback.url() + "/**");
        assertThat(page.url()).contains("error=access_denied");
    }

    private Page openConsentPage() {
        Page page = browser.page();
        page.navigate(github.webUrl() + "/login/oauth/authorize?client_id=" + GitHubStub.CLIENT_ID
                + "&state=s-1&scope=read:user&redirect_uri=" + callback.url() + "/oauth2/callback");
        return page;
    }
}
