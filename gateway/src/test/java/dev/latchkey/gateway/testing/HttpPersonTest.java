package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Against the barest thing that can be called a gateway. */
class HttpPersonTest {

    private final GitHubStub github = GitHubStub.start();
    private final DisposableServer gateway =
            HttpServer.create().host("localhost").port(0).handle(this::answer).bindNow();
    private final String url = "http://localhost:" + gateway.port();
    private final HttpPerson person = HttpPerson.at(url);

    @AfterEach
    void stop() {
        gateway.disposeNow(Duration.ofSeconds(30));
        github.close();
    }

    @Test
    void signsInByWayOfGitHubAndEndsWhereItWanted() {
        HttpResponse<String> page = person.signIn(github, "octocat", "/wiki?q=1");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.uri().toString()).isEqualTo(url + "/wiki?q=1");
        assertThat(page.body()).contains("code=").contains("navigate document");
        assertThat(person.cookie("latchkey")).isNotNull();
        assertThat(person.cookieNames()).containsExactly("latchkey");
    }

    @Test
    void hasTabsAndTwinsWithTheSameCookies() {
        person.signIn(github, "octocat", "/");

        assertThat(person.twin().fetch("/x").body()).contains("cors empty");
        assertThat(person.twin().forgetCookies().fetch("/x").statusCode()).isEqualTo(302);
        assertThat(person.cookie("latchkey")).isNotNull();
    }

    @Test
    void refusesToBeginWhereNobodyAsks() {
        person.setCookie("latchkey", "x");

        assertThatThrownBy(() -> person.beginSignIn("/")).hasMessageContaining("Not sent to sign in");
    }

    @Test
    void submitsTheHiddenFieldsOfAForm() {
        person.setCookie("latchkey", "x");
        HttpResponse<String> page = person.get("/form");

        HttpResponse<String> answer = person.submit(page, Map.of("rd", "/bye"));

        assertThat(answer.body()).contains("/submitted?x=1", "csrf=a%26b", "rd=%2Fbye");
    }

    private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        URI target = URI.create(request.uri());
        String cookie = request.requestHeaders().get("Cookie", "");
        if (target.getPath().equals("/oauth2/callback")) {
            String wanted = FormFields.parse(target.getRawQuery()).get("state");
            return response.status(302)
                    .header("Location", wanted)
                    .addHeader("Set-Cookie", "latchkey=" + target.getRawQuery() + "; Path=/; HttpOnly")
                    .addHeader("Set-Cookie", "latchkey-state=; Path=/oauth2; Max-Age=0")
                    .send();
        }
        if (!cookie.contains("latchkey=")) {
            return response.status(302)
                    .header("Location", github.webUrl() + "/login/oauth/authorize?" + query(target))
                    .addHeader("Set-Cookie", "latchkey-state=1; Path=/oauth2")
                    .send();
        }
        return request.receive()
                .aggregate()
                .asString()
                .defaultIfEmpty("")
                .flatMap(body -> response.sendString(Mono.just(page(request, cookie, body)))
                        .then());
    }

    private String query(URI target) {
        return FormFields.encode(Json.object(
                "client_id",
                GitHubStub.CLIENT_ID,
                "redirect_uri",
                url + "/oauth2/callback",
                "state",
                target.toString()));
    }

    private static String page(HttpServerRequest request, String cookie, String body) {
        if (request.uri().equals("/form")) {
            return "<form method=\"post\" action=\"/submitted?x=1\"><input type=\"hidden\" name=\"csrf\" value=\"a&amp;b\"></form>";
        }
        return String.join(
                " ",
                request.uri(),
                cookie,
                request.requestHeaders().get("Sec-Fetch-Mode", ""),
                request.requestHeaders().get("Sec-Fetch-Dest", ""),
                body);
    }
}
