package dev.latchkey.gateway.bench;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.session.BrowserSession.Origin;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.vault.TokenVault;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.h2.mvstore.MVStoreTool;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What the stores need for people who are signed in: as many as asked for, each with one session and one token as GitHub
 * Apps hand them out, begun by the very beans that a sign-in uses. {@code gateway/src/test/load/people} starts it.
 */
final class People {

    private static final int AT_ONCE = 256;
    private static final String ENDS = "latchkey:session-ends";
    private static final String AGENT =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    private static final String TOKEN_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private final int count;
    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(1);

    private People(int count) {
        this.count = count;
    }

    public static void main(String[] args) throws IOException {
        People people = new People(args.length > 0 ? Integer.parseInt(args[0]) : 100_000);
        try (GitHubStub github = GitHubStub.start()) {
            people.inFile(github);
            people.inRedis(github);
        }
        System.exit(0);
    }

    private void inFile(GitHubStub github) throws IOException {
        Path folder = Files.createTempDirectory("latchkey-people");
        Path file = folder.resolve("latchkey.mv");
        long grown;
        long started = System.nanoTime();
        try (TestGateway gateway =
                TestGateway.signingInAt(github).dataIn(folder).start()) {
            long before = Files.size(file);
            signInAll(gateway);
            grown = Files.size(file) - before;
        }
        System.out.printf(
                "Embedded store, written in %d s%n",
                Duration.ofNanos(System.nanoTime() - started).toSeconds());
        print("The file after all that writing", grown, "with room that is used again from then on");
        Path packed = folder.resolve("packed.mv");
        MVStoreTool.compact(file.toString(), packed.toString(), false);
        print("The file, packed", Files.size(packed), "what the records themselves take");
    }

    private void inRedis(GitHubStub github) throws IOException {
        try (RedisServer redis = RedisServer.isAvailable() ? RedisServer.debian() : RedisServer.embedded();
                TestGateway gateway = TestGateway.signingInAt(github).on(redis).start()) {
            RedisClient client = RedisClient.create(RedisURI.builder()
                    .withHost(redis.host())
                    .withPort(redis.port())
                    .withTimeout(Duration.ofMinutes(5))
                    .build());
            RedisCommands<String, String> commands = client.connect().sync();
            System.out.println("Redis " + info(commands, "server", "redis_version"));
            long before = Long.parseLong(info(commands, "memory", "used_memory_dataset"));
            long usedBefore = Long.parseLong(info(commands, "memory", "used_memory"));
            long started = System.nanoTime();
            signInAll(gateway);
            System.out.printf(
                    "  written in %d s%n",
                    Duration.ofNanos(System.nanoTime() - started).toSeconds());
            print(
                    "Redis, used_memory",
                    Long.parseLong(info(commands, "memory", "used_memory")) - usedBefore,
                    "records, their names, ends and the tables of both");
            print(
                    "Redis, used_memory_dataset",
                    Long.parseLong(info(commands, "memory", "used_memory_dataset")) - before,
                    "without Redis's own overhead");
            commands.save();
            Path dump = Path.of(commands.configGet("dir").get("dir"), "dump.rdb");
            print("Redis, dump.rdb", Files.size(dump), "what a snapshot takes on disk");
            printKinds(commands);
            client.shutdown(0, 2, TimeUnit.SECONDS);
        }
    }

    private void signInAll(TestGateway gateway) {
        Sessions sessions = gateway.bean(Sessions.class);
        TokenVault vault = gateway.bean(TokenVault.class);
        Flux.range(0, count)
                .flatMap(i -> signIn(sessions, vault, i), AT_ONCE)
                .then()
                .block();
    }

    /** As {@code login} does it. */
    private Mono<Void> signIn(Sessions sessions, TokenVault vault, int number) {
        Person person = person(number);
        Origin origin = new Origin("203.0.113." + number % 256, AGENT);
        return sessions.start(person, origin)
                .flatMap(started -> vault.keep(person.id(), token(), sessions.endOf(started.session())));
    }

    private static Person person(int number) {
        int id = 10_000_000 + number * 37;
        String login = "developer-" + number;
        return new Person(
                new PersonId("github", Integer.toString(id)),
                login,
                "Dana Developer " + number,
                login + "@company.example",
                true,
                "https://avatars.githubusercontent.com/u/" + id + "?v=4");
    }

    private ProviderToken token() {
        Instant now = Instant.now();
        return new ProviderToken(
                new AccessToken(Secret.of("ghu_" + letters(36))),
                now.plus(Duration.ofHours(8)),
                Secret.of("ghr_" + letters(76)),
                now.plus(Duration.ofDays(184)),
                Set.of());
    }

    private synchronized String letters(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(TOKEN_LETTERS.charAt(random.nextInt(TOKEN_LETTERS.length())));
        }
        return text.toString();
    }

    private void print(String what, long bytes, String remark) {
        double each = (double) bytes / count;
        System.out.printf(
                "%-36s %,14d bytes for %,d people: %,.0f a person, %,.0f MiB for a million (%s)%n",
                what, bytes, count, each, each * 1_000_000 / (1 << 20), remark);
    }

    /** By kind of record, from a sample: the size of each with its name, as Redis itself counts it. */
    private void printKinds(RedisCommands<String, String> commands) {
        Map<String, long[]> kinds = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            String key = commands.randomkey();
            Long bytes = commands.memoryUsage(key);
            if (bytes != null) {
                long[] sum = kinds.computeIfAbsent(kindOf(key), kind -> new long[2]);
                sum[0]++;
                sum[1] += bytes;
            }
        }
        kinds.keySet().removeIf(kind -> !kind.startsWith("latchkey:session") && !kind.equals("latchkey:token"));
        kinds.remove(ENDS);
        kinds.forEach((kind, sum) ->
                System.out.printf("  %-28s %,8d bytes each, by MEMORY USAGE of %,d%n", kind, sum[1] / sum[0], sum[0]));
        System.out.printf("  %-28s %,8.0f bytes a person%n", ENDS, (double) commands.memoryUsage(ENDS) / count);
    }

    private static String kindOf(String key) {
        int second = key.indexOf(':', key.indexOf(':') + 1);
        return second < 0 ? key : key.substring(0, second);
    }

    private static String info(RedisCommands<String, String> commands, String section, String field) {
        return commands.info(section)
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElseThrow();
    }
}
