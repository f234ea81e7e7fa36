package dev.latchkey.gateway.login;

import java.util.concurrent.atomic.AtomicInteger;

/** The memory that deliveries may take as long as nobody has vouched for them: strangers share it, however many they are. */
final class DeliveryRoom {

    private final AtomicInteger left;

    /** So many bytes. */
    DeliveryRoom(int bytes) {
        this.left = new AtomicInteger(bytes);
    }

    /** Whether there were so many bytes left; if so, they are taken until they are {@link #giveBack given back}. */
    boolean take(int bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    void giveBack(int bytes) {
        left.addAndGet(bytes);
    }
}
