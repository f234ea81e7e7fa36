package dev.latchkey.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebhookTest {

    private final GitHubStub github = GitHubStub.start();
    private final EchoBackend receiver = EchoBackend.start();
    private final URI endpoint = URI.create(receiver.url() + "/oauth2/webhooks/github");

    @AfterEach
    void stop() {
        receiver.close();
        github.close();
    }

    @Test
    void signsAsInGitHubsDocumentation() {
        github.webhook("ping", "Hello, World!")
                .signedWith("It's a Secret to Everybody")
                .deliverTo(endpoint);

        assertThat(receiver.lastRequest().header("X-Hub-Signature-256"))
                .isEqualTo("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
        assertThat(receiver.lastRequest().header("X-GitHub-Event")).isEqualTo("ping");
        assertThat(receiver.lastRequest().body()).isEqualTo("Hello, World!");
    }

    @Test
    void redeliversUnderTheSameGuid() {
        Webhook revoked = github.authorizationRevoked("octocat").signedWith("s");
        revoked.deliverTo(endpoint);
        revoked.deliverTo(endpoint);
        revoked.withNewGuid().deliverTo(endpoint);

        assertThat(receiver.requests())
                .extracting(request -> request.header("X-GitHub-Delivery").equals(revoked.guid()))
                .containsExactly(true, true, false);
    }

    @Test
    void keepsTheSignatureWhenTamperedWith() {
        Webhook revoked = github.authorizationRevoked("octocat").signedWith("s");
        revoked.deliverTo(endpoint);
        String signature = receiver.lastRequest().header("X-Hub-Signature-256");

        revoked.tampered().deliverTo(endpoint);

        assertThat(receiver.lastRequest().header("X-Hub-Signature-256")).isEqualTo(signature);
        assertThat(receiver.lastRequest().body()).isNotEqualTo(revoked.payload());
        assertThat(Json.read(receiver.lastRequest().body()).get("action").asString())
                .isEqualTo("revoked");
    }

    @Test
    void sendsFormsWhenAsked() {
        github.authorizationRevoked("octocat").asForm().signedWith("s").deliverTo(endpoint);

        assertThat(FormFields.parse(receiver.lastRequest().body()).get("payload"))
                .contains("\"action\":\"revoked\"");
    }

    @Test
    void namesWhoIsConcerned() {
        long id = github.person("octocat").id();

        assertThat(Json.read(github.authorizationRevoked("octocat").payload())
                        .at("/sender/id")
                        .asLong())
                .isEqualTo(id);
        assertThat(Json.read(github.organizationMemberRemoved("acme", "octocat").payload())
                        .at("/membership/user/id")
                        .asLong())
                .isEqualTo(id);
        assertThat(Json.read(github.teamMemberRemoved("acme/eng", "octocat").payload())
                        .at("/team/slug")
                        .asString())
                .isEqualTo("eng");
        assertThat(Json.read(github.repositoryMemberRemoved("acme/wiki", "octocat")
                                .payload())
                        .at("/repository/full_name")
                        .asString())
                .isEqualTo("acme/wiki");
    }
}
