package dev.latchkey.gateway.login;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.web.BodyRoom;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;

class SignatureTest {

    private static final int MEGABYTE = 1024 * 1024;

    /** Half of it is for one address. */
    private final BodyRoom room = new BodyRoom(2 * (MEGABYTE + 10));

    @Test
    void keepsABodyForWhichThereIsRoom() {
        try (Signature signature = signature("hello")) {
            assertThat(signature.hadRoom()).isTrue();
            assertThat(signature.body()).isEqualTo("hello");
        }
    }

    @Test
    void keepsNothingOnceTheRoomIsUsedUp() {
        try (Signature first = signature("1".repeat(MEGABYTE));
                Signature second = signature("12345678901")) {
            assertThat(first.hadRoom()).isTrue();
            assertThat(second.hadRoom()).isFalse();
        }
    }

    @Test
    void givesBackItsRoomAtItsEnd() {
        signature("1".repeat(MEGABYTE)).close();

        try (Signature next = signature("2".repeat(MEGABYTE))) {
            assertThat(next.hadRoom()).isTrue();
        }
    }

    @Test
    void takesNoRoomForABodyTooLongToBeActedOn() {
        try (Signature endless = signature("1".repeat(MEGABYTE)).add(part("1"));
                Signature other = signature("2".repeat(MEGABYTE))) {
            assertThat(endless.hadRoom()).isTrue();
            assertThat(endless.body()).isNull();
            assertThat(other.hadRoom()).isTrue();
        }
    }

    private Signature signature(String body) {
        return new Signature(Secret.of("secret"), room, "192.0.2.1").add(part(body));
    }

    private static DataBuffer part(String text) {
        return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(UTF_8));
    }
}
