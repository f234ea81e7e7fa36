package dev.latchkey.gateway.actions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActionsRuleTest {

    private static ActionsJob job(String repository, String ref, String environment, String event) {
        return new ActionsJob(
                "repo:" + repository + ":ref:" + ref,
                repository,
                "2",
                "1",
                ref,
                environment,
                event,
                null,
                null,
                null,
                null,
                null,
                null,
                Instant.MAX);
    }

    @ParameterizedTest
    @CsvSource({
        "acme/wiki, true",
        "Acme/WIKI, true",
        "acme/wiki@refs/heads/main, true",
        "acme/wiki@refs/heads/*, true",
        "acme/*@refs/heads/main, true",
        "acme/wi*, true",
        "acme@1/wiki@2, true",
        "acme@1/renamed@2@refs/heads/main, true",
        "acme/wiki:environment:prod, true",
        "acme/wiki:environment:pr*, true",
        "acme/wik, false",
        "acme/wikis, false",
        "acm/wiki, false",
        "acme/wiki@refs/heads/mai, false",
        "acme/wiki@refs/heads/main2, false",
        "acme/wiki@refs/tags/*, false",
        "acme@1/wiki@3, false",
        "acme@2/wiki@2, false",
        "acme/wiki:environment:test, false",
        "acme/wiki:environment:PROD, false",
        "acme/wiki:pull_request, false"
    })
    void meansTheJobsThatItSays(String rule, boolean matches) {
        assertThat(ActionsRule.parse(rule).matches(job("acme/wiki", "refs/heads/main", "prod", "push")))
                .isEqualTo(matches);
    }

    @Test
    void letsInWhatAStrangerCanStartOnlyByTheFormThatSaysSo() {
        ActionsJob pull = job("acme/wiki", "refs/pull/1/merge", null, "pull_request");
        ActionsJob target = job("acme/wiki", "refs/heads/main", "prod", "pull_request_target");
        assertThat(ActionsRule.parse("acme/wiki:pull_request").matches(pull)).isTrue();
        assertThat(ActionsRule.parse("acme/wiki").matches(pull)).isFalse();
        assertThat(ActionsRule.parse("acme/wiki@refs/pull/*").matches(pull)).isFalse();
        for (String rule : new String[] {
            "acme/wiki", "acme/wiki@refs/heads/main", "acme/wiki:environment:prod", "acme/wiki:pull_request"
        }) {
            assertThat(ActionsRule.parse(rule).matches(target)).as(rule).isFalse();
        }
    }

    @Test
    void meansNoJobThatLacksWhatItAsksFor() {
        ActionsJob bare = job("acme/wiki", null, null, "push");
        assertThat(ActionsRule.parse("acme/wiki").matches(bare)).isTrue();
        assertThat(ActionsRule.parse("acme/wiki@refs/heads/*").matches(bare)).isFalse();
        assertThat(ActionsRule.parse("acme/wiki:environment:*").matches(bare)).isFalse();
        assertThat(ActionsRule.parse("acme/wiki").matches(job("acme/wiki", "refs/heads/main", null, null)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "acme",
                "*/*",
                "*/wiki",
                "ac*/wiki",
                "acme/",
                "/wiki",
                "acme/wiki/more",
                "acme/wiki@main",
                "acme/wiki@",
                "acme/wiki:environment:",
                "acme/wiki:environment",
                "acme/wiki:push",
                "acme/wiki:pull_request_target",
                "acme@1/wiki",
                "acme/wiki@2",
                "acme/wiki@refs/heads/main:environment:prod",
                "acme /wiki"
            })
    void refusesARuleThatCouldMeanAnything(String rule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ActionsRule.parse(rule))
                .withMessageContaining("'" + rule + "'");
    }
}
