package dev.latchkey.gateway.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.keys.SealedRecords;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.testing.StoredForms;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Links that were made while an earlier version ran, and what a chat is still to be told of them, go on with this one;
 * {@link StoredForms} tells how files are added.
 */
class StoredLinkFormsTest {

    private static final String ID = "stored-forms-link";
    private static final Instant FAR = Instant.parse("9000-01-01T00:00:00Z");
    private static final Person PERSON = new Person(
            new PersonId("github", "583231"), "octocat", "J\u00fcrgen \"Mona\"", "mona@example.com", true, null);
    private static final AccountLink LINK = new AccountLink(
            "chat:42", "room <7>", PERSON, List.of("repo", "read:org"), 1_795_000_000_123L, 1_795_604_800_123L, false);
    private static final LinkEvent TOLD = LinkEvent.of("expired", LINK, LINK.end());
    private static final LinkEvent FAILED = new LinkEvent(
            "failed-x", "failed", "chat:42", "", null, null, null, null, "sign-in.declined", "2026-11-18T12:00:00Z");

    /** A file, the kind of record it holds, and the record. */
    private record Form<T>(String file, String kind, Class<T> type, T value) {

        T in(EmbeddedStore store, StoredForms stored) {
            store.put(kind + ':' + ID, stored.bytes(file), FAR).block();
            return new SealedRecords<>(store, stored.keys(), kind, type)
                    .find(ID)
                    .block()
                    .value();
        }

        void write(EmbeddedStore store, StoredForms stored) {
            new SealedRecords<>(store, stored.keys(), kind, type)
                    .put(ID, value, FAR)
                    .block();
            stored.write(file, store.get(kind + ':' + ID).block());
        }
    }

    private static final List<Form<?>> FORMS = List.of(
            new Form<>("link.txt", "link", AccountLink.class, LINK),
            new Form<>("link-over.txt", "link", AccountLink.class, LINK.ended()),
            new Form<>("link-ask.txt", "link-ask", LinkAsk.class, new LinkAsk("chat:42", "", "Go back & type <hello>")),
            new Form<>(
                    "link-token.txt",
                    "link-token",
                    AccountLinks.LinkToken.class,
                    new AccountLinks.LinkToken(
                            "id-1", "lk_text", "id-0", "api,github", PERSON.id(), LINK.madeAt(), 1_795_003_600_123L)),
            new Form<>(
                    "link-token-first.txt",
                    "link-token",
                    AccountLinks.LinkToken.class,
                    new AccountLinks.LinkToken(
                            "id-1", "lk_text", null, "api", PERSON.id(), LINK.madeAt(), 1_795_003_600_123L)),
            new Form<>("link-hook.txt", "link-hook", LinkHook.Message.class, new LinkHook.Message(TOLD, 3, false)),
            new Form<>(
                    "link-hook-taken.txt", "link-hook", LinkHook.Message.class, new LinkHook.Message(FAILED, 0, true)));

    @TempDir
    private Path folder;

    static Stream<StoredForms> versions() {
        return StoredForms.ofVersionsWith("link.txt");
    }

    @ParameterizedTest
    @MethodSource("versions")
    void areRead(StoredForms stored) {
        try (EmbeddedStore store = new EmbeddedStore(folder, Clock.systemUTC())) {
            FORMS.forEach(form ->
                    assertThat((Object) form.in(store, stored)).as(form.file()).isEqualTo(form.value()));
        }
    }

    @Test
    @EnabledIfSystemProperty(named = StoredForms.WRITE, matches = "[0-9]+")
    void areWrittenForANewVersion() {
        StoredForms stored = StoredForms.toBeWritten();
        try (EmbeddedStore store = new EmbeddedStore(folder, Clock.systemUTC())) {
            FORMS.forEach(form -> form.write(store, stored));
        }
    }
}
