package dev.latchkey.gateway.github.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.github.api.ApiRequest;
import dev.latchkey.gateway.github.api.Principal;
import dev.latchkey.gateway.github.api.RequestBody;
import dev.latchkey.gateway.github.api.Target;
import dev.latchkey.gateway.github.api.Validators;
import dev.latchkey.gateway.github.pace.Kind;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.testing.TestClock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.test.publisher.TestPublisher;

/** Bodies that are long: who is given what of them, and when. What is asked of GitHub's side of the stream is the witness. */
class StreamingTest {

    private static final int PART = 100 * 1024;
    private static final int KEPT = 1024 * 1024;

    /** GitHub's answers in the order in which they were asked for, each to be filled by the test. */
    private final List<TestPublisher<ByteBuf>> answers = new ArrayList<>();

    private final TestClock clock = TestClock.now();
    private String tag = "\"one\"";
    private int length = -1;

    private final ResponseCache cache = new ResponseCache(
            new ResponseCache.Terms(
                    64 << 20,
                    KEPT,
                    Duration.ofHours(1),
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ofMinutes(5)),
            new Changes(ModelledGitHub.deafStore(), clock),
            Far.NONE,
            ModelledGitHub.carefreePacer(),
            request -> Mono.fromSupplier(this::answer),
            clock);

