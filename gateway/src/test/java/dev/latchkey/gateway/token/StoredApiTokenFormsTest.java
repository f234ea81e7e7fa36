package dev.latchkey.gateway.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.testing.StoredForms;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** API tokens that earlier versions stored go on working; {@link StoredForms} tells how files are added. */
class StoredApiTokenFormsTest {

    private static final ApiToken OF_MANY_WORDS = new ApiToken(
            "stored-forms-token-id",
            new Person(
                    new PersonId("github", "583231"),
                    "octocat",
                    "J\u00fcrgen \"Mona\"",
                    "mona@example.com",
                    true,
                    "https://avatars.example/u/583231"),
            "nightly <b>",
            List.of("wiki", "docs.v2"),
            Instant.ofEpochMilli(1_795_000_000_123L),
            Instant.ofEpochMilli(1_826_000_000_456L),
            null);
    private static final ApiToken OF_FEW_WORDS = new ApiToken(
            "stored-forms-token-id-2",
            new Person(new PersonId("github", "1"), "mojombo", null, null, false, null),
            "x",
            List.of(ApiToken.EVERY_ROUTE),
            Instant.EPOCH,
            Instant.ofEpochMilli(4_000_000_000_000L),
            null);

    @ParameterizedTest
    @MethodSource("dev.latchkey.gateway.testing.StoredForms#ofAllVersions")
    void areRead(StoredForms stored) {
        assertThat(ApiTokenRecord.open(OF_MANY_WORDS.id(), stored.bytes("api-token.txt"), stored.keys()))
                .isEqualTo(OF_MANY_WORDS);
        assertThat(ApiTokenRecord.open(OF_FEW_WORDS.id(), stored.bytes("api-token-plain.txt"), stored.keys()))
                .isEqualTo(OF_FEW_WORDS);
    }

    @Test
    @EnabledIfSystemProperty(named = StoredForms.WRITE, matches = "[0-9]+")
    void areWrittenForANewVersion() {
        StoredForms stored = StoredForms.toBeWritten();
        stored.write("api-token.txt", ApiTokenRecord.seal(OF_MANY_WORDS, stored.keys()));
        stored.write("api-token-plain.txt", ApiTokenRecord.seal(OF_FEW_WORDS, stored.keys()));
    }
}
