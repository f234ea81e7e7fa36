package dev.latchkey.gateway.bench;

import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** nginx as the app: answers a kilobyte to everybody on one port, and on another only to whoever brings an identity. */
final class Backend implements AutoCloseable {

    /** From nginx's status page: connections accepted, connections handled, requests. */
    private static final Pattern REQUESTS = Pattern.compile("\\s(\\d+) (\\d+) (\\d+)\\s");

    private final Process process;
    private final int open;
    private final int identified;
    private final int status;

    private Backend(Process process, int open, int identified, int status) {
        this.process = process;
        this.open = open;
        this.identified = identified;
        this.status = status;
    }

    static Backend start() throws IOException {
        int open = TestGateway.freePort();
        int identified = TestGateway.freePort();
        int status = TestGateway.freePort();
        Map<String, Object> values =
                Map.of("open", open, "identified", identified, "status", status, "body", "x".repeat(1024));
        Process process = nginx(LoadFiles.filled("backend.conf", values).toString());
        return new Backend(process, open, identified, status);
    }

    private static Process nginx(String configuration) throws IOException {
        return new ProcessBuilder("nginx", "-e", "stderr", "-c", configuration)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    int openPort() {
        return open;
    }

    String openUrl() {
        return "http://127.0.0.1:" + open;
    }

    String identifiedUrl() {
        return "http://127.0.0.1:" + identified;
    }

    /** How many requests have come so far, on all ports. */
    long requestsHeard() {
        String page = HttpPerson.at("http://127.0.0.1:" + status).get("/").body();
        Matcher counts = REQUESTS.matcher(page);
        if (!counts.find()) {
            throw new IllegalStateException(page);
        }
        return Long.parseLong(counts.group(3));
    }

    @Override
    public void close() {
        process.destroy();
    }
}
