package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class EchoBackendTest {

    private final EchoBackend backend = EchoBackend.start();
    private final HttpPerson client = HttpPerson.at(backend.url());

    @AfterEach
    void stop() {
        backend.close();
    }

    @Test
    void repeatsTargetAndHeadersAsTheyCame() {
        RawHttp.Response response = RawHttp.to(backend.port())
                .send(
                        "POST /a%2Fb?q=1&q=2 HTTP/1.1\r\nHost: x\r\nx-ODD: 1\r\nX-odd: 2\r\nContent-Length: 5\r\n\r\nhello");

        JsonNode echo = Json.read(response.body());
        assertThat(echo.get("method").asString()).isEqualTo("POST");
        assertThat(echo.get("uri").asString()).isEqualTo("/a%2Fb?q=1&q=2");
        assertThat(echo.get("body").asString()).isEqualTo("hello");
        assertThat(backend.lastRequest().headerNames()).containsExactly("Host", "x-ODD", "X-odd", "Content-Length");
        assertThat(backend.lastRequest().headers("X-Odd")).containsExactly("1", "2");
    }

    @Test
    void showsTheSampleAppToBrowsers() {
        String payload = "eyJzdWIiOiJnaXRodWI6MSJ9";

        HttpResponse<String> page = client.navigate(
                "/wiki/",
                "X-Forwarded-User",
                "<octocat>",
                "Authorization",
                "Bearer eyJhbGciOiJub25lIn0." + payload + ".x");

        assertThat(page.body())
                .contains("<title>Sample app</title>")
                .contains("&lt;octocat&gt;")
                .contains("&quot;sub&quot; : &quot;github:1&quot;")
                .contains("href=\"/oauth2/account\"")
                .contains("href=\"/oauth2/sign_out\"");
    }

    @Test
    void sendsEventsOneByOne() {
        HttpResponse<String> events = client.get("/app/sse?every=1&count=3");

        assertThat(events.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        assertThat(events.body()).contains("id: 0\n", "id: 2\n").doesNotContain("id: 3");
        await().until(() -> backend.openStreams() == 0);
    }

    @Test
    void echoesWebSocketMessages() throws Exception {
        CompletableFuture<String> echoed = new CompletableFuture<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("X-Probe", "1")
                .buildAsync(URI.create(backend.url().replace("http", "ws") + "/ws"), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                        echoed.complete(text.toString());
                        return null;
                    }
                })
                .get(60, TimeUnit.SECONDS);
        socket.sendText("hello", true);

        assertThat(echoed.get(60, TimeUnit.SECONDS)).isEqualTo("hello");
        assertThat(backend.lastRequest().header("x-probe")).isEqualTo("1");
        socket.abort();
    }

    @Test
    void countsUploadsAndComparesThem() {
        HttpResponse<String> answer = client.send("POST", "/upload", "abc");

        assertThat(Json.read(answer.body()).get("bytes").asInt()).isEqualTo(3);
        assertThat(Json.read(answer.body()).get("alike").asInt()).isEqualTo(1);
    }

    @Test
    void streamsAsManyBytesAsAskedFor() {
        assertThat(client.get("/download?bytes=100001").body()).hasSize(100_001);
    }

    @Test
    void answersWithChosenStatusHeadersAndRedirects() {
        assertThat(client.get("/status/503").statusCode()).isEqualTo(503);
        assertThat(client.get("/headers?X-A=1").headers().firstValue("x-a")).hasValue("1");
        assertThat(client.get("/set-cookie?name=a&value=b").headers().firstValue("set-cookie"))
                .hasValue("a=b; Path=/");
        assertThat(client.get("/redirect?to=/x").headers().firstValue("location"))
                .hasValue("/x");
        assertThat(client.get("/slow?ms=1").statusCode()).isEqualTo(200);
        assertThat(client.cookie("a")).isEqualTo("b");
    }

    @Test
    void closesWithoutAnAnswer() {
        assertThat(RawHttp.to(backend.port()).get("/drop").status()).isZero();
    }
}
