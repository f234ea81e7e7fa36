package dev.latchkey.gateway.journey;

import static dev.latchkey.gateway.testing.RawHttp2.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RawBackend;
import dev.latchkey.gateway.testing.RawHttp2;
import dev.latchkey.gateway.testing.RawHttp2.Answer;
import dev.latchkey.gateway.testing.TestGateway;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused of HTTP/1.1 is refused of HTTP/2, and so is what only HTTP/2 can say. */
@TestInstance(Lifecycle.PER_CLASS)
class Http2DoorTest {

    private static final String AMBIGUOUS = "request.target.ambiguous";
    private static final String MALFORMED = "request.malformed";
    private static final String BAD_HOST = "request.host.invalid";
    private static final String METHOD = "request.method.refused";

    // RFC 9113, section 7
    private static final int PROTOCOL_ERROR = 1;
    private static final int REFUSED_STREAM = 7;
    private static final int COMPRESSION_ERROR = 9;
    private static final int ENHANCE_YOUR_CALM = 11;

    private GitHubStub github;
    private RawBackend backend;
    private TestGateway gateway;
    private Supplier<RawHttp2> way;

    @BeforeAll
    void start() {
        int port = TestGateway.freePort();
        start(stub -> TestGateway.signingInAt(stub).port(port), () -> RawHttp2.to(port));
    }

    void start(Function<GitHubStub, TestGateway.Builder> builder, Supplier<RawHttp2> connecting) {
        github = GitHubStub.start();
        backend = RawBackend.start();
        way = connecting;
        gateway = builder.apply(github)
                .route("open", "to: " + backend.url(), "allow: [anyone]")
                .route("admin", "path: /admin/**", "to: " + backend.url(), "allow: [signed-in]")
                .start();
    }

    /** As an app is told. */
    String scheme() {
        return "http";
    }

    @AfterAll
    void stop() {
        gateway.close();
        backend.close();
        github.close();
    }

    @BeforeEach
    void forget() {
        backend.forgetHeads();
    }

    /** Of all the requests that one test takes back at once, some reach the app only when the next test runs. */
    private List<String> heads() {
        return backend.heads().stream()
                .filter(head -> !head.startsWith("GET /rapid "))
                .toList();
    }

