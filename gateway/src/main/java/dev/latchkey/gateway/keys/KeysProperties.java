package dev.latchkey.gateway.keys;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Key material.
 *
 * @param secretKeys Key ring, each base64 of 32 bytes or a {@code file:} with one such key a line; the first seals, all
 *     open. Unset, a single node makes its own in the data folder; nodes that share a store must be given theirs.
 * @param signingKeys When the keys that sign identity JWTs change.
 */
@ConfigurationProperties("latchkey")
record KeysProperties(
        @DefaultValue List<Secret> secretKeys, @DefaultValue SigningPlan signingKeys) {}
