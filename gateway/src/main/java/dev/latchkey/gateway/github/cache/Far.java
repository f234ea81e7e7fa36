package dev.latchkey.gateway.github.cache;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * What nodes keep for each other, and for themselves after a restart. It is asked where what is at hand does not answer, and
 * told beside the answer. Without it more calls cost quota, and nothing else changes.
 */
public sealed interface Far permits Far.None, FarAnswers {

    /** For a node that is alone. */
    Far NONE = new None();

    /** What is kept of one resource, for one person and for whoever GitHub says may have it. Never fails. */
    Mono<Known> find(PersonalKey key);

    /** Keeps it for that person; returns at once. */
    void keep(PersonalKey key, Entry entry);

    /** Keeps it no more, since GitHub gives that person something else that is not kept; returns at once. */
    void forget(PersonalKey key);

    /** Keeps them for whoever GitHub says may have them; returns at once. */
    void offer(ResourceKey resource, List<Common> bodies);

    /** @param own what that person was given, with {@link Asked#ELSEWHERE} in place of a number */
    record Known(@Nullable Entry own, List<Common> others) {

        static final Known NOTHING = new Known(null, List.of());
    }

    /**
     * In a store that the nodes share.
     *
     * @param size of what each node has written there that has not ended yet, in bytes
     * @param life of a record after it was written
     */
    static Far in(Store store, KeyRing keys, long size, Duration life, Clock clock, Scheduler scheduler) {
        return size == 0 ? NONE : new FarAnswers(store, keys, size, life, clock, scheduler);
    }

    /** Nothing. */
    final class None implements Far {

        private static final Mono<Known> NOTHING = Mono.just(Known.NOTHING);

        private None() {}

        @Override
        public Mono<Known> find(PersonalKey key) {
            return NOTHING;
        }

        @Override
        public void keep(PersonalKey key, Entry entry) {}

        @Override
        public void forget(PersonalKey key) {}

        @Override
        public void offer(ResourceKey resource, List<Common> bodies) {}
    }
}
