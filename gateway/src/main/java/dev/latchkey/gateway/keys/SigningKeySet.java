package dev.latchkey.gateway.keys;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/**
 * The signing keys of a moment, the oldest first: any that JWTs still in use were signed with, the one that signs, and
 * the one that will.
 *
 * <p>The next key is made together with the current one. So it has been published for a whole period when its turn
 * comes, and a verifier that fetches the keys even once a day never meets one it does not know.
 */
record SigningKeySet(List<Entry> entries) {

    /** The longest life of a JWT, and as much again for slow clocks. */
    private static final Duration RETIREMENT = Duration.ofMinutes(10);

    private static final String PURPOSE = "signing-keys";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    SigningKeySet {
        entries = List.copyOf(entries);
    }

    /** A key and the instant from which it signs. */
    record Entry(SigningKey key, Instant from) {}

    /** The stored form; {@code v} is its version. */
    private record Stored(int v, List<StoredKey> keys) {}

    private record StoredKey(String jwk, long from) {}

    static SigningKeySet first(Instant now, Duration period) {
        return new SigningKeySet(List.of(new Entry(newKey(), now), new Entry(newKey(), now.plus(period))));
    }

    /** The key that signs now: the youngest whose turn has come. */
    SigningKey current(Instant now) {
        return entries.get(currentIndex(now)).key();
    }

    private int currentIndex(Instant now) {
        int current = 0;
        for (int i = 1; i < entries.size(); i++) {
            if (!entries.get(i).from().isAfter(now)) {
                current = i;
            }
        }
        return current;
    }

    /** The set as it should be now: with a next key, and without any that has retired. */
    SigningKeySet tended(Instant now, Duration period) {
        List<Entry> tended = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            boolean last = i == entries.size() - 1;
            if (last || now.isBefore(entries.get(i + 1).from().plus(RETIREMENT))) {
                tended.add(entries.get(i));
            }
        }
        Instant youngest = tended.get(tended.size() - 1).from();
        if (!youngest.isAfter(now)) {
            tended.add(new Entry(newKey(), now.plus(period)));
        }
        return new SigningKeySet(tended);
    }

    /** The set after the next key's turn has been called now. */
    SigningKeySet rotated(Instant now, Duration period) {
        int current = currentIndex(now);
        Stream<Entry> past = entries.stream().limit(current + 1L);
        Entry next = new Entry(entries.get(entries.size() - 1).key(), now);
        return new SigningKeySet(Stream.concat(past, Stream.of(next, new Entry(newKey(), now.plus(period))))
                .toList());
    }

    /** The public halves, as a JWK set (RFC 7517). */
    String jwks() {
        List<JWK> keys = entries.stream()
                .<JWK>map(entry -> entry.key().key().toPublicJWK())
                .toList();
        return new JWKSet(keys).toString();
    }

    byte[] seal(KeyRing ring) {
        List<StoredKey> keys = entries.stream()
                .map(entry -> new StoredKey(
                        entry.key().key().toJSONString(), entry.from().toEpochMilli()))
                .toList();
        return ring.seal(PURPOSE, JSON.writeValueAsString(new Stored(1, keys)).getBytes(StandardCharsets.UTF_8));
    }

    static SigningKeySet open(KeyRing ring, byte[] sealed) {
        Stored stored = JSON.readValue(ring.open(PURPOSE, sealed), Stored.class);
        return new SigningKeySet(
                stored.keys().stream().map(SigningKeySet::entry).toList());
    }

    private static Entry entry(StoredKey stored) {
        try {
            ECKey key = ECKey.parse(stored.jwk());
            return new Entry(new SigningKey(key.getKeyID(), key), Instant.ofEpochMilli(stored.from()));
        } catch (ParseException e) {
            throw new IllegalStateException("a stored signing key is damaged", e);
        }
    }

    private static SigningKey newKey() {
        try {
            ECKey key = new ECKeyGenerator(Curve.P_256)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .keyIDFromThumbprint(true)
                    .generate();
            return new SigningKey(key.getKeyID(), key);
        } catch (JOSEException e) {
            throw new IllegalStateException("this JDK makes no P-256 keys", e);
        }
    }
}
