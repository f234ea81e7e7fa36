package dev.latchkey.gateway.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.TestGateway;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A worker that asks for installation tokens as tokman's clients do. */
final class TokenWorker {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String url;
    private final String[] headers;

    private TokenWorker(String url, String... headers) {
        this.url = url;
        this.headers = headers;
    }

    /** One without credentials. */
    static TokenWorker at(TestGateway gateway) {
        return new TokenWorker("http://127.0.0.1:" + gateway.internalPort());
    }

    TokenWorker basic(String name, String password) {
        String pair = Base64.getEncoder().encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
        return authorized("Basic " + pair);
    }

    TokenWorker bearer(String token) {
        return authorized("Bearer " + token);
    }

    TokenWorker authorized(String authorization) {
        return with("Authorization", authorization);
    }

    TokenWorker with(String header, String value) {
        return new TokenWorker(url, header, value);
    }

    HttpResponse<String> ask(String repository) {
        return send("GET", "/api/" + repository);
    }

    HttpResponse<String> send(String method, String path) {
        return HttpPerson.at(url).send(method, path, null, headers);
    }

    /** The token that is handed out; fails if there is none. */
    String token(String repository) {
        HttpResponse<String> answer = ask(repository);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return tokenIn(answer);
    }

    static String tokenIn(HttpResponse<String> answer) {
        return json(answer).path("access_token").asString();
    }

    static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }

    static String error(HttpResponse<String> answer) {
        return json(answer).path("error").asString();
    }

    /** Begins to ask on a thread of its own. */
    CompletableFuture<HttpResponse<String>> begin(String repository) {
        CompletableFuture<HttpResponse<String>> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                answer.complete(ask(repository));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return answer;
    }

    /** So many at once, spread over these workers. */
    static List<HttpResponse<String>> askAtOnce(int times, String repository, TokenWorker... workers) {
        ExecutorService threads = Executors.newFixedThreadPool(times);
        try {
            List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>(IntStream.range(0, times)
                    .mapToObj(i ->
                            CompletableFuture.supplyAsync(() -> workers[i % workers.length].ask(repository), threads))
                    .toList());
            return asked.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdownNow();
        }
    }
}
