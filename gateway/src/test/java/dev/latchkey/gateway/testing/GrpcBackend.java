package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.grpc.ForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A real server of gRPC with one method of each kind; messages are plain bytes. */
public final class GrpcBackend implements AutoCloseable {

    private static final Marshaller<byte[]> BYTES = new Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    /** Answers each message with itself. */
    public static final MethodDescriptor<byte[], byte[]> ECHO = method("Echo", MethodType.UNARY);

    /** Answers with as many messages of a kilobyte as the text of the request says. */
    public static final MethodDescriptor<byte[], byte[]> COUNT = method("Count", MethodType.SERVER_STREAMING);

    /** Answers with the number of messages. */
    public static final MethodDescriptor<byte[], byte[]> SUM = method("Sum", MethodType.CLIENT_STREAMING);

    /** Answers each message with itself, as it comes; the word {@code fail} with an error. */
    public static final MethodDescriptor<byte[], byte[]> CHAT = method("Chat", MethodType.BIDI_STREAMING);

    /** Answers with a head, and with nothing more. */
    public static final MethodDescriptor<byte[], byte[]> SILENCE = method("Silence", MethodType.SERVER_STREAMING);

    /** Does not answer at all. */
    public static final MethodDescriptor<byte[], byte[]> MUTE = method("Mute", MethodType.UNARY);

    private static final Metadata.Key<String> TOLD = Metadata.Key.of("x-told", Metadata.ASCII_STRING_MARSHALLER);

    private final List<Metadata> heads = new CopyOnWriteArrayList<>();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();
    private final Server server;

    private GrpcBackend(ServerCredentials credentials) throws IOException {
        this.server = NettyServerBuilder.forPort(0, credentials)
                .maxInboundMessageSize(64 << 20)
                .addService(ServerInterceptors.intercept(service(), new Watching()))
                .build()
                .start();
    }

    /** Without TLS. */
    public static GrpcBackend start() {
        return start(InsecureServerCredentials.create());
    }

    public static GrpcBackend start(ServerCredentials credentials) {
        try {
            return new GrpcBackend(credentials);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return MethodDescriptor.newBuilder(BYTES, BYTES)
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("latchkey.Test", name))
                .build();
    }

    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("latchkey.Test")
                .addMethod(ECHO, ServerCalls.asyncUnaryCall((request, answer) -> {
                    answer.onNext(request);
                    answer.onCompleted();
                }))
                .addMethod(COUNT, ServerCalls.asyncServerStreamingCall(this::count))
                .addMethod(SUM, ServerCalls.asyncClientStreamingCall(GrpcBackend::sum))
                .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(GrpcBackend::chat))
                .addMethod(MUTE, ServerCalls.asyncUnaryCall((request, answer) -> {}))
                .addMethod(SILENCE, ServerCalls.asyncServerStreamingCall((request, answer) -> {}))
                .build();
    }

    private void count(byte[] request, StreamObserver<byte[]> answer) {
        ServerCallStreamObserver<byte[]> paced = (ServerCallStreamObserver<byte[]>) answer;
        int[] left = {Integer.parseInt(new String(request, US_ASCII))};
        paced.setOnReadyHandler(() -> {
            while (left[0] > 0 && paced.isReady()) {
                paced.onNext(new byte[1024]);
                sent.incrementAndGet();
                if (--left[0] == 0) {
                    paced.onCompleted();
                }
            }
        });
    }

    private static StreamObserver<byte[]> sum(StreamObserver<byte[]> answer) {
        int[] count = {0};
        return new Quiet() {
            @Override
            public void onNext(byte[] message) {
                count[0]++;
            }

            @Override
            public void onCompleted() {
                answer.onNext(Integer.toString(count[0]).getBytes(US_ASCII));
                answer.onCompleted();
            }
        };
    }

    private static StreamObserver<byte[]> chat(StreamObserver<byte[]> answer) {
        return new Quiet() {
            @Override
            public void onNext(byte[] message) {
                if (new String(message, US_ASCII).equals("fail")) {
                    answer.onError(
                            Status.DATA_LOSS.withDescription("caf\u00e9 100%").asRuntimeException());
                } else {
                    answer.onNext(message);
                }
            }

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    private abstract static class Quiet implements StreamObserver<byte[]> {

        @Override
        public void onError(Throwable failure) {
            // The caller has gone, which is counted elsewhere.
        }
    }

    /** Keeps what came with each call, counts those that were given up, and tells something in every answer's head. */
    private final class Watching implements ServerInterceptor {

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            heads.add(headers);
            ServerCall<Q, A> telling = new ForwardingServerCall.SimpleForwardingServerCall<>(call) {
                @Override
                public void sendHeaders(Metadata answer) {
                    answer.put(TOLD, "head");
                    super.sendHeaders(answer);
                }

                @Override
                public void close(Status status, Metadata trailers) {
                    trailers.put(TOLD, "end");
                    super.close(status, trailers);
                }
            };
            ServerCall.Listener<Q> listener = next.startCall(telling, headers);
            if (call.getMethodDescriptor().getFullMethodName().equals(SILENCE.getFullMethodName())) {
                telling.sendHeaders(new Metadata());
            }
            return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(listener) {
                @Override
                public void onCancel() {
                    cancelled.incrementAndGet();
                    super.onCancel();
                }
            };
        }
    }

    public int port() {
        return server.getPort();
    }

    /** What came with the newest call; fails when none did. */
    public String header(String name) {
        if (heads.isEmpty()) {
            throw new AssertionError("No call reached the backend");
        }
        return heads.get(heads.size() - 1).get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }

    public int calls() {
        return heads.size();
    }

    /** Calls that were given up before they were answered. */
    public int cancelled() {
        return cancelled.get();
    }

    /** Messages that {@link #COUNT} has been able to send. */
    public int sent() {
        return sent.get();
    }

    public void forget() {
        heads.clear();
        cancelled.set(0);
        sent.set(0);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
