package dev.latchkey.gateway.github.replay;

import java.util.Set;

/** A repository of the organization: who may do what there, and where its head is. */
final class Repository {

    private final int id;
    private final int pages;
    private final boolean webhooks;
    private final Set<String> outsiders;
    private long hiddenSince;
    private long toldAt = Long.MIN_VALUE;
    private int head;

    /**
     * @param pages how long its lists are
     * @param webhooks whether the gateway hears of its events
     * @param outsiders who does not see it from a moment on
     */
    Repository(int id, int pages, boolean webhooks, Set<String> outsiders, long hiddenSince) {
        this.id = id;
        this.pages = pages;
        this.webhooks = webhooks;
        this.outsiders = outsiders;
        this.hiddenSince = hiddenSince;
    }

    int id() {
        return id;
    }

    String path() {
        return "/repos/acme/r" + id;
    }

    int pages() {
        return pages;
    }

    boolean hasWebhooks() {
        return webhooks;
    }

    String roleOf(String person) {
        return switch (Math.floorMod(person.hashCode() * 31 + id, 10)) {
            case 0 -> "admin";
            case 1, 2 -> "pull";
            default -> "push";
        };
    }

    void hide(long now) {
        hiddenSince = Math.min(hiddenSince, now);
    }

    boolean isSeenBy(String person, long when) {
        return when < hiddenSince || !outsiders.contains(person);
    }

    /** At that moment a node heard of all that had happened. */
    void toldAt(long when) {
        toldAt = when;
    }

    /** When it did, if that was before another moment. */
    long toldBefore(long when) {
        return toldAt <= when ? toldAt : Long.MIN_VALUE;
    }

    int head() {
        return head;
    }

    int push() {
        return ++head;
    }
}
