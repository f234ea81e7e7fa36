package dev.latchkey.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.testing.StoredForms;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Signing keys that earlier versions sealed and stored sign on; {@link StoredForms} tells how files are added. */
class StoredSigningKeyFormsTest {

    private static final Instant MADE = Instant.parse("2026-11-21T08:00:00Z");
    private static final Instant FAR = Instant.parse("2999-01-01T00:00:00Z");
    private static final String RECORD = "signing-keys.txt";
    private static final String KIDS = "signing-keys-kids.txt";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("dev.latchkey.gateway.testing.StoredForms#ofAllVersions")
    void signOn(StoredForms stored) throws ParseException {
        Clock clock = Clock.fixed(MADE.plus(Duration.ofHours(1)), ZoneOffset.UTC);
        try (EmbeddedStore store = new EmbeddedStore(folder, Clock.systemUTC())) {
            store.write("signing-keys", stored.bytes(RECORD), FAR);
            try (SigningKeys keys = new SigningKeys(store, stored.keys(), clock)) {
                keys.refresh().block(Duration.ofMinutes(1));

                ECKey current = keys.current().key();
                assertThat(current.isPrivate()).isTrue();
                assertThat(stored.text(KIDS)).startsWith(current.getKeyID() + " ");
                assertThat(kids(JWKSet.parse(keys.jwks()))).isEqualTo(stored.text(KIDS));
            }
        }
    }

    @Test
    @EnabledIfSystemProperty(named = StoredForms.WRITE, matches = "[0-9]+")
    void areWrittenForANewVersion() throws ParseException {
        StoredForms stored = StoredForms.toBeWritten();
        Clock clock = Clock.fixed(MADE, ZoneOffset.UTC);
        try (EmbeddedStore store = new EmbeddedStore(folder, Clock.systemUTC());
                SigningKeys keys = new SigningKeys(store, stored.keys(), clock)) {
            keys.refresh().block(Duration.ofMinutes(1));
            stored.write(RECORD, store.read("signing-keys"));
            stored.write(KIDS, kids(JWKSet.parse(keys.jwks())));
        }
    }

    /** In the order in which they sign. */
    private static String kids(JWKSet keys) {
        return String.join(
                " ", keys.getKeys().stream().map(key -> key.getKeyID()).toList());
    }
}
