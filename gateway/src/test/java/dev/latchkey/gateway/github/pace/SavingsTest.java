package dev.latchkey.gateway.github.pace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class SavingsTest {

    private static final Instant END = Instant.parse("2026-01-01T01:00:00Z");

    private @Nullable QuotaView core = new QuotaView(5_000, 4_990, 10, END, "core");
    private final Savings savings = new Savings(new Pacer() {
        @Override
        public Mono<Slot> enter(Call call) {
            throw new AssertionError("nothing goes to GitHub");
        }

        @Override
        public @Nullable QuotaView quota(String principal, String resource) {
            return resource.equals("core") ? core : null;
        }
    });

    @Test
    void countsForEachPrincipalWithinTheWindow() {
        savings.add("github:1", "/user/repos");
        savings.add("github:1", "/repos/acme/wiki");
        savings.add("github:2", "/user");
        savings.add("github:1", "/search/issues");

        assertThat(savings.of("github:1", core)).isEqualTo(2);
        assertThat(savings.of("github:2", core)).isEqualTo(1);
        assertThat(savings.of("github:3", core)).isZero();
    }

    @Test
    void beginsAnewWithTheNextWindow() {
        savings.add("github:1", "/user");
        QuotaView sameTold = new QuotaView(5_000, 4_990, 10, END.plusSeconds(1), "core");
        assertThat(savings.of("github:1", sameTold)).isEqualTo(1);

        core = new QuotaView(5_000, 5_000, 0, END.plusSeconds(3_600), "core");
        assertThat(savings.of("github:1", core)).isZero();
        savings.add("github:1", "/user");
        assertThat(savings.of("github:1", core)).isEqualTo(1);
    }

    @Test
    void knowsNothingBeforeAWindowIsKnown() {
        QuotaView later = core;
        core = null;
        savings.add("github:1", "/user");
        assertThat(savings.of("github:1", later)).isZero();
    }
}
