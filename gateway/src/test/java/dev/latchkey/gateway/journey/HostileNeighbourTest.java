package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.testing.Browser;
import dev.latchkey.gateway.testing.BrowserTest;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.token.ApiTokens;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** An app on a path of the sign-in host tries to make itself a token of whoever visits it, in a real browser. */
@BrowserTest
class HostileNeighbourTest {

    private static final String WORKER = """
            const preload = new URL(self.location).searchParams.has('preload');
            self.addEventListener('install', event => self.skipWaiting());
            self.addEventListener('activate', event => event.waitUntil((async () => {
              if (preload) await self.registration.navigationPreload.enable();
              await self.clients.claim();
            })()));
            self.addEventListener('fetch', event => {
              if (event.request.mode !== 'navigate') return;
              event.respondWith((async () => {
                const answer = (preload && await event.preloadResponse) || await fetch(event.request);
                const text = await answer.text();
                return new Response(text + '<p id="worker">seen</p>', { headers: { 'Content-Type': 'text/html' } });
              })());
            });
            """;

    private static GitHubStub github;
    private static DisposableServer app;
    private static TestGateway gateway;

    private final Browser browser = Browser.open();

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        github.app().withoutTokenLimits();
        app = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> routes.get(
                                "/hostile/worker.js",
                                (request, response) -> response.header("Content-Type", "text/javascript")
                                        .header("Service-Worker-Allowed", "/")
                                        .sendString(Mono.just(WORKER)))
                        .get(
                                "/hostile/page",
                                (request, response) -> response.header("Content-Type", "text/html")
                                        .sendString(Mono.just("<!DOCTYPE html><title>Nice app</title><p>Hello"))))
                .bindNow();
        gateway = TestGateway.signingInAt(github)
                .route("hostile", "path: /hostile/**", "to: http://127.0.0.1:" + app.port(), "allow: [signed-in]")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.disposeNow();
        github.close();
    }

    @BeforeEach
    void visit() {
        github.signedIn("octocat");
        Page page = browser.page();
        page.navigate(gateway.url() + "/hostile/page");
        page.click("button:has-text('Authorize')");
        page.waitForURL(Pattern.compile(Pattern.quote(gateway.url()) + "/hostile/page.*"));
    }

    @AfterEach
    void leave() {
        browser.close();
    }

    private static long tokens() {
        PersonId octocat =
                new PersonId("github", Long.toString(github.person("octocat").id()));
        return gateway.bean(ApiTokens.class).list(octocat).count().block();
    }

    @Test
    void thePersonCanMakeATokenByHand() {
        long before = tokens();
        Page page = browser.page();
        page.navigate(gateway.url() + "/oauth2/account");
        page.fill("#token-name", "by hand");
        page.click("button:has-text('Make a token')");
        page.waitForSelector("main code");
        assertThat(page.textContent("main code")).startsWith("lk_");
        assertThat(tokens()).isEqualTo(before + 1);
    }

    @Test
    void aScriptMakesNoneByItself() {
        long before = tokens();
        Object tried = browser.page().evaluate("""
                async () => {
                  const page = await (await fetch('/oauth2/account')).text();
                  const ticket = /name="ticket" value="([^"]*)"/.exec(page);
                  const post = (type, body, more) => fetch('/oauth2/account/tokens',
                      { method: 'POST', headers: { 'Content-Type': type }, body, ...more }).then(a => a.status, e => 0);
                  return [
                    ticket ? 'ticket' : 'none',
                    String(await post('application/json', '{"name":"x"}')),
                    String(await post('application/json', '{"name":"x"}', { mode: 'same-origin' })),
                    String(await post('application/x-www-form-urlencoded', 'name=x&days=7&ticket=')),
                  ];
                }
                """);
        assertThat(tried).isEqualTo(List.of("none", "403", "403", "403"));
        assertThat(tokens()).isEqualTo(before);
    }

    @Test
    void aFrameAndAWindowTellItsScriptNothing() {
        Page page = browser.page();
        Object framed = page.evaluate("""
                () => new Promise(done => {
                  const frame = document.createElement('iframe');
                  frame.onload = () => {
                    try { done(String(!!frame.contentDocument.querySelector('[name=ticket]'))); }
                    catch (e) { done('closed'); }
                  };
                  frame.src = '/oauth2/account';
                  document.body.append(frame);
                })
                """);
        assertThat(framed).isIn("closed", "false");
        page.evaluate("() => { window.other = window.open('/oauth2/account'); }");
        page.waitForFunction("() => window.other.closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hostile/worker.js", "/hostile/worker.js?preload"})
    void aServiceWorkerOverTheWholeHostSeesNoTicket(String script) {
        long before = tokens();
        Page page = browser.page();
        page.evaluate("""
                async script => {
                  const claimed = new Promise(done => navigator.serviceWorker.oncontrollerchange = done);
                  await navigator.serviceWorker.register(script, { scope: '/' });
                  await claimed;
                }
                """, script);
        page.navigate(gateway.url() + "/oauth2/account");
        assertThat(page.textContent("#worker"))
                .as("the worker does see the page")
                .isEqualTo("seen");
        assertThat(page.textContent("h1")).containsIgnoringCase("octocat");
        assertThat(page.querySelector("input[name=ticket]")).isNull();
        assertThat(tokens()).isEqualTo(before);
    }
}
