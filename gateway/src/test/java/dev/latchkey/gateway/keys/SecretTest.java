package dev.latchkey.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class SecretTest {

    record Holder(Secret key, String name) {}

    @Test
    void printsNothingOfItself() {
        Secret secret = Secret.of("hunter2");

        assertThat(secret).hasToString("[secret]");
        assertThat(new Holder(secret, "n").toString()).doesNotContain("hunter2");
        assertThat(String.valueOf(List.of(secret))).doesNotContain("hunter2");
    }

    @Test
    void revealsItsTextToWhoAsks() {
        assertThat(Secret.of("hunter2").reveal()).isEqualTo("hunter2");
    }

    @Test
    void equalsTheSameTextOnly() {
        assertThat(Secret.of("a")).isEqualTo(Secret.of("a")).hasSameHashCodeAs(Secret.of("a"));
        assertThat(Secret.of("a")).isNotEqualTo(Secret.of("b")).isNotEqualTo("a");
    }

    @Test
    void isBoundFromAProperty() {
        Binder binder = new Binder(new MapConfigurationPropertySource(Map.of("x.key", "hunter2", "x.name", "n")));

        assertThat(binder.bind("x", Holder.class).get().key()).isEqualTo(Secret.of("hunter2"));
    }
}