    private ApiAnswer answer() {
        TestPublisher<ByteBuf> body = TestPublisher.create();
        answers.add(body);
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.ETAG, tag);
        headers.set(HttpHeaders.CACHE_CONTROL, "private, max-age=60");
        if (length >= 0) {
            headers.setContentLength(length);
        }
        return new ApiAnswer(
                200,
                headers,
                new ApiAnswer.Stream(body.flux(), () -> {}),
                new ApiAnswer.Authorization("Bearer x"),
                false);
    }

    /** Somebody who reads, or holds back. */
    private static final class Client extends BaseSubscriber<ByteBuf> {

        private final StringBuilder read = new StringBuilder();
        private @Nullable ApiAnswer answer;
        private boolean complete;
        private @Nullable Throwable failure;
        private long wants;

        Client(long wants) {
            this.wants = wants;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            if (wants > 0) {
                request(wants);
            }
        }

        @Override
        protected void hookOnNext(ByteBuf part) {
            read.append(part.toString(UTF_8));
            part.release();
        }

        @Override
        protected void hookOnComplete() {
            complete = true;
        }

        @Override
        protected void hookOnError(Throwable problem) {
            failure = problem;
        }

        String outcome() {
            return answer == null ? "none" : String.valueOf(answer.headers().getFirst("X-Latchkey-Cache"));
        }

        /** How many parts, each of which is of one letter. */
        String letters() {
            StringBuilder letters = new StringBuilder();
            for (int i = 0; i < read.length(); i += PART) {
                letters.append(read.charAt(i));
            }
            return letters.toString();
        }
    }

    private Client reading(long wants) {
        return reading(HttpMethod.GET, wants, new HttpHeaders());
    }

    private Client reading(HttpMethod method, long wants, HttpHeaders headers) {
        Client client = new Client(wants);
        headers.set(HttpHeaders.ACCEPT, "application/vnd.github+json");
        cache.call(new ApiRequest(
                        new Principal.OfPerson(new PersonId("github", "1")),
                        "app",
                        method,
                        new Target(Target.Api.REST, "/repos/a/b/contents/long", null),
                        headers,
                        RequestBody.NONE,
                        Kind.REST,
                        Duration.ofSeconds(10),
                        Validators.NONE))
                .subscribe(answer -> {
                    client.answer = answer;
                    answer.flux().subscribe(client);
                });
        return client;
    }

    private Client reading() {
        return reading(Long.MAX_VALUE);
    }

    private void send(int answer, String letters) {
        for (String letter : letters.split("")) {
            answers.get(answer).next(Unpooled.wrappedBuffer(letter.repeat(PART).getBytes(UTF_8)));
        }
    }

    private void end(int answer) {
        answers.get(answer).complete();
    }

    @Test
    void givesAllWhoWaitWhatHasComeBeforeTheRestHas() {
        Client leader = reading();
        Client follower = reading();

        send(0, "ab");

        assertThat(leader.letters()).isEqualTo("ab");
        assertThat(follower.letters()).isEqualTo("ab");
        assertThat(follower.outcome()).isEqualTo("coalesced");
        assertThat(leader.complete).isFalse();
        send(0, "c");
        end(0);
        assertThat(leader.complete && follower.complete).isTrue();
        assertThat(answers).hasSize(1);
    }

    @Test
    void givesOneWhoComesLaterAllOfItFromTheBeginning() {
        reading();
        send(0, "ab");

        Client late = reading();

        assertThat(late.letters()).isEqualTo("ab");
        send(0, "c");
        end(0);
        assertThat(late.letters()).isEqualTo("abc");
        assertThat(answers).hasSize(1);
    }

    @Test
    void keepsItWhenItIsWhole() {
        reading();
        send(0, "ab");
        end(0);

        Client later = reading();

        assertThat(later.outcome()).isEqualTo("hit");
        assertThat(later.letters()).isEqualTo("ab");
        assertThat(answers).hasSize(1);
    }

    @Test
    void goesOnForTheOthersWhenWhoeverBeganLeaves() {
        Client leader = reading();
        Client follower = reading();
        send(0, "a");

        leader.cancel();
        send(0, "b");
        end(0);

        assertThat(follower.letters()).isEqualTo("ab");
        assertThat(follower.complete).isTrue();
    }

    @Test
    void readsToItsEndWhatIsToBeKeptThoughNobodyReads() {
        Client idle = reading(0);
        send(0, "abc");
        end(0);

        assertThat(idle.letters()).isEmpty();
        assertThat(reading().letters()).as("no longer GitHub's business").isEqualTo("abc");
        idle.request(Long.MAX_VALUE);
        assertThat(idle.letters()).isEqualTo("abc");
        assertThat(idle.complete).isTrue();
    }

    @Test
    void asksGitHubForNoMoreOfALongOneThanIsRead() {
        length = 100 * PART;
        Client client = reading(1);

        answers.get(0).assertMinRequested(1);
        send(0, "a");
        answers.get(0).assertMaxRequested(0);
        client.request(1);

        answers.get(0).assertMinRequested(1);
        assertThat(client.letters()).isEqualTo("a");
    }

    @Test
    void givesALongOneToAllWhoComeWhileItBegins() {
        length = 100 * PART;
        reading();
        send(0, "ab");

        Client late = reading();
        send(0, "cdef");

        assertThat(late.letters()).isEqualTo("abcdef");
        assertThat(answers).hasSize(1);
    }

    @Test
    void endsALongOneThatNobodyReadsAnyMore() {
        length = 100 * PART;
        Client one = reading();
        Client other = reading();
        send(0, "a");

        one.cancel();
        answers.get(0).assertNotCancelled();
        other.cancel();

        answers.get(0).assertCancelled();
        reading();
        assertThat(answers).as("it is not joined any more").hasSize(2);
    }

    @Test
    void letsOneWhoIsSlowFallBehindAndAskForTheRestThemselves() {
        Client fast = reading();
        Client slow = reading(1);
        send(0, "abcdefghijklmnopqrstuvwxyz");
        end(0);

        assertThat(fast.letters()).isEqualTo("abcdefghijklmnopqrstuvwxyz");
        assertThat(fast.complete).isTrue();
        assertThat(answers).hasSize(1);
        slow.request(Long.MAX_VALUE);
        assertThat(answers).hasSize(2);
        send(1, "abcdefghijklmnopqrstuvwxyz");
        end(1);

        assertThat(slow.letters()).isEqualTo("abcdefghijklmnopqrstuvwxyz");
        assertThat(slow.complete).isTrue();
    }

    @Test
    void endsTheAnswerOfOneWhoFellBehindIfItHasChangedMeanwhile() {
        reading();
        Client slow = reading(1);
        send(0, "abcdefghijklmnopqrstuvwxyz");
        end(0);
        tag = "\"two\"";

        slow.request(Long.MAX_VALUE);

        assertThat(slow.failure).isNotNull();
        assertThat(slow.letters()).isEqualTo("a");
    }

    @Test
    void asksAgainForOneWhoComesWhenTheBeginningIsGone() {
        reading();
        send(0, "abcdefghijklmnopqrstuvwxyz");

        reading();

        assertThat(answers).hasSize(2);
    }

    @Test
    void tellsAllOfAnAnswerThatBreaksOff() {
        Client leader = reading();
        Client follower = reading();
        send(0, "a");

        answers.get(0).error(new IllegalStateException("reset"));

        assertThat(leader.failure).isNotNull();
        assertThat(follower.failure).isNotNull();
        reading();
        assertThat(answers).as("nothing is kept of it").hasSize(2);
    }

    @Test
    void tellsTheLengthOfWhatAHeadAsksFor() {
        Client head = reading(HttpMethod.HEAD, Long.MAX_VALUE, new HttpHeaders());
        send(0, "ab");
        end(0);

        assertThat(head.answer).isNotNull();
        assertThat(((ApiAnswer.Bytes) head.answer.body()).bytes()).hasSize(2 * PART);
    }

    @Test
    void answersAClientThatHasItAlreadyWithNothing() {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.IF_NONE_MATCH, "W/\"one\"");
        Client client = reading(HttpMethod.GET, Long.MAX_VALUE, headers);
        send(0, "ab");
        end(0);

        assertThat(client.answer).isNotNull();
        assertThat(client.answer.status()).isEqualTo(304);
        assertThat(client.letters()).isEmpty();
    }
}
