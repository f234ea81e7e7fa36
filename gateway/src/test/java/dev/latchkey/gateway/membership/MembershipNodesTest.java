package dev.latchkey.gateway.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.RedisServer;
import dev.latchkey.gateway.testing.StubPerson;
import dev.latchkey.gateway.testing.TestGateway;
import dev.latchkey.gateway.vault.TokenVault;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What one node was told, all believe. */
class MembershipNodesTest {

    private static final Claim ACME = new Claim.Organization("acme");

    @Test
    void nodesShareAnswersAndWhatEndsThem() {
        try (GitHubStub github = GitHubStub.start();
                RedisServer redis = RedisServer.embedded();
                TestGateway first = node(github, redis);
                TestGateway second = node(github, redis)) {
            StubPerson mona = github.person("mona").orgs("acme");
            PersonId id = new PersonId("github", Long.toString(mona.id()));
            String token = github.tokenFor("mona", "read:org").value();
            first.bean(TokenVault.class)
                    .keep(
                            id,
                            new ProviderToken(new AccessToken(Secret.of(token)), null, null, null, Set.of("read:org")),
                            Instant.now().plusSeconds(600))
                    .block();
            github.forgetCalls();
            Memberships there = second.bean(Memberships.class);
            assertThat(first.bean(Memberships.class).ask(id, ACME).block()).isEqualTo(new Standing.Holds());
            assertThat(there.ask(id, ACME).block()).isEqualTo(new Standing.Holds());
            assertThat(github.calls().by("mona").count()).isEqualTo(1);
            assertThat(redis.dump()).doesNotContain("acme");

            mona.leaves("acme");
            String payload = github.organizationMemberRemoved("acme", "mona").payload();
            first.bean(Memberships.class)
                    .heard("organization", JsonMapper.shared().readTree(payload))
                    .block();
            MembershipsTest.await(() -> there.near(id, ACME) == null);
            assertThat(there.ask(id, ACME).block()).isEqualTo(new Standing.HoldsNot());

            try (TestGateway third = node(github, redis)) {
                assertThat(third.bean(Memberships.class).ask(id, ACME).block()).isEqualTo(new Standing.HoldsNot());
            }
        }
    }

    private static TestGateway node(GitHubStub github, RedisServer redis) {
        return TestGateway.signingInAt(github)
                .app("http://127.0.0.1:1")
                .on(redis)
                .start();
    }
}
