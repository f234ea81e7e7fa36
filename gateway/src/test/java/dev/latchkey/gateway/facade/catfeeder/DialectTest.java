package dev.latchkey.gateway.facade.catfeeder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.TokenRefused;
import io.netty.handler.timeout.ReadTimeoutException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Cat Feeder's clients read of the gateway's problems. */
class DialectTest {

    private static Answer of(Throwable failure) {
        return Dialect.failure(failure, "oauth_callback", false);
    }

    @Test
    void tellsAProviderThatIsDownFromOneThatTakesTooLong() {
        Problem failed = Problem.of(ProblemCode.PROVIDER_FAILED);
        assertThat(of(failed.causedBy(TokenRefused.notSent(new ConnectException())))
                        .status())
                .isEqualTo(502);
        assertThat(of(failed.causedBy(TokenRefused.notSent(new RuntimeException(ReadTimeoutException.INSTANCE))))
                        .status())
                .isEqualTo(504);
    }

    @Test
    void tellsNothingOfWhatNobodyForesaw() {
        Answer answer = of(new IllegalStateException("with a secret in it"));
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body().toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @EnumSource(ProblemCode.class)
    void putsEveryProblemIntoTheEnvelope(ProblemCode code) {
        Answer answer = of(Problem.of(code));
        assertThat(answer.status()).isBetween(400, 504);
        assertThat(answer.body().keySet()).containsExactly("title", "msg", "error", "logged in");
    }
}
