package dev.latchkey.gateway.github.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.github.pace.Call;
import dev.latchkey.gateway.github.pace.Kind;
import dev.latchkey.gateway.github.pace.Pacer;
import dev.latchkey.gateway.github.pace.QuotaView;
import dev.latchkey.gateway.github.pace.Slot;
import dev.latchkey.gateway.installation.RepositoryName;
import dev.latchkey.gateway.session.PersonId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

class PacedTest {

    private final List<String> payers = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final TestPublisher<ByteBuf> bytes = TestPublisher.create();
    private ApiAnswer.Body body = new ApiAnswer.Bytes(new byte[0]);
    private final Paced paced = new Paced(
            new Remembering(),
            request -> Mono.fromSupplier(() -> new ApiAnswer(200, new HttpHeaders(), body, null, false)),
            time);

    private final class Remembering implements Pacer {

        @Override
        public Mono<Slot> enter(Call call) {
            payers.add(call.principal());
            return Mono.just(new Slot() {
                @Override
                public void answered(int status, HttpHeaders headers, Supplier<String> bodyStart) {
                    // Nothing is learned here.
                }

                @Override
                public void lingers() {
                    told.add("lingers");
                }

                @Override
                public void done() {
                    told.add("done");
                }
            });
        }

        @Override
        public QuotaView quota(String principal, String resource) {
            return null;
        }
    }

    private @Nullable ApiAnswer call(Principal principal) {
        return paced.call(new ApiRequest(
                        principal,
                        "app",
                        HttpMethod.GET,
                        new Target(Target.Api.REST, "/repos/acme/wiki", null),
                        new HttpHeaders(),
                        RequestBody.NONE,
                        Kind.REST,
                        Duration.ofSeconds(1),
                        Validators.NONE))
                .block();
    }

    @Test
    void repositoriesOfOneInstallationSpendOneQuota() {
        Principal wiki = new Principal.OfInstallation(new RepositoryName("acme", "wiki"), 7);
        Principal docs = new Principal.OfInstallation(new RepositoryName("acme", "docs"), 7);
        Principal other = new Principal.OfInstallation(new RepositoryName("other", "wiki"), 8);
        List.of(wiki, docs, other).forEach(this::call);
        assertThat(payers).containsExactly("installation:7", "installation:7", "installation:8");
        assertThat(wiki.toString())
                .as("what one may see, the other need not")
                .isNotEqualTo(docs.toString())
                .isEqualTo(new Principal.OfInstallation(new RepositoryName("Acme", "Wiki"), 9).toString());
    }

    @Test
    void leavesItsPlaceToOthersWhenTheAnswerComesOnlyAsFastAsItsReaderReads() {
        body = new ApiAnswer.Stream(bytes.flux(), () -> {});
        ApiAnswer answer = call(new Principal.OfApp());
        assertThat(answer).isNotNull();
        answer.flux().subscribe(ByteBuf::release);
        bytes.next(Unpooled.buffer());
        time.advanceTimeBy(Duration.ofSeconds(9));
        bytes.next(Unpooled.buffer());
        assertThat(told).isEmpty();

        // And reads nothing more for now.
        time.advanceTimeBy(Duration.ofSeconds(2));

        assertThat(told).containsExactly("lingers");
        bytes.complete();
        assertThat(told).containsExactly("lingers", "done");
    }

    @Test
    void aPersonSpendsTheirOwn() {
        Principal person = new Principal.OfPerson(new PersonId("github", "7"));
        call(person);
        assertThat(payers).containsExactly("github:7");
        assertThat(person).hasToString("github:7");
    }
}
