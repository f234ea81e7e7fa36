package dev.latchkey.gateway.journey;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.GrpcBackend;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RawHttp;
import dev.latchkey.gateway.testing.RawHttp2;
import dev.latchkey.gateway.testing.StubCertificate;
import dev.latchkey.gateway.testing.TestGateway;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import tools.jackson.databind.json.JsonMapper;

/** Calls of gRPC through the gateway, by the client and the server that people use. */
class GrpcTest {

    private static final Metadata.Key<String> AUTHORIZATION = key("authorization");

    @TempDir
    private static Path folder;

    private static GitHubStub github;
    private static GrpcBackend plain;
    private static GrpcBackend secured;
    private static EchoBackend old;
    private static DisposableServer newer;
    private static TestGateway gateway;
    private static TestGateway edge;
    private static String token;

    private final List<ManagedChannel> channels = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        StubCertificate.forNames("localhost", "*.example.com").writeTo(folder);
        File certificate = folder.resolve("tls.crt").toFile();
        File key = folder.resolve("tls.key").toFile();
        github = GitHubStub.start();
        plain = GrpcBackend.start();
        secured = GrpcBackend.start(TlsServerCredentials.create(certificate, key));
        old = EchoBackend.start();
        newer = HttpServer.create()
                .protocol(HttpProtocol.H2C)
                .handle((request, response) -> request.receive()
                        .aggregate()
                        .asString()
                        .defaultIfEmpty("")
                        .flatMap(body -> response.header(
                                        "x-te",
                                        String.valueOf(request.requestHeaders().get("te")))
                                .sendString(Mono.just(request.version() + " " + request.uri() + " " + body))
                                .then()))
                .bindNow();
        gateway = routes(TestGateway.signingInAt(github), "h2c://127.0.0.1:" + plain.port())
                .start();
        int port = TestGateway.freePort();
        edge = routes(TestGateway.signingInAt(github), "h2://localhost:" + secured.port())
                .port(port)
                .property("latchkey.external-url", "https://localhost:" + port)
                .property("latchkey.tls.certificate", certificate)
                .property("latchkey.tls.private-key", key)
                .property(
                        "spring.cloud.gateway.server.webflux.httpclient.ssl.trusted-x509-certificates",
                        certificate.getPath())
                .start();
        token = tokenOf(gateway.stranger());
    }

    private static TestGateway.Builder routes(TestGateway.Builder builder, String backend) {
        String to = "to: " + backend;
        return builder.route("start", "host: localhost", "to: " + old.url(), "allow: [signed-in]")
                .route("open", "host: open.example.com", to, "allow: [anyone]")
                .route(
                        "app",
                        "host: app.example.com",
                        to,
                        "allow: [signed-in]",
                        "send: { jwt: { header: X-Identity } }",
                        "errors: github")
                .route("acme", "host: acme.example.com", to, "allow: [org:acme]")
                .route("busy", "host: busy.example.com", to, "allow: [anyone]", "limits: { rate: 1/h, burst: 1 }")
                .route("small", "host: small.example.com", to, "allow: [anyone]", "limits: { body: 1KB }")
                .route("away", "host: away.example.com", "to: h2c://127.0.0.1:1", "allow: [anyone]")
                .route("slow", "host: slow.example.com", to, "allow: [anyone]", "limits: { timeout: 300ms }")
                .route("new", "host: new.example.com", "to: h2c://127.0.0.1:" + newer.port(), "allow: [anyone]")
                .route("old", "host: old.example.com", "to: " + old.url(), "allow: [anyone]");
    }

    private static String tokenOf(HttpPerson person) {
        assertThat(person.signIn(github, "octocat", "/").statusCode()).isEqualTo(200);
        return JsonMapper.shared()
                .readTree(person.send(
                                "POST",
                                "/oauth2/account/tokens",
                                "{\"name\":\"calls\",\"expires_in\":3600}",
                                "Content-Type",
                                "application/json",
                                "Sec-Fetch-Site",
                                "same-origin")
                        .body())
                .path("token")
                .asString();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        edge.close();
        plain.close();
        secured.close();
        old.close();
        newer.disposeNow();
        github.close();
    }

    @BeforeEach
    void forget() {
        plain.forget();
        secured.forget();
    }

    @AfterEach
    void hangUp() {
        channels.forEach(ManagedChannel::shutdownNow);
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    private Channel to(String app, ClientInterceptor... interceptors) {
        return ClientInterceptors.intercept(
                channel(NettyChannelBuilder.forAddress("localhost", gateway.port())
                        .usePlaintext()
                        .overrideAuthority(app + ".example.com")),
                interceptors);
    }

    private Channel toEdge(String app) {
        try {
            return channel(NettyChannelBuilder.forAddress("localhost", edge.port())
                    .sslContext(GrpcSslContexts.forClient()
                            .trustManager(folder.resolve("tls.crt").toFile())
                            .build())
                    .overrideAuthority(app + ".example.com"));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private ManagedChannel channel(NettyChannelBuilder builder) {
        ManagedChannel channel =
                builder.directExecutor().maxInboundMessageSize(64 << 20).build();
        channels.add(channel);
        return channel;
    }

    private static ClientInterceptor with(String name, String value) {
        Metadata metadata = new Metadata();
        metadata.put(key(name), value);
        return MetadataUtils.newAttachHeadersInterceptor(metadata);
    }

    private static ClientInterceptor withToken() {
        return with(AUTHORIZATION.name(), "Bearer " + token);
    }

    private static byte[] text(String text) {
        return text.getBytes(US_ASCII);
    }

    /** Generous, since nothing is measured by it. */
    private static CallOptions patient() {
        return CallOptions.DEFAULT.withDeadline(Deadline.after(60, TimeUnit.SECONDS));
    }

    private static byte[] echo(Channel channel, byte[] message) {
        return ClientCalls.blockingUnaryCall(channel, GrpcBackend.ECHO, patient(), message);
    }

    // Calls

    @ParameterizedTest
    @ValueSource(strings = {"h2c", "tls"})
    void callsOfEveryKindGoThrough(String way) throws InterruptedException {
        Channel channel = way.equals("tls") ? toEdge("open") : to("open");
        assertThat(echo(channel, text("hello"))).isEqualTo(text("hello"));

        Iterator<byte[]> counted =
                ClientCalls.blockingServerStreamingCall(channel, GrpcBackend.COUNT, patient(), text("200"));
        int messages = 0;
        for (; counted.hasNext(); messages++) {
            assertThat(counted.next()).hasSize(1024);
        }
        assertThat(messages).isEqualTo(200);

        Talk sum = new Talk();
        StreamObserver<byte[]> sums =
                ClientCalls.asyncClientStreamingCall(channel.newCall(GrpcBackend.SUM, patient()), sum);
        for (int i = 0; i < 50; i++) {
            sums.onNext(text("x"));
        }
        sums.onCompleted();
        assertThat(sum.next()).isEqualTo("50");
        assertThat(sum.next()).isEqualTo("OK");

        Talk chat = new Talk();
        StreamObserver<byte[]> chatting =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(GrpcBackend.CHAT, patient()), chat);
        for (String word : List.of("one", "two", "three")) {
            chatting.onNext(text(word));
            assertThat(chat.next()).as("each before the next is said").isEqualTo(word);
        }
        chatting.onCompleted();
        assertThat(chat.next()).isEqualTo("OK");
    }

    /** What comes of a call, in order. */
    private static final class Talk implements StreamObserver<byte[]> {

        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

        @Override
        public void onNext(byte[] message) {
            heard.add(new String(message, US_ASCII));
        }

        @Override
        public void onError(Throwable failure) {
            heard.add(Status.fromThrowable(failure).toString());
        }

        @Override
        public void onCompleted() {
            heard.add("OK");
        }

        String next() throws InterruptedException {
            return heard.poll(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void whatTheAppSaysInHeadAndTrailersArrives() throws InterruptedException {
        AtomicReference<Metadata> head = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        Channel channel = to("open", MetadataUtils.newCaptureMetadataInterceptor(head, trailers));
        echo(channel, text("a"));
        assertThat(head.get().get(key("x-told"))).isEqualTo("head");
        assertThat(trailers.get().get(key("x-told"))).isEqualTo("end");

        Talk chat = new Talk();
        StreamObserver<byte[]> chatting =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(GrpcBackend.CHAT, patient()), chat);
        chatting.onNext(text("a"));
        assertThat(chat.next()).isEqualTo("a");
        chatting.onNext(text("fail"));
        assertThat(chat.next()).contains("DATA_LOSS", "caf\u00e9 100%");

        chatting = ClientCalls.asyncBidiStreamingCall(channel.newCall(GrpcBackend.CHAT, patient()), chat);
        chatting.onNext(text("fail"));
        assertThat(chat.next()).as("over with the head").contains("DATA_LOSS", "caf\u00e9 100%");
    }

    @Test
    void theAppLearnsWhoCallsAndHowLongTheyWait() {
        assertThat(echo(to("app", withToken(), with("x-forwarded-user", "evil")), text("a")))
                .isEqualTo(text("a"));
        assertThat(plain.header("x-identity")).startsWith("ey");
        assertThat(plain.header("x-forwarded-user")).isEqualTo("octocat");
        assertThat(plain.header("authorization")).isNull();
        assertThat(plain.header("grpc-timeout")).isNotNull();
        assertThat(plain.header("x-http2-stream-id")).isNull();
    }

    @Test
    void messagesOfManyMegabytesGoThroughBothWays() {
        byte[] large = new byte[16 << 20];
        Arrays.fill(large, (byte) 'x');
        assertThat(echo(to("open"), large)).isEqualTo(large);
    }

    @Test
    void whoReadsSlowlyStopsTheAppAndNobodyElse() throws InterruptedException {
        int all = 64_000;
        Channel channel = to("open");
        ClientCall<byte[], byte[]> call = channel.newCall(GrpcBackend.COUNT, patient());
        Listening listening = new Listening();
        call.start(listening, new Metadata());
        call.sendMessage(text(Integer.toString(all)));
        call.halfClose();
        call.request(1);
        assertThat(listening.messages.poll(60, TimeUnit.SECONDS)).isNotNull();

        for (int i = 0; i < 20; i++) {
            assertThat(echo(channel, text("meanwhile"))).isEqualTo(text("meanwhile"));
        }
        await().pollInterval(Duration.ofMillis(200)).until(new Unchanged());
        assertThat(plain.sent()).as("of 64 megabytes").isLessThan(16_000);

        call.request(all);
        await().atMost(Duration.ofSeconds(60)).until(() -> listening.status.get() != null);
        assertThat(listening.status.get().isOk()).isTrue();
        assertThat(plain.sent()).isEqualTo(all);
    }

    /** Three looks in a row at which nothing more was sent. */
    private static final class Unchanged implements java.util.concurrent.Callable<Boolean> {

        private int last = -1;
        private int times;

        @Override
        public Boolean call() {
            int now = plain.sent();
            times = now == last ? times + 1 : 0;
            last = now;
            return times >= 3;
        }
    }

    private static final class Listening extends ClientCall.Listener<byte[]> {

        private final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
        private final AtomicReference<Metadata> head = new AtomicReference<>();
        private final AtomicReference<Metadata> trailers = new AtomicReference<>();
        private final AtomicReference<Status> status = new AtomicReference<>();

        @Override
        public void onHeaders(Metadata headers) {
            head.set(headers);
        }

        @Override
        public void onMessage(byte[] message) {
            messages.add(message);
        }

        @Override
        public void onClose(Status outcome, Metadata end) {
            trailers.set(end);
            status.set(outcome);
        }
    }

    @Test
    void aCallThatIsGivenUpIsGivenUpAtTheApp() {
        ClientCall<byte[], byte[]> call = to("open").newCall(GrpcBackend.SILENCE, patient());
        Listening listening = new Listening();
        call.start(listening, new Metadata());
        call.sendMessage(text("a"));
        call.halfClose();
        call.request(1);
        await().until(() -> listening.head.get() != null);
        assertThat(listening.head.get().get(key("x-told")))
                .as("before any message")
                .isEqualTo("head");
        assertThat(plain.cancelled()).isZero();
        call.cancel("not any more", null);
        await().until(() -> plain.cancelled() == 1);

        ClientCall<byte[], byte[]> late = to("open")
                .newCall(GrpcBackend.SILENCE, CallOptions.DEFAULT.withDeadlineAfter(500, TimeUnit.MILLISECONDS));
        late.start(new Listening(), new Metadata());
        late.sendMessage(text("a"));
        late.halfClose();
        late.request(1);
        await().until(() -> plain.cancelled() == 2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallEndsWithTheSessionItWasBegunInAndIsToldSo(boolean answered) {
        HttpPerson person = gateway.stranger();
        assertThat(person.signIn(github, "octocat", "/").statusCode()).isEqualTo(200);
        Listening listening = new Listening();
        ClientCall<byte[], byte[]> call = to("app", with("cookie", "latchkey=" + person.cookie("latchkey")))
                .newCall(answered ? GrpcBackend.SILENCE : GrpcBackend.MUTE, patient());
        int before = plain.calls();
        call.start(listening, new Metadata());
        call.sendMessage(text("a"));
        call.halfClose();
        call.request(1);
        await().until(() -> answered ? listening.head.get() != null : plain.calls() > before);

        person.post("/oauth2/sign_out", Map.of());

        await().until(() -> listening.status.get() != null);
        assertThat(listening.status.get().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(listening.status.get().getDescription()).isEqualTo("The session has ended");
        await().until(() -> plain.cancelled() == 1);
    }

    // Refusals

    @ParameterizedTest
    @CsvSource({
        "app, UNAUTHENTICATED, sign-in.required",
        "acme, UNAUTHENTICATED, sign-in.required",
        "absent, UNIMPLEMENTED, route.unknown",
        "away, UNAVAILABLE, backend.unreachable"
    })
    void aRefusedCallIsToldInGrpcsOwnWay(String app, Status.Code code, String problem) {
        isRefused(to(app), code, problem);
        assertThat(plain.calls()).isZero();
    }

    @Test
    void aCallThatSaysTooMuchAndAnAppThatIsTooSlowAreTold() {
        isRefused(to("small"), Status.Code.RESOURCE_EXHAUSTED, "request.body.too-large");
        StatusRuntimeException late = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(to("slow"), GrpcBackend.MUTE, patient(), text("a")));
        assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(late.getTrailers().get(key("x-latchkey-problem"))).isEqualTo("backend.timeout");
        await().until(() -> plain.cancelled() > 0);
    }

    private static void isRefused(Channel channel, Status.Code code, String problem) {
        StatusRuntimeException refused =
                catchThrowableOfType(StatusRuntimeException.class, () -> echo(channel, new byte[4096]));
        assertThat(refused.getStatus().getCode())
                .as(String.valueOf(refused.getStatus()))
                .isEqualTo(code);
        assertThat(refused.getStatus().getDescription()).contains("(request ");
        Metadata said = refused.getTrailers();
        assertThat(said.get(key("x-latchkey-problem"))).isEqualTo(problem);
        assertThat(said.get(key("set-cookie"))).isNull();
        assertThat(said.get(key("location"))).isNull();
    }

    @Test
    void aTokenThatIsNoneAndOneWithoutTheRightAreTold() {
        isRefused(
                to("app", with("authorization", "Bearer lk_" + "0".repeat(36))),
                Status.Code.UNAUTHENTICATED,
                "api-token.refused");
        isRefused(to("acme", withToken()), Status.Code.PERMISSION_DENIED, "access.denied");
        assertThat(plain.calls()).isZero();
    }

    @Test
    void whoCallsTooOftenIsTold() {
        Channel busy = to("busy");
        assertThat(echo(busy, text("a"))).isEqualTo(text("a"));
        isRefused(busy, Status.Code.RESOURCE_EXHAUSTED, "limit.rate");
    }

    @Test
    void aRefusalIsOneHeadThatEndsTheStream() {
        try (RawHttp2 raw = RawHttp2.to(gateway.port())) {
            List<String> call = List.of(
                    ":method", "POST",
                    ":scheme", "http",
                    ":authority", "app.example.com",
                    ":path", "/latchkey.Test/Echo",
                    "content-type", "application/grpc+proto",
                    "accept", "text/html");
            RawHttp2.Answer answer = raw.request(call);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-type")).isEqualTo("application/grpc");
            assertThat(answer.header("grpc-status")).isEqualTo("16");
            assertThat(answer.body()).isEmpty();

            List<String> ambiguous = new ArrayList<>(call);
            ambiguous.set(7, "/latchkey.Test/../Echo");
            RawHttp2.Answer refused = raw.request(ambiguous);
            assertThat(refused.header("grpc-status")).isEqualTo("3");
            assertThat(refused.header("x-latchkey-problem")).isEqualTo("request.target.ambiguous");

            List<String> web = new ArrayList<>(call);
            web.set(9, "application/grpc-web");
            assertThat(raw.request(web).header("grpc-status"))
                    .as("gRPC-Web is plain HTTP")
                    .isNull();
        }
    }

    // HTTP/2 apps beside gRPC

    @Test
    void anHttp2AppIsReachedFromHttp1Too() {
        RawHttp.Response answer = RawHttp.to(gateway.port())
                .send("POST /x?y=z HTTP/1.1\r\nHost: new.example.com\r\nContent-Length: 2\r\n\r\nab");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("HTTP/2.0 /x?y=z ab");
        try (RawHttp2 raw = RawHttp2.to(gateway.port())) {
            RawHttp2.Answer call = raw.request(List.of(
                    ":method",
                    "POST",
                    ":scheme",
                    "http",
                    ":authority",
                    "new.example.com",
                    ":path",
                    "/a",
                    "content-type",
                    "application/grpc"));
            assertThat(call.header("x-te")).isEqualTo("trailers");
        }
    }

    @Test
    void anHttp1AppIsReachedAsBefore() {
        try (RawHttp2 raw = RawHttp2.to(gateway.port())) {
            RawHttp2.Answer answer = raw.request(
                    List.of(":method", "GET", ":scheme", "http", ":authority", "old.example.com", ":path", "/x?y=z"));
            assertThat(answer.status()).isEqualTo(200);
        }
        assertThat(old.lastRequest().header("x-forwarded-host")).isEqualTo("old.example.com");
    }
}
