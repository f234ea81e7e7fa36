package dev.latchkey.gateway.bench;

import com.sun.management.ThreadMXBean;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.TestClock;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.vault.TokenVault;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;

/**
 * What a token that is near at hand costs a request: CPU time of the calling thread for each {@link TokenVault#fresh}, and
 * what it leaves for the garbage collector. {@code gateway/src/test/load/vault-bench} starts it.
 */
final class VaultBench {

    private static final int PEOPLE = 50_000;
    private static final int CALLS = 2_000_000;
    private static final double GOAL_MICROS = 5;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final TokenVault vault;
    private final List<PersonId> people;
    private long received;

    private VaultBench(TokenVault vault, List<PersonId> people) {
        this.vault = vault;
        this.people = people;
    }

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        int warm = args.length > 1 ? Integer.parseInt(args[1]) : 30;
        // Time stands still, or what is near would have to be read again each half minute.
        TestClock clock = TestClock.now();
        try (GitHubStub github = GitHubStub.start();
                TestGateway gateway =
                        TestGateway.signingInAt(github).clock(clock).start()) {
            VaultBench bench = new VaultBench(gateway.bean(TokenVault.class), people());
            bench.keepTokens(clock.instant());
            bench.bringNear();
            bench.measure(rounds, Duration.ofSeconds(warm));
        }
        System.exit(0);
    }

    private static List<PersonId> people() {
        return IntStream.range(0, PEOPLE)
                .mapToObj(i -> new PersonId("github", Integer.toString(1_000_000 + i)))
                .toList();
    }

    private void keepTokens(Instant now) {
        Instant end = now.plus(Duration.ofDays(1));
        Flux.fromIterable(people)
                .flatMap(person -> vault.keep(person, token(person, now), end), 256)
                .blockLast();
    }

    private static ProviderToken token(PersonId person, Instant now) {
        return new ProviderToken(
                new AccessToken(Secret.of("ghu_" + person.subject().repeat(5))),
                now.plus(Duration.ofHours(8)),
                Secret.of("ghr_" + person.subject().repeat(10)),
                now.plus(Duration.ofDays(184)),
                Set.of());
    }

    private void bringNear() {
        Flux.fromIterable(people).flatMap(vault::fresh, 256).blockLast();
    }

    private void measure(int rounds, Duration warm) {
        System.out.println("warming for " + warm.toSeconds() + " s");
        long end = System.nanoTime() + warm.toNanos();
        while (System.nanoTime() < end) {
            run(1);
            run(1_000);
            run(PEOPLE);
        }
        System.out.println(System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        System.out.println("| round | one person, µs of CPU | 1,000 people | " + String.format("%,d", PEOPLE)
                + " people | bytes allocated |");
        System.out.println("|---|---|---|---|---|");
        double worst = 0;
        for (int round = 1; round <= rounds; round++) {
            double one = run(1);
            double thousand = run(1_000);
            long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
            double all = run(PEOPLE);
            double bytes = (double) (threads.getCurrentThreadAllocatedBytes() - allocatedBefore) / CALLS;
            System.out.printf("| %d | %.3f | %.3f | %.3f | %.0f |%n", round, one, thousand, all, bytes);
            worst = Math.max(worst, Math.max(one, Math.max(thousand, all)));
        }
        System.out.printf("The dearest took %.3f µs; the goal is less than %.0f.%n", worst, GOAL_MICROS);
    }

    /** Microseconds of this thread's CPU time for each call, which is answered before it returns. */
    private double run(int persons) {
        long answersBefore = received;
        long before = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < CALLS; i++) {
            vault.fresh(people.get(i % persons)).subscribe(token -> received++);
        }
        long spent = threads.getCurrentThreadCpuTime() - before;
        if (received - answersBefore != CALLS) {
            throw new IllegalStateException("Not every token was near: " + (received - answersBefore));
        }
        return spent / 1_000.0 / CALLS;
    }
}
