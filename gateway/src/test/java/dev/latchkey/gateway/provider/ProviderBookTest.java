package dev.latchkey.gateway.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.keys.Unsealable;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept of providers, and of those that are gone. */
class ProviderBookTest {

    private static final KeyRing KEYS = ring("3Jd8nQ1xk2c5m7p9r0t2v4w6y8A0C2E4G6I8K0M2O4Q=");

    private static KeyRing ring(String... keys) {
        return KeyRing.of(List.of(keys).stream().map(Secret::of).toList(), Clock.systemUTC());
    }

    private static Provider provider(String id, String name, String issuer) {
        return provider(id, name, new Endpoints(issuer, issuer + "/a", issuer + "/t", null, issuer + "/k", null, true));
    }

    private static Provider provider(String id, String name, Endpoints endpoints) {
        return new Provider(
                id,
                name,
                "Label",
                ProviderKind.OIDC,
                "client",
                Secret.of("the-client-secret"),
                true,
                List.of("openid"),
                endpoints,
                ClaimNames.of(ProviderKind.OIDC),
                List.of(),
                1);
    }

    @Test
    void isReadAsItWasWritten() {
        ProviderBook book = ProviderBook.EMPTY
                .with(provider("corp", "renamed", "https://a.example"))
                .with(provider("other", "other", "https://b.example"))
                .leaving("other");
        ProviderBook read = ProviderBook.open(KEYS, book.seal(KEYS));
        assertThat(read).isEqualTo(book);
        assertThat(read.active()).containsExactly(provider("corp", "renamed", "https://a.example"));
        assertThat(read.named("other")).isEmpty();
        assertThat(read.leavingAs("other")).isPresent();
    }

    private static Provider at(String token, String keys, String revocation) {
        String issuer = "https://a.example";
        return provider("corp", "corp", new Endpoints(issuer, issuer + "/a", token, null, keys, revocation, true));
    }

    @Test
    void takesThoseForTheSameWhoAreTrustedByTheSameHosts() {
        String here = "https://a.example";
        String elsewhere = "https://b.example";
        Provider corp = at(here + "/t", here + "/k", here + "/r");
        assertThat(corp.hasPeopleOf(at(here + ":443/other", here + "/keys", "https://A.example/r")))
                .isTrue();
        assertThat(corp.hasPeopleOf(at(elsewhere + "/t", here + "/k", here + "/r")))
                .isFalse();
        assertThat(corp.hasPeopleOf(at(here + "/t", elsewhere + "/k", here + "/r")))
                .isFalse();
        assertThat(corp.hasPeopleOf(at(here + "/t", here + "/k", elsewhere + "/r")))
                .isFalse();
        assertThat(corp.hasPeopleOf(at(here + "/t", here + "/k", here + ":8443/r")))
                .isFalse();
    }

    @Test
    void showsNothingWithoutTheKey() {
        ProviderBook book = ProviderBook.EMPTY.with(provider("corp", "corp", "https://a.example"));
        byte[] sealed = book.seal(KEYS);
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("secret", "corp");
        assertThat(book.toString() + book.entries()).doesNotContain("the-client-secret");
        KeyRing another = ring("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        assertThatThrownBy(() -> ProviderBook.open(another, sealed)).isInstanceOf(Unsealable.class);
        KeyRing both =
                ring("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "3Jd8nQ1xk2c5m7p9r0t2v4w6y8A0C2E4G6I8K0M2O4Q=");
        assertThat(ProviderBook.open(both, sealed)).isEqualTo(book);
    }

    @Test
    void givesAnIdOnlyToThoseItStoodForOrToNobodyYet() {
        Provider corp = provider("corp", "corp", "https://a.example");
        Provider elsewhere = provider("corp", "corp", "https://b.example");
        ProviderBook gone = ProviderBook.EMPTY.with(corp).without(corp);
        assertThat(gone.idFor("corp", corp.source())).isEqualTo("corp");
        assertThat(gone.idFor("corp", elsewhere.source())).isEqualTo("corp-2");
        assertThat(gone.with(corp).idFor("corp", corp.source())).isEqualTo("corp-2");
        assertThat(ProviderBook.open(KEYS, gone.seal(KEYS)).idFor("corp", elsewhere.source()))
                .isEqualTo("corp-2");
    }
}
