package dev.latchkey.gateway.testing;

import dev.latchkey.gateway.GatewayApplication;
import dev.latchkey.gateway.ops.InternalServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.type.classreading.CachingMetadataReaderFactory;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.http.client.ReactorResourceFactory;

/** A whole gateway in this JVM, on free ports, as a route folder and properties describe it. */
public final class TestGateway implements AutoCloseable {

    /** Each of the processes that the tests are spread over has ports of its own. */
    private static final int PORTS = 6_000;

    private static final int OWN_PORTS = 20_000 + PORTS * (Integer.getInteger("latchkey.test.fork", 1) % 2);

    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(PORTS));

    /** The ring that gateways of a test share, so that several can stand on one Redis. */
    private static final String RING = "3Jd8nQ1xk2c5m7p9r0t2v4w6y8A0C2E4G6I8K0M2O4Q=";

    /** What stands in the class files, which every gateway of this JVM would read anew: a fifth of what its start takes. */
    private static final CachingMetadataReaderFactory CLASSES = new CachingMetadataReaderFactory();

    /** The name by which Spring Boot finds such a thing, or makes one. */
    private static final String READER_OF_CLASSES =
            "org.springframework.boot.autoconfigure.internalCachingMetadataReaderFactory";

    static {
        CLASSES.setCacheLimit(20_000);
    }

    private final ConfigurableApplicationContext context;
    private final int port;

    private TestGateway(ConfigurableApplicationContext context, int port) {
        this.context = context;
        this.port = port;
    }

    /** A gateway that signs people in at that stand-in. */
    public static Builder signingInAt(GitHubStub github) {
        return new Builder().properties(github.gatewayProperties());
    }

    public String url() {
        return "http://localhost:" + port;
    }

    public int port() {
        return port;
    }

    public int internalPort() {
        return bean(InternalServer.class).port();
    }

    /** A browser that has never been here. */
    public HttpPerson stranger() {
        return HttpPerson.at(url());
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** All of that type. */
    public <T> Collection<T> beans(Class<T> type) {
        return context.getBeansOfType(type).values();
    }

    @Override
    public void close() {
        context.close();
    }

    /** Event loops and connections of this JVM, which go on when one of several gateways stops. */
    private static final class KeptResources extends ReactorResourceFactory {

        @Override
        public void stop() {
            // Whoever else is in this JVM still needs them.
        }

        @Override
        public void destroy() {
            // As above.
        }
    }

    /** What the gateway is started with. */
    public static final class Builder {

        private final Map<String, Object> properties = new HashMap<>();
        private final Map<String, String> routes = new HashMap<>();
        private final List<ApplicationListener<ApplicationEvent>> listeners = new ArrayList<>();
        private final List<Consumer<GenericApplicationContext>> beans = new ArrayList<>();
        private Clock clock;
        private int port = freePort();

        public Builder property(String name, Object value) {
            properties.put(name, value);
            return this;
        }

        public Builder properties(Map<String, String> more) {
            properties.putAll(more);
            return this;
        }

        /** A route file. */
        public Builder route(String id, String... lines) {
            routes.put(id, String.join("\n", lines) + "\n");
            return this;
        }

        /** An app at every path that asks for sign-in and gets everything there is. */
        public Builder app(String backend) {
            return route("app", "to: " + backend, "allow: [signed-in]", "send: { github-token: true }");
        }

        public Builder on(RedisServer redis) {
            return on(redis.gatewayProperties());
        }

        /** On a Redis of several servers, which these properties lead to. */
        public Builder on(Map<String, String> redis) {
            return properties(redis).property("latchkey.store", "redis").property("latchkey.secret-keys", RING);
        }

        public Builder dataIn(Path folder) {
            return property("latchkey.data-dir", folder);
        }

        public Builder clock(Clock other) {
            clock = other;
            return this;
        }

        /** One bean more. */
        public <T> Builder bean(Class<T> type, T bean) {
            beans.add(context -> context.registerBean(type, () -> bean));
            return this;
        }

        /** Hears the events of that type that the gateway publishes to itself. */
        public <E> Builder hearing(Class<E> type, Consumer<E> listener) {
            listeners.add(event -> {
                if (event instanceof PayloadApplicationEvent<?> carrier && type.isInstance(carrier.getPayload())) {
                    listener.accept(type.cast(carrier.getPayload()));
                }
            });
            return this;
        }

        public Builder port(int number) {
            port = number;
            return this;
        }

        public TestGateway start() {
            ConfigurableApplicationContext context = GatewayApplication.application()
                    .initializers(this::replaceBeans)
                    .logStartupInfo(false)
                    .registerShutdownHook(false)
                    .run(arguments().toArray(String[]::new));
            return new TestGateway(context, port);
        }

        /**
         * Starts it in a JVM of its own, with these options; a clock cannot be given to that one. It lives for seconds, of which
         * compiling its code well would take half.
         */
        public GatewayProcess startApart(String... javaOptions) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
            command.addAll(List.of(javaOptions));
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), GatewayApplication.class.getName()));
            return startBy(command);
        }

        /** Starts it by that command, which takes properties as its last arguments. */
        public GatewayProcess startBy(List<String> command) {
            List<String> whole = new ArrayList<>(command);
            whole.addAll(arguments());
            return GatewayProcess.start(whole, port);
        }

        private List<String> arguments() {
            properties.putIfAbsent("latchkey.data-dir", temporaryFolder("latchkey-data"));
            properties.putIfAbsent("latchkey.routes", routeFolder());
            properties.putIfAbsent("latchkey.external-url", "http://localhost:" + port);
            // It calls the stand-in and itself, whose calls tests count.
            properties.putIfAbsent("latchkey.self-check", false);
            properties.put("server.port", port);
            properties.putIfAbsent("latchkey.internal.port", 0);
            List<String> arguments = new ArrayList<>();
            properties.forEach((name, value) -> arguments.add("--" + name + "=" + value));
            return arguments;
        }

        private void replaceBeans(ConfigurableApplicationContext context) {
            GenericApplicationContext beans = (GenericApplicationContext) context;
            beans.registerBean(READER_OF_CLASSES, MetadataReaderFactory.class, () -> CLASSES);
            beans.registerBean("reactorResourceFactory", ReactorResourceFactory.class, KeptResources::new);
            listeners.forEach(context::addApplicationListener);
            this.beans.forEach(more -> more.accept(beans));
            if (clock != null) {
                beans.registerBean("clock", Clock.class, () -> clock);
            }
        }

        private Path routeFolder() {
            Path folder = temporaryFolder("latchkey-routes");
            routes.forEach((id, yaml) -> write(folder.resolve(id + ".yaml"), yaml));
            return folder;
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporaryFolder(String name) {
        try {
            Path folder = Files.createTempDirectory(name);
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A port that was free a moment ago, below those that the system hands out to every connection. */
    public static int freePort() {
        while (true) {
            int candidate = OWN_PORTS + Math.floorMod(NEXT_PORT.getAndIncrement(), PORTS);
            try (ServerSocket socket = new ServerSocket(candidate)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Taken: try another.
            }
        }
    }
}
