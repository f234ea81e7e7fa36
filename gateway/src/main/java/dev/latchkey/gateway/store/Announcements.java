package dev.latchkey.gateway.store;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Hands what is announced in this process to whoever listens here; a slow listener keeps nobody waiting. */
final class Announcements {

    private final Sinks.Many<Announcement> sink = Sinks.many().multicast().directBestEffort();

    /** Without a topic it is for everybody. */
    private record Announcement(@Nullable String topic, String message) {

        boolean concerns(String listened) {
            return topic == null || topic.equals(listened);
        }
    }

    void announce(String topic, String message) {
        emit(new Announcement(topic, message));
    }

    /** Tells every listener that messages may have been missed. */
    void announceGap() {
        emit(new Announcement(null, Store.GAP));
    }

    Flux<String> on(String topic) {
        return sink.asFlux()
                .filter(announcement -> announcement.concerns(topic))
                .map(Announcement::message)
                .onBackpressureBuffer()
                .publishOn(Schedulers.parallel());
    }

    /** One at a time, which is all a sink takes. */
    private synchronized void emit(Announcement announcement) {
        sink.tryEmitNext(announcement);
    }
}
