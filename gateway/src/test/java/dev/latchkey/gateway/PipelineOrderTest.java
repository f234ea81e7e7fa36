package dev.latchkey.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.TestGateway;
import org.junit.jupiter.api.Test;

class PipelineOrderTest {

    @Test
    void everyRequestGoesThisWay() {
        try (GitHubStub github = GitHubStub.start();
                TestGateway gateway = TestGateway.signingInAt(github).start()) {
            assertThat(gateway.bean(GatewayPipeline.class).order())
                    .containsExactly(
                            "Recording",
                            "ProblemBoundary",
                            "RequestDoor",
                            "ForwardAuth",
                            "HandOffDoor",
                            "OwnEndpoints",
                            "RouteMatcher",
                            "SessionLoader",
                            "CredentialLoader",
                            "InboundLimits",
                            "AccessGate",
                            "SocketOrigin",
                            "SignedDeliveries",
                            "FreshToken",
                            "AuthAnswer",
                            "GitHubPassthrough",
                            "BuiltInStage",
                            "IdentityStamp",
                            "Resilience",
                            "Forward");
        }
    }
}
