package dev.latchkey.gateway.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.testing.StoredForms;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Providers that were added while an earlier version ran are those of this one; {@link StoredForms} tells how files are added. */
class StoredProviderFormsTest {

    private static final String PLAIN = "provider-book.txt";
    private static final String WITH_DOMAINS = "provider-book-domains.txt";

    static Stream<StoredForms> versions() {
        return StoredForms.ofVersionsWith(PLAIN);
    }

    private static Provider corp(List<String> emailDomains) {
        return new Provider(
                "corp",
                "staff",
                "Corp & Co",
                ProviderKind.OIDC,
                "client-1",
                Secret.of("s3cret \"of\" corp"),
                true,
                List.of("openid", "email"),
                new Endpoints(
                        "https://corp.example",
                        "https://corp.example/a?b=c",
                        "https://corp.example/t",
                        "https://corp.example/u",
                        "https://corp.example/k",
                        "https://corp.example/r",
                        true),
                new ClaimNames("sub", "nick", null, "mail", "mail_ok", null),
                emailDomains,
                7);
    }

    private static ProviderBook book(List<String> emailDomains) {
        Provider forge = new Provider(
                "forge",
                "forge",
                "forge",
                ProviderKind.OAUTH2,
                "client-2",
                Secret.of("another"),
                false,
                List.of("read"),
                new Endpoints(
                        null,
                        "https://forge.example/a",
                        "https://forge.example/t",
                        "https://forge.example/u",
                        null,
                        null,
                        false),
                ClaimNames.of(ProviderKind.OAUTH2),
                List.of(),
                1);
        return new ProviderBook(
                1,
                9,
                List.of(ProviderBook.Entry.of(corp(emailDomains)), ProviderBook.Entry.of(forge)),
                List.of("forge"),
                Map.of("old", "https://old.example by sub at https://old.example"));
    }

    private static final List<String> DOMAINS = List.of("acme.example", "*.acme.example");

    @ParameterizedTest
    @MethodSource("versions")
    void areRead(StoredForms stored) {
        ProviderBook plain = ProviderBook.open(stored.keys(), stored.bytes(PLAIN));
        assertThat(plain).isEqualTo(book(List.of()));
        assertThat(plain.active()).containsExactly(corp(List.of()));
        assertThat(ProviderBook.open(stored.keys(), stored.bytes(WITH_DOMAINS))).isEqualTo(book(DOMAINS));
    }

    @Test
    @EnabledIfSystemProperty(named = StoredForms.WRITE, matches = "[0-9]+")
    void areWrittenForANewVersion() {
        StoredForms stored = StoredForms.toBeWritten();
        stored.write(PLAIN, book(List.of()).seal(stored.keys()));
        stored.write(WITH_DOMAINS, book(DOMAINS).seal(stored.keys()));
    }
}
