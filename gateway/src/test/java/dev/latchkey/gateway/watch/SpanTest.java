package dev.latchkey.gateway.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class SpanTest {

    private final List<String> told = new ArrayList<>();

    private final class Told implements Span {

        private final String path;

        Told(String path) {
            this.path = path;
            told.add("begin " + path);
        }

        @Override
        public Span child(String name) {
            return new Told(path + '/' + name);
        }

        @Override
        public Span call(String name) {
            return child(name);
        }

        @Override
        public Span with(String name, String value) {
            return this;
        }

        @Override
        public Span with(String name, long value) {
            return this;
        }

        @Override
        public Span named(String name) {
            return this;
        }

        @Override
        public void failed(Throwable failure) {
            told.add("failed " + path);
        }

        @Override
        public void end() {
            told.add("end " + path);
        }

        @Override
        public String traceId() {
            return "";
        }

        @Override
        public String traceParent() {
            return "";
        }
    }

    @Test
    void workWithinWorkHangsOnIt() {
        Mono<String> refresh = Span.around("refresh", Mono.just("token"));
        Mono<String> policy = Span.around("policy", refresh);
        StepVerifier.create(policy.contextWrite(context -> context.put(Span.class, new Told("request"))))
                .expectNext("token")
                .verifyComplete();
        assertThat(told)
                .startsWith("begin request", "begin request/policy", "begin request/policy/refresh")
                .contains("end request/policy/refresh", "end request/policy")
                .doesNotContain("end request");
    }

    @Test
    void aFailureIsToldAndGoesOn() {
        StepVerifier.create(Span.around("load", Mono.error(new IllegalStateException("meant for a test")))
                        .contextWrite(context -> context.put(Span.class, new Told("request"))))
                .verifyError(IllegalStateException.class);
        assertThat(told)
                .containsExactly("begin request", "begin request/load", "failed request/load", "end request/load");
    }

    @Test
    void withoutARequestNothingIsTraced() {
        StepVerifier.create(Span.around("load", Mono.just(1))).expectNext(1).verifyComplete();
        assertThat(told).isEmpty();
    }
}
