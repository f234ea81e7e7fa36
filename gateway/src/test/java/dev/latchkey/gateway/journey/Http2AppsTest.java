package dev.latchkey.gateway.journey;

import static dev.latchkey.gateway.testing.RawHttp2.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.LogLines;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.RawHttp2;
import dev.latchkey.gateway.testing.RawHttp2.Answer;
import dev.latchkey.gateway.testing.RawHttp2Backend;
import dev.latchkey.gateway.testing.RawHttp2Backend.Conversation;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Apps that speak HTTP/2 badly, or leave in the middle, harm no one but those who wait for them. */
class Http2AppsTest {

    private static final int REFUSED_STREAM = 7;
    private static final int ENABLE_PUSH = 2;

    private static GitHubStub github;
    private static RawHttp2Backend app;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        github = GitHubStub.start();
        app = RawHttp2Backend.start(Http2AppsTest::answer);
        gateway = TestGateway.signingInAt(github)
                .route("open", "to: " + app.url(), "allow: [anyone]")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        app.close();
        github.close();
    }

    private static void answer(Conversation app, int stream, String path) throws IOException {
        switch (path) {
            case "/refused", "/refused-post" -> app.reset(stream, REFUSED_STREAM);
            case "/cut" ->
                app.head(stream, false, ":status", "200", "content-type", "text/plain")
                        .data(stream, false, "half")
                        .reset(stream, 2);
            case "/short" ->
                app.head(stream, false, ":status", "200", "content-length", "10")
                        .data(stream, true, "half");
            case "/nameless" -> app.head(stream, true, "content-type", "text/plain");
            case "/split" -> app.head(stream, true, ":status", "200", "x-a", "b\r\nset-cookie: latchkey=evil");
            case "/connection" -> app.head(stream, true, ":status", "200", "transfer-encoding", "chunked");
            case "/garbage" -> app.garbage("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            case "/gone" -> app.hangUp();
            case "/pushing" ->
                app.frame(RawHttp2.PUSH_PROMISE, RawHttp2.END_HEADERS, stream, promise("/pushed"))
                        .head(2, false, ":status", "200")
                        .data(2, true, "pushed")
                        .head(stream, false, ":status", "200")
                        .data(stream, true, "asked");
            case "/leaving" ->
                app.goAway(stream).head(stream, false, ":status", "200").data(stream, true, "last");
            case "/left-behind" -> app.goAway(stream - 2);
            case "/switch" -> app.head(stream, false, ":status", "101").data(stream, true, "other");
            default -> app.head(stream, false, ":status", "200").data(stream, true, "ok");
        }
    }

    /** Of the stream 2. */
    private static byte[] promise(String path) {
        byte[] head = RawHttp2.block(head("GET", path));
        return ByteBuffer.allocate(4 + head.length).putInt(2).put(head).array();
    }

    private static void isStillServed() {
        try (RawHttp2 raw = RawHttp2.to(gateway.port())) {
            Answer next = raw.get("/next");
            assertThat(next.status()).as(next.toString()).isEqualTo(200);
            assertThat(next.body()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/refused", "/nameless", "/split", "/connection", "/garbage", "/gone", "/left-behind", "/switch"
            })
    void anAnswerThatIsNoneIsTheAppsFailure(String path) {
        try (RawHttp2 raw = RawHttp2.to(gateway.port())) {
            Answer answer = raw.get(path);
            assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
            assertThat(answer.header("x-latchkey-problem")).isEqualTo("backend.broken");
            assertThat(answer.headers("set-cookie")).isEmpty();
        }
        RawHttp.Response old = RawHttp.to(gateway.port()).send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(old.status()).isEqualTo(502);
        isStillServed();
    }

    @Test
    void anAppThatSpeaksSomethingElseFillsNoLog() {
        try (LogLines netty = LogLines.of("io.netty")) {
            for (int i = 0; i < 3; i++) {
                assertThat(RawHttp.to(gateway.port())
                                .send("GET /garbage HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                .status())
                        .isEqualTo(502);
            }
            isStillServed();
            assertThat(netty.all()).isEmpty();
        }
    }

    @Test
    void anAppMayNotPush() {
        isStillServed();
        await().until(() -> Integer.valueOf(0).equals(app.settings().get(ENABLE_PUSH)));
        RawHttp.Response answer = RawHttp.to(gateway.port()).send("GET /pushing HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(answer.body()).doesNotContain("pushed");
        isStillServed();
    }

    @Test
    void whatMayHaveHadAnEffectIsAskedOnce() {
        try (RawHttp2 raw = RawHttp2.to(gateway.port())) {
            int stream = raw.stream();
            raw.begin(stream, false, head("POST", "/refused-post")).data(stream, true, "ab");
            assertThat(raw.answer(stream).status()).isEqualTo(502);
        }
        assertThat(app.paths()).containsOnlyOnce("/refused-post");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/cut", "/short"})
    void anAnswerThatBreaksOffNeverLooksWhole(String path) {
        try (RawHttp2 raw = RawHttp2.to(gateway.port())) {
            Answer answer = raw.get(path);
            assertThat(answer.status() != 200 || answer.error() >= 0)
                    .as(answer.toString())
                    .isTrue();
            assertThat(raw.get("/next").status()).as("the connection goes on").isEqualTo(200);
        }
    }

    @Test
    void anAppThatLeavesPolitelyAnswersWhatItHasAndIsAskedAnewOnAnotherConnection() {
        try (RawHttp2 raw = RawHttp2.to(gateway.port())) {
            assertThat(raw.get("/leaving").body()).isEqualTo("last");
            Answer next = raw.get("/next");
            assertThat(next.status()).as(next.toString()).isEqualTo(200);
        }
    }
}