    private static void isRefused(Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.header("x-latchkey-problem")).isEqualTo(code);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
    }

    private static List<String> fields(String... namesAndValues) {
        return List.of(namesAndValues);
    }

    // What reaches an app

    @Test
    void aPlainRequestReachesAnHttp1AppAsAnyOther() {
        try (RawHttp2 raw = way.get()) {
            Answer answer = raw.get(
                    "/a?b=c",
                    "cookie",
                    "one=1",
                    "accept",
                    "*/*",
                    "cookie",
                    "two=2",
                    "te",
                    "trailers",
                    "x-http2-path",
                    "/admin",
                    "x-http2-scheme",
                    "https",
                    "x-http2-stream-id",
                    "7",
                    "x-latchkey-refused",
                    "METHOD_REFUSED no",
                    "x-forwarded-user",
                    "evil");
            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("ok");
        }
        assertThat(backend.lastHead()).startsWith("GET /a?b=c HTTP/1.1\r\n");
        assertThat(backend.lastHeaderLines())
                .map(line -> line.toLowerCase())
                .contains("cookie: one=1; two=2", "accept: */*", "x-forwarded-host: localhost")
                .noneMatch(line -> line.startsWith("x-http2")
                        || line.startsWith("te:")
                        || line.contains("evil")
                        || line.startsWith("x-latchkey")
                        || line.startsWith("transfer-encoding"));
        assertThat(backend.lastHeaderLines().stream()
                        .filter(line -> line.toLowerCase().startsWith("host:"))
                        .count())
                .isOne();
    }

    @Test
    void bodiesReachTheAppWhetherTheirLengthIsAnnouncedOrNot() {
        try (RawHttp2 raw = way.get()) {
            int announced = raw.stream();
            raw.begin(announced, false, head("POST", "/a", "content-length", "4, 4"))
                    .data(announced, false, "ab")
                    .data(announced, true, "cd");
            assertThat(raw.answer(announced).status()).isEqualTo(200);
            assertThat(backend.lastHead().toLowerCase())
                    .contains("content-length: 4\r\n")
                    .doesNotContain("chunked");

            int open = raw.stream();
            raw.begin(open, false, head("POST", "/a")).data(open, true, "ab");
            assertThat(raw.answer(open).status()).isEqualTo(200);
            assertThat(backend.lastHead().toLowerCase()).contains("transfer-encoding: chunked");
        }
    }

    @Test
    void trailersOfAClientAreNotPassedOn() {
        try (RawHttp2 raw = way.get()) {
            int stream = raw.stream();
            raw.begin(stream, false, head("POST", "/a"))
                    .data(stream, false, "ab")
                    .begin(stream, true, fields("x-late", "1", "x-forwarded-user", "evil"));
            assertThat(raw.answer(stream).status()).isEqualTo(200);
            assertThat(backend.lastHead()).doesNotContain("x-late", "evil");

            int pseudo = raw.stream();
            raw.begin(pseudo, false, head("POST", "/late"))
                    .data(pseudo, false, "ab")
                    .begin(pseudo, true, fields(":path", "/admin"));
            assertThat(raw.answer(pseudo).error()).isEqualTo(PROTOCOL_ERROR);
            assertThat(raw.get("/again").status()).isEqualTo(200);
        }
        assertThat(heads()).noneMatch(head -> head.contains("/late"));
    }

    @Test
    void whoAsksWhetherToSendABodyIsToldTo() {
        try (RawHttp2 raw = way.get()) {
            int stream = raw.stream();
            raw.begin(stream, false, head("POST", "/a", "expect", "100-continue", "content-length", "2"));
            assertThat(raw.headOf(stream).status()).isEqualTo(100);
            assertThat(raw.data(stream, true, "ab").answer(stream).status()).isEqualTo(200);
        }
    }

    // Refused with an answer

    Stream<String> ambiguousTargets() {
        return AmbiguousTargetsTest.ambiguousTargets();
    }

    @ParameterizedTest
    @MethodSource("ambiguousTargets")
    void anAmbiguousTargetIsRefusedBeforeAnyRouteIsLookedAt(String target) {
        boolean isHeader = target.chars().anyMatch(c -> c < 0x20 || c == 0x7f);
        String code = isHeader ? MALFORMED : AMBIGUOUS;
        try (RawHttp2 raw = way.get()) {
            isRefused(raw.get(target), 400, code);
            int post = raw.stream();
            raw.begin(post, false, head("POST", target)).data(post, true, "hi");
            isRefused(raw.answer(post), 400, code);
            assertThat(heads()).isEmpty();
            assertThat(raw.get("/next").status()).as("the connection goes on").isEqualTo(200);
        }
    }

    Stream<Arguments> requestsThatAreNone() {
        return Stream.of(
                // The method, which would be an HTTP/1.1 app's request line
                Arguments.of(head("GET /admin HTTP/1.1\r\nHost: localhost\r\n\r\nGET", "/"), 400, MALFORMED),
                Arguments.of(head("GE T", "/"), 400, MALFORMED),
                Arguments.of(head("TRACE", "/"), 405, METHOD),
                Arguments.of(head("track", "/"), 405, METHOD),
                Arguments.of(head("CONNECT", "/"), 405, METHOD),
                Arguments.of(fields(":method", "CONNECT", ":authority", "localhost:80"), 405, METHOD),
                // Pseudo-header fields
                Arguments.of(fields(":scheme", "http", ":authority", "localhost", ":path", "/"), 400, MALFORMED),
                Arguments.of(fields(":method", "GET", ":authority", "localhost", ":path", "/"), 400, MALFORMED),
                Arguments.of(fields(":method", "GET", ":scheme", "http", ":authority", "localhost"), 400, MALFORMED),
                Arguments.of(
                        fields(":method", "GET", ":scheme", "file", ":authority", "localhost", ":path", "/"),
                        400,
                        MALFORMED),
                Arguments.of(
                        fields(
                                ":method",
                                "CONNECT",
                                ":protocol",
                                "websocket",
                                ":scheme",
                                "http",
                                ":authority",
                                "localhost",
                                ":path",
                                "/"),
                        400,
                        MALFORMED),
                // The host
                Arguments.of(fields(":method", "GET", ":scheme", "http", ":path", "/"), 400, BAD_HOST),
                Arguments.of(head("GET", "/", "host", "other.example"), 400, BAD_HOST),
                Arguments.of(head("GET", "/", "host", "localhost", "host", "other.example"), 400, BAD_HOST),
                Arguments.of(head("GET", "/", "host", "localhost:80"), 400, BAD_HOST),
                Arguments.of(
                        fields(":method", "GET", ":scheme", "http", ":path", "/", "host", "a", "host", "a"),
                        400,
                        BAD_HOST),
                Arguments.of(
                        fields(":method", "GET", ":scheme", "http", ":authority", "u@localhost", ":path", "/"),
                        400,
                        BAD_HOST),
                Arguments.of(
                        fields(":method", "GET", ":scheme", "http", ":authority", "localhost/admin", ":path", "/"),
                        400,
                        BAD_HOST),
                // Names and values
                Arguments.of(head("GET", "/", "x-a", "b\r\nx-forwarded-user: evil"), 400, MALFORMED),
                Arguments.of(head("GET", "/", "x-a", "b\nc"), 400, MALFORMED),
                Arguments.of(head("GET", "/", "x-a", "b\u0000c"), 400, MALFORMED),
                Arguments.of(head("GET", "/", "x-a", " b"), 400, MALFORMED),
                Arguments.of(head("GET", "/", "x-a", "b\t"), 400, MALFORMED),
                Arguments.of(head("GET", "/", "x-a: b\r\nx-c", "d"), 400, MALFORMED),
                Arguments.of(head("GET", "/", "x a", "b"), 400, MALFORMED),
                Arguments.of(head("GET", "/", "x-a:", "b"), 400, MALFORMED),
                Arguments.of(head("GET", "/", "cookie", "a=b\r\n"), 400, MALFORMED),
                Arguments.of(head("GET", "/", "accept", "a\rb"), 400, MALFORMED),
                // Size
                Arguments.of(head("GET", "/", "x-large", "a".repeat(33_000)), 431, "request.headers.too-large"),
                Arguments.of(head("GET", "/" + "a".repeat(17_000)), 414, "request.target.too-long"),
                Arguments.of(head("GET", "/" + "a".repeat(33_000)), 414, "request.target.too-long"));
    }

    @ParameterizedTest
    @MethodSource("requestsThatAreNone")
    void whatIsNoRequestIsAnsweredSoAndGoesNoFurther(List<String> fields, int status, String code) {
        try (RawHttp2 raw = way.get()) {
            isRefused(send(raw, fields), status, code);
            assertThat(heads()).isEmpty();
            assertThat(raw.get("/next").status()).as("the connection goes on").isEqualTo(200);
        }
    }

    /** In as many frames as it takes. */
    private static Answer send(RawHttp2 raw, List<String> fields) {
        byte[] block = RawHttp2.block(fields);
        int stream = raw.stream();
        int most = 16_384;
        for (int from = 0; from == 0 || from < block.length; from += most) {
            byte[] part = java.util.Arrays.copyOfRange(block, from, Math.min(block.length, from + most));
            int end = from + most >= block.length ? RawHttp2.END_HEADERS : 0;
            raw.frame(
                    from == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION,
                    from == 0 ? end | RawHttp2.END_STREAM : end,
                    stream,
                    part);
        }
        return raw.answer(stream);
    }

    @Test
    void aRefusedBodyIsDroppedWithoutStoppingTheConnection() {
        String sixteen = "x".repeat(16_384);
        try (RawHttp2 raw = way.get()) {
            for (int i = 0; i < 30; i++) {
                int refused = raw.stream();
                raw.begin(refused, false, head("POST", "/a/../b"));
                raw.data(refused, false, sixteen).data(refused, false, sixteen).data(refused, true, sixteen);
                isRefused(raw.answer(refused), 400, AMBIGUOUS);
            }
            int taken = raw.stream();
            raw.begin(taken, false, head("POST", "/a"))
                    .data(taken, false, sixteen)
                    .data(taken, true, sixteen);
            assertThat(raw.answer(taken).status()).isEqualTo(200);
        }
        assertThat(heads()).hasSize(1);
    }

    @Test
    void theHostAloneWillDoAndTheSameNameTwice() {
        try (RawHttp2 raw = way.get()) {
            assertThat(raw.request(fields(":method", "GET", ":scheme", "https", ":path", "/", "host", "Wiki.example"))
                            .status())
                    .isEqualTo(200);
            assertThat(backend.lastHead().toLowerCase())
                    .contains("x-forwarded-host: wiki.example\r\n")
                    .as("what the client says of the scheme is not believed")
                    .contains("x-forwarded-proto: " + scheme() + "\r\n");
            assertThat(raw.get("/", "host", "LOCALHOST").status()).isEqualTo(200);
            assertThat(backend.lastHead().toLowerCase()).contains("x-forwarded-proto: " + scheme() + "\r\n");
        }
    }

    @Test
    void whatAsksForSignInIsToldSo() {
        try (RawHttp2 raw = way.get()) {
            isRefused(raw.get("/admin/x"), 401, "sign-in.required");
            Answer page = raw.get("/admin/x", "accept", "text/html");
            assertThat(page.status()).isEqualTo(302);
            assertThat(page.header("location")).contains("/oauth2/");
        }
        assertThat(heads()).isEmpty();
    }

    /** An error in its place would have clients drop the answer that they have got (RFC 9113, section 8.1). */
    @ParameterizedTest
    @ValueSource(strings = {"/admin/x", "/a/../b", "/oauth2/nothing"})
    void whoIsAnsweredBeforeTheBodyIsSentHearsOfNoError(String path) {
        try (RawHttp2 raw = way.get()) {
            int stream = raw.stream();
            raw.begin(stream, false, head("POST", path)).data(stream, false, "ab");
            Answer answer = raw.answer(stream);
            assertThat(answer.status()).as(answer.toString()).isBetween(400, 404);
            assertThat(answer.body()).isNotEmpty();
            assertThat(raw.get("/next").status()).isEqualTo(200);
            assertThat(answer.error()).as(answer.toString()).isIn(-1, 0);
        }
    }

    /** The client's own bound, which its peer need not keep to, and must not stumble over. */
    @Test
    void aClientThatAllowsNoHeadsGetsNoneAndHarmsNobody() {
        try (RawHttp2 raw = way.get()) {
            raw.frame(RawHttp2.SETTINGS, 0, 0, new byte[] {0, 6, 0, 0, 0, 1});
            assertThat(raw.get("/a").isOver() || raw.isClosed()).isTrue();
        }
        stillServes();
    }

    // Refused by the codec, with the stream or the connection

    Stream<List<String>> resetRequests() {
        return Stream.of(
                head("GET", "/", "connection", "close"),
                head("GET", "/", "connection", "x-forwarded-user"),
                head("GET", "/", "keep-alive", "1"),
                head("GET", "/", "proxy-connection", "close"),
                head("GET", "/", "transfer-encoding", "chunked"),
                head("GET", "/", "upgrade", "websocket"),
                head("GET", "/", "te", "gzip"),
                head("GET", "/", "te", "trailers, gzip"),
                head("GET", "/", "X-Upper", "a"),
                head("GET", "/", "content-length", "5"),
                head("POST", "/", "content-length", "0", "content-length", "1"),
                head("POST", "/", "content-length", "-1"),
                head("POST", "/", "content-length", "x"),
                head("POST", "/", "content-length", "+0"),
                head("POST", "/", "content-length", "0,"),
                head("POST", "/", "content-length", "99999999999999999999"),
                head("GET", "/", ":path", "/admin"),
                head("", "/"),
                fields(":method", "GET", ":method", "POST", ":scheme", "http", ":authority", "localhost", ":path", "/"),
                fields(":method", "GET", ":scheme", "http", ":authority", "", ":path", "/"),
                fields("x-a", "b", ":method", "GET", ":scheme", "http", ":authority", "localhost", ":path", "/"),
                head("GET", "/", ":status", "200"),
                fields(":method", "GET", ":scheme", "http", ":authority", "localhost", ":path", "/", ":new", "1"));
    }

    @ParameterizedTest
    @MethodSource("resetRequests")
    void whatAStreamMayNotSayEndsIt(List<String> fields) {
        try (RawHttp2 raw = way.get()) {
            Answer answer = raw.request(fields);
            assertThat(answer.isOver()).as(answer.toString()).isTrue();
            assertThat(answer.error()).as(answer.toString()).isEqualTo(PROTOCOL_ERROR);
            assertThat(heads()).isEmpty();
            assertThat(raw.get("/next").status()).as("the connection goes on").isEqualTo(200);
        }
    }

    @Test
    void aBodyThatIsNotAsLongAsAnnouncedNeverLooksCompleteToTheApp() {
        try (RawHttp2 raw = way.get()) {
            int less = raw.stream();
            raw.begin(less, false, head("POST", "/less", "content-length", "5")).data(less, true, "ab");
            assertThat(raw.answer(less).status()).isNotEqualTo(200);
            int more = raw.stream();
            raw.begin(more, false, head("POST", "/more", "content-length", "3"))
                    .data(more, false, "ab")
                    .data(more, true, "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(raw.answer(more).status()).isNotEqualTo(200);
            int cut = raw.stream();
            raw.begin(cut, false, head("POST", "/cut"))
                    .data(cut, false, "ab")
                    .frame(RawHttp2.RST_STREAM, 0, cut, new byte[] {0, 0, 0, 8});
            assertThat(raw.get("/next").status()).isEqualTo(200);
        }
        assertThat(heads()).singleElement().asString().startsWith("GET /next ");
    }

    @Test
    void aHeadOfTooManyPiecesOrTooLargeToReadEndsTheConnection() {
        try (RawHttp2 raw = way.get()) {
            int stream = raw.stream();
            byte[] block = RawHttp2.block(head("GET", "/"));
            raw.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, stream, block);
            raw.frames(1_000, RawHttp2.CONTINUATION, 0, stream);
            isCalmedDown(raw);
        }
        try (RawHttp2 raw = way.get()) {
            List<String> large = head("GET", "/");
            for (int i = 0; i < 40; i++) {
                large.addAll(List.of("x-" + i, "a".repeat(8_000)));
            }
            Answer answer = send(raw, large);
            assertThat(answer.status()).isNotEqualTo(200);
        }
        assertThat(heads()).isEmpty();
        try (RawHttp2 raw = way.get()) {
            raw.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, raw.stream(), (byte) 0x80);
            assertThat(raw.end()).isEqualTo(COMPRESSION_ERROR);
        }
    }

    // Floods

    @Test
    void moreStreamsAtOnceThanAgreedAreRefused() {
        try (RawHttp2 raw = way.get()) {
            List<Integer> streams = new ArrayList<>();
            for (int i = 0; i < 101; i++) {
                int stream = raw.stream();
                raw.begin(stream, false, head("POST", "/open", "content-length", "1"));
                streams.add(stream);
            }
            assertThat(raw.answer(streams.get(100)).error()).isEqualTo(REFUSED_STREAM);
            for (int stream : streams.subList(0, 3)) {
                assertThat(raw.data(stream, true, "a").answer(stream).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void resettingStreamsWithoutEndEndsTheConnection() {
        try (RawHttp2 raw = way.get()) {
            for (int i = 0; i < 1_000 && !raw.isClosed(); i++) {
                int stream = raw.stream();
                raw.begin(stream, true, head("GET", "/rapid"))
                        .frame(RawHttp2.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
            }
            isCalmedDown(raw);
        }
        assertThat(backend.heads()).hasSizeLessThanOrEqualTo(201);
        stillServes();
    }

    @Test
    void makingTheGatewayResetStreamsWithoutEndEndsTheConnection() {
        try (RawHttp2 raw = way.get()) {
            for (int i = 0; i < 1_000 && !raw.isClosed(); i++) {
                int stream = raw.stream();
                raw.begin(stream, false, head("POST", "/made")).frame(RawHttp2.WINDOW_UPDATE, 0, stream, new byte[4]);
            }
            isCalmedDown(raw);
        }
        stillServes();
    }

    static Stream<Arguments> floods() {
        return Stream.of(
                Arguments.of(RawHttp2.PING, 0, 0, new byte[8]),
                Arguments.of(RawHttp2.PING, RawHttp2.ACK, 0, new byte[8]),
                Arguments.of(RawHttp2.SETTINGS, 0, 0, new byte[0]),
                Arguments.of(RawHttp2.PRIORITY, 0, 1, new byte[] {0, 0, 0, 0, 15}),
                Arguments.of(0xfa, 0, 1, new byte[0]));
    }

    @ParameterizedTest
    @MethodSource("floods")
    void framesThatAskForNothingWithoutEndEndTheConnection(int type, int flags, int stream, byte[] payload) {
        try (RawHttp2 raw = way.get()) {
            raw.begin(1, false, head("POST", "/flood"));
            for (int i = 0; i < 60 && !raw.isClosed(); i++) {
                raw.frames(1_000, type, flags, stream, payload);
            }
            isCalmedDown(raw);
        }
        stillServes();
    }

    @Test
    void whatIsRememberedOfAnswersStaysSmallHoweverMuchTheClientAllows() {
        try (RawHttp2 raw = way.get().allowTable(0xffff_ffffL)) {
            assertThat(raw.get("/a").status()).isEqualTo(200);
            assertThat(raw.get("/b").status()).isEqualTo(200);
            assertThat(raw.table()).isEqualTo(4096);
        }
    }

    @Test
    void emptyBodiesWithoutEndEndTheConnection() {
        try (RawHttp2 raw = way.get()) {
            int stream = raw.stream();
            raw.begin(stream, false, head("POST", "/empty")).frames(1_000, RawHttp2.DATA, 0, stream);
            isCalmedDown(raw);
        }
        stillServes();
    }

    /** A connection that is closed with something unread may take the word for it along. */
    private static void isCalmedDown(RawHttp2 raw) {
        assertThat(raw.end()).isIn(ENHANCE_YOUR_CALM, -1);
        assertThat(raw.isClosed()).isTrue();
    }

    @Test
    void goingAwayAndThenSayingMoreHarmsNobody() {
        try (RawHttp2 raw = way.get()) {
            raw.frame(RawHttp2.GOAWAY, 0, 0, new byte[8])
                    .frame(RawHttp2.SETTINGS, 0, 0)
                    .frame(RawHttp2.SETTINGS, 0, 0, new byte[] {0, 4, -1, -1, -1, -1});
            raw.end();
            assertThat(raw.isClosed()).isTrue();
        }
        try (RawHttp2 raw = way.get()) {
            raw.frame(RawHttp2.PUSH_PROMISE, RawHttp2.END_HEADERS, 1, new byte[] {0, 0, 0, 2});
            assertThat(raw.end()).isEqualTo(PROTOCOL_ERROR);
        }
        stillServes();
    }

    private void stillServes() {
        await().untilAsserted(() -> {
            try (RawHttp2 raw = way.get()) {
                assertThat(raw.get("/still").status()).isEqualTo(200);
            }
        });
    }
}
