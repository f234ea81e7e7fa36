package dev.latchkey.gateway.provider;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

/**
 * A person's quota of REST calls, which all their apps share.
 *
 * @param limit calls an hour
 * @param remaining how many of them are left
 * @param resetsAt when all of them are there again
 */
public record Quota(long limit, long remaining, Instant resetsAt) {

    record Answer(Resources resources) {

        Quota core() {
            Bucket core = resources.core();
            return new Quota(core.limit(), core.remaining(), Instant.ofEpochSecond(core.reset()));
        }
    }

    record Resources(Bucket core) {}

    record Bucket(
            @JsonProperty("limit") long limit,
            @JsonProperty("remaining") long remaining,
            @JsonProperty("reset") long reset) {}
}
