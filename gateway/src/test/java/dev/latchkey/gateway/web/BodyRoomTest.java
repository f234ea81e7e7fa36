package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyRoomTest {

    private final BodyRoom room = new BodyRoom(100);

    @Test
    void leavesHalfToOthersWhateverANeighbourhoodSends() {
        assertThat(room.take("192.0.2.1", 30)).isTrue();
        assertThat(room.take("192.0.2.200", 20)).isTrue();
        assertThat(room.take("192.0.2.7", 1)).isFalse();
        assertThat(room.take("198.51.100.1", 50)).isTrue();
        assertThat(room.take("203.0.113.1", 1)).isFalse();
    }

    @Test
    void takesAllOfASubscribersAddressesForOne() {
        assertThat(room.take("2001:db8:1:2::3", 50)).isTrue();
        assertThat(room.take("2001:db8:1:ffff::4", 1)).isFalse();
        assertThat(room.take("2001:db8:2::1", 1)).isTrue();
    }

    @Test
    void hasAgainWhatIsGivenBack() {
        assertThat(room.take("192.0.2.1", 40)).isTrue();
        assertThat(room.take("192.0.2.2", 10)).isTrue();
        room.giveBack("192.0.2.1", 40);
        assertThat(room.take("192.0.2.3", 41)).isFalse();
        assertThat(room.take("192.0.2.3", 40)).isTrue();
        room.giveBack("192.0.2.2", 10);
        room.giveBack("192.0.2.3", 40);
        assertThat(room.take("198.51.100.1", 50)).isTrue();
        assertThat(room.take("192.0.2.1", 50)).isTrue();
    }

    @Test
    void takesNothingForWhatDoesNotFit() {
        assertThat(room.take("192.0.2.1", 51)).isFalse();
        assertThat(room.take("192.0.2.1", 50)).isTrue();
    }
}
