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
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole way of a person with a real browser. */
@BrowserTest
class SignInBrowserTest {

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;

    private final Browser browser = Browser.open();

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.app().withoutTokenLimits();
        github.person("octocat").email("octocat@github.example", true, true);
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .route("app", "to: " + app.url(), "allow: [signed-in]", "public: [GET /open]")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void chooseAccount() {
        github.signedIn("octocat");
    }

    @AfterEach
    void closeBrowser() {
        browser.close();
    }

    @Test
    void opensAProtectedPageSignsInAndLandsOnTheDeepLinkSignsOutAndIsAskedAgain() {
        Page page = browser.page();
        page.navigate(gateway.url() + "/?wiki=home&page=2");
        assertThat(page.url()).startsWith(github.webUrl());
        assertThat(page.title()).isEqualTo("Authorize Latchkey");

        authorize(page);
        assertThat(page.url()).isEqualTo(gateway.url() + "/?wiki=home&page=2");
        assertThat(page.textContent("#login")).isEqualTo("octocat");
        assertThat(page.textContent("#headers")).contains("octocat@github.example");
        assertThat(page.textContent("#claims")).contains("\"github:583231\"");

        page.navigate(gateway.url() + "/oauth2/sign_out");
        page.click("main button:has-text('Sign out')");
        page.waitForURL(gateway.url() + "/oauth2/signed_out");
        assertThat(page.textContent("h1")).containsIgnoringCase("signed out");

        page.navigate(gateway.url() + "/");
        assertThat(page.url()).startsWith(github.webUrl());
    }

    @Test
    void declinesConsentAndMayTryAgain() {
        Page page = browser.page();
        page.navigate(gateway.url() + "/?deep=1");
        page.click("button:has-text('Cancel')");
        page.waitForURL(gateway.url() + "/oauth2/callback**");
        assertThat(page.textContent("h1")).isEqualTo("You declined to sign in");
        assertThat(page.textContent(".reference")).contains("sign-in.declined");

        page.click("text=Try again");
        authorize(page);
        assertThat(page.url()).isEqualTo(gateway.url() + "/?deep=1");
    }

    @Test
    void signsInWithFiveTabsAtOnce() {
        List<Page> tabs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Page tab = browser.newPage();
            tab.navigate(gateway.url() + "/?tab=" + i);
            tabs.add(tab);
        }
        for (int i = 0; i < tabs.size(); i++) {
            authorize(tabs.get(i));
            assertThat(tabs.get(i).url()).isEqualTo(gateway.url() + "/?tab=" + i);
        }
    }

    @Test
    void opensAUsedCallbackAgainWithoutLosingTheSession() {
        Page page = browser.page();
        List<String> callbacks = new ArrayList<>();
        page.onRequest(request -> {
            if (request.url().startsWith(gateway.url() + "/oauth2/callback?")) {
                callbacks.add(request.url());
            }
        });
        page.navigate(gateway.url() + "/");
        authorize(page);

        page.navigate(callbacks.get(0));
        assertThat(page.textContent("h1")).isEqualTo("This sign-in was already completed");

        page.navigate(gateway.url() + "/");
        assertThat(page.textContent("#login")).isEqualTo("octocat");
    }

    @Test
    void tellsAScriptInsteadOfRedirectingIt() {
        Page page = browser.page();
        page.navigate(gateway.url() + "/open");
        Object answer = page.evaluate("""
                async () => {
                  const r = await fetch('/api/things');
                  const body = await r.json();
                  return {status: r.status, type: r.headers.get('content-type'),
                          mark: r.headers.get('x-latchkey-problem'), login: body.login_url, code: body.code};
                }""");
        assertThat(answer)
                .isEqualTo(Map.of(
                        "status", 401,
                        "type", "application/problem+json",
                        "mark", "sign-in.required",
                        "login", gateway.url() + "/oauth2/start?rd=%2Fopen",
                        "code", "sign-in.required"));
    }

    @Test
    void showsWhereIAmSignedInAndEndsAnotherBrowsersSession() {
        Page page = browser.page();
        page.navigate(gateway.url() + "/");
        authorize(page);
        try (Browser other = Browser.open()) {
            other.page().navigate(gateway.url() + "/");
            authorize(other.page());

            page.navigate(gateway.url() + "/oauth2/account");
            page.click("text=End all other sessions");
            page.waitForURL(gateway.url() + "/oauth2/account");
            assertThat(page.locator(".sessions > li").count()).isEqualTo(1);

            other.page().navigate(gateway.url() + "/");
            assertThat(other.page().url()).startsWith(github.webUrl());
        }
    }

    @Test
    void worksWithoutJavaScript() {
        try (Browser plain = Browser.open(options -> options.setJavaScriptEnabled(false))) {
            Page page = plain.page();
            page.navigate(gateway.url() + "/oauth2/sign_in?rd=%2F%3Fplain%3D1");
            page.click("text=GitHub");
            authorize(page);
            assertThat(page.url()).isEqualTo(gateway.url() + "/?plain=1");
        }
    }

    private static void authorize(Page page) {
        page.click("button:has-text('Authorize')");
        page.waitForURL(Pattern.compile(Pattern.quote(gateway.url()) + ".*"));
    }
}
