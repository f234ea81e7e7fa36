package dev.latchkey.gateway.bench;

import dev.latchkey.gateway.GatewayApplication;
import dev.latchkey.gateway.testing.GatewayProcess;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** Starts the proxies, as they would run with one core, and ends them. */
final class Contestants implements AutoCloseable {

    private static final int MOST_COMPLAINTS = 10;

    private final GitHubStub github;
    private final RedisServer redis;
    private final Backend backend;
    private final List<Contestant> running = new ArrayList<>();
    private final Deque<Runnable> toClose = new ArrayDeque<>();

    Contestants(GitHubStub github, RedisServer redis, Backend backend) {
        this.github = github;
        this.redis = redis;
        this.backend = backend;
    }

    /** What is known of a proxy once it answers. */
    record Started(long pid, int port, String cookie) {}

    @FunctionalInterface
    interface Start {
        Started run() throws IOException;
    }

    void add(String name, Start start) throws IOException {
        System.out.println("starting " + name);
        Started started = start.run();
        running.add(new Contestant(name, started.pid(), started.port(), started.cookie()));
    }

    List<Contestant> all() {
        return List.copyOf(running);
    }

    Started nginx() throws IOException {
        int port = TestGateway.freePort();
        Path configuration = LoadFiles.filled("proxy.conf", Map.of("port", port, "open", backend.openPort()));
        return proxy(List.of("nginx", "-e", "stderr", "-c", configuration.toString()), port);
    }

    Started plainHop() throws IOException {
        int port = TestGateway.freePort();
        List<String> command = new ArrayList<>(java());
        command.addAll(List.of("-cp", classPathWithoutOurs(), PlainHop.class.getName()));
        command.addAll(List.of(Integer.toString(port), backend.openUrl()));
        return proxy(command, port);
    }

    /** The gateway with octocat signed in; from that folder of classes, or if empty as it stands here. */
    Started latchkey(boolean inRedis, String classes) {
        TestGateway.Builder builder = app();
        return latchkey(inRedis ? builder.on(redis) : builder, classes);
    }

    /** The same with GitHub's API below {@code /github}. */
    Started latchkeyBeforeGitHub() {
        return latchkey(app().route("github", "path: /github/**", "to: builtin:github-api", "allow: [signed-in]"), "");
    }

    private TestGateway.Builder app() {
        return TestGateway.signingInAt(github).route("app", "to: " + backend.identifiedUrl(), "allow: [signed-in]");
    }

    private Started latchkey(TestGateway.Builder builder, String classes) {
        List<String> command = new ArrayList<>(onEitherCore());
        command.addAll(java());
        String ours = classes.isEmpty() ? "" : classes + File.pathSeparator;
        command.addAll(
                List.of("-cp", ours + System.getProperty("java.class.path"), GatewayApplication.class.getName()));
        GatewayProcess gateway = builder.startBy(command);
        toClose.push(() -> end(gateway));
        HttpPerson octocat = gateway.stranger();
        octocat.signIn(github, "octocat", "/item");
        return new Started(gateway.pid(), gateway.port(), octocat.cookie("latchkey"));
    }

    /** What it complained about is worth knowing, most of all after a run that failed. */
    private static void end(GatewayProcess gateway) {
        gateway.log().stream()
                .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .limit(MOST_COMPLAINTS)
                .forEach(System.out::println);
        gateway.close();
    }

    /** The same jars; the gateway's own classes would take part in any Spring Boot application they are beside. */
    private static String classPathWithoutOurs() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("target/classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private Started proxy(List<String> command, int port) throws IOException {
        List<String> pinned = new ArrayList<>(onEitherCore());
        pinned.addAll(command);
        Process process = new ProcessBuilder(pinned)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        toClose.push(process::destroy);
        awaitAnswer(process, port);
        return new Started(process.pid(), port, "x".repeat(68));
    }

    private static void awaitAnswer(Process process, int port) {
        HttpPerson asking = HttpPerson.at("http://127.0.0.1:" + port);
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> !process.isAlive() || asking.get("/item").statusCode() == 200);
        if (!process.isAlive()) {
            throw new IllegalStateException("It ended before it answered");
        }
    }

    private static List<String> onEitherCore() {
        return List.of("taskset", "-c", "0,1");
    }

    private static List<String> java() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return List.of(java, "-XX:ActiveProcessorCount=1", "-Xms512m", "-Xmx512m");
    }

    @Override
    public void close() {
        while (!toClose.isEmpty()) {
            toClose.pop().run();
        }
    }
}
