package dev.latchkey.gateway.session;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.store.EmbeddedStore;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.web.FurtherHosts;
import dev.latchkey.gateway.web.GatewayAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.core.ReactiveRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.data.redis.serializer.RedisSerializationContext;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.session.MapSession;
import org.springframework.session.ReactiveMapSessionRepository;
import org.springframework.session.data.redis.ReactiveRedisSessionRepository;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SessionProperties.class)
class SessionConfiguration {

    @Bean
    SessionCookie sessionCookie(GatewayAddress address, FurtherHosts furtherHosts, KeyRing keys) {
        return new SessionCookie(address, furtherHosts, keys);
    }

    @Bean
    OpenStreams openStreams() {
        return new OpenStreams();
    }

    @Bean
    KnownPeople knownPeople(Store store) {
        return new KnownPeople(store);
    }

    @Bean
    Sessions sessions(
            StoredSessions<?> stored,
            Store store,
            KnownPeople people,
            SessionCookie cookie,
            ObjectProvider<SessionListener> listeners,
            ApplicationEventPublisher events,
            OpenStreams streams,
            SessionProperties properties,
            Clock clock) {
        SessionEnds ends = new SessionEnds(store, listeners::orderedStream, events, properties.idle(), clock);
        return new Sessions(stored, store, people, cookie, ends, streams, properties, clock);
    }

    @Bean
    SessionLoader sessionLoader(Sessions sessions, SessionCookie cookie) {
        return new SessionLoader(sessions, cookie);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "latchkey.store", havingValue = "embedded", matchIfMissing = true)
    static class Embedded {

        @Bean
        StoredSessions<MapSession> storedSessions(
                EmbeddedStore store, SessionCookie cookie, KeyRing keys, SessionProperties properties) {
            EmbeddedSessionMap map = new EmbeddedSessionMap(store);
            ReactiveMapSessionRepository repository = new OffTheEventLoop(map);
            repository.setSessionIdGenerator(cookie::newId);
            return new StoredSessions<>(repository, map::touch, map::reseal, keys, properties.idle());
        }
    }

    /** The map reads and writes a file, which an event loop must not wait for. */
    private static final class OffTheEventLoop extends ReactiveMapSessionRepository {

        OffTheEventLoop(EmbeddedSessionMap map) {
            super(map);
        }

        @Override
        public Mono<MapSession> findById(String id) {
            return super.findById(id).subscribeOn(Schedulers.boundedElastic());
        }

        @Override
        public Mono<Void> save(MapSession session) {
            return super.save(session).subscribeOn(Schedulers.boundedElastic());
        }

        @Override
        public Mono<Void> deleteById(String id) {
            return super.deleteById(id).subscribeOn(Schedulers.boundedElastic());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "latchkey.store", havingValue = "redis")
    static class Redis {

        /**
         * Spring Session's own save asks whether the session exists and then writes: a sign-out in between would be
         * undone. This does both in one step, on the fields that Spring Session reads.
         */
        private static final RedisScript<Boolean> TOUCH = RedisScript.of("""
                if redis.call('EXISTS', KEYS[1]) == 0 then return false end
                redis.call('HSET', KEYS[1], 'lastAccessedTime', ARGV[1], 'maxInactiveInterval', ARGV[2])
                redis.call('PEXPIREAT', KEYS[1], ARGV[3])
                return true
                """, Boolean.class);

        private static final RedisScript<Boolean> RESEAL = RedisScript.of("""
                if redis.call('EXISTS', KEYS[1]) == 0 then return false end
                redis.call('HSET', KEYS[1], 'sessionAttr:latchkey', ARGV[1])
                return true
                """, Boolean.class);

        @Bean
        StoredSessions<?> storedSessions(
                ReactiveRedisConnectionFactory connections,
                SessionCookie cookie,
                KeyRing keys,
                SessionProperties properties) {
            ReactiveRedisTemplate<String, Object> redis = new ReactiveRedisTemplate<>(connections, serialization());
            ReactiveRedisSessionRepository repository = new ReactiveRedisSessionRepository(redis);
            repository.setRedisKeyNamespace("latchkey");
            repository.setSessionIdGenerator(cookie::newId);
            return new StoredSessions<>(repository, touch(redis), reseal(redis), keys, properties.idle());
        }

        private static StoredSessions.Touch touch(ReactiveRedisTemplate<String, Object> redis) {
            return (id, lastUsed, idle) -> redis.execute(
                            TOUCH, List.of("latchkey:sessions:" + id), arguments(lastUsed, idle))
                    .next()
                    .defaultIfEmpty(false);
        }

        private static StoredSessions.Reseal reseal(ReactiveRedisTemplate<String, Object> redis) {
            return (id, anew) -> redis.execute(RESEAL, List.of("latchkey:sessions:" + id), List.of(anew))
                    .next()
                    .defaultIfEmpty(false);
        }

        private static List<Object> arguments(Instant lastUsed, Duration idle) {
            Instant end = lastUsed.plus(idle);
            return List.of(lastUsed.toEpochMilli(), (int) idle.toSeconds(), end.toEpochMilli());
        }

        /** Values as JSON: plain numbers, which the script writes as Spring Session does. */
        private static RedisSerializationContext<String, Object> serialization() {
            return RedisSerializationContext.<String, Object>newSerializationContext(RedisSerializer.string())
                    .value(new PlainJson())
                    .hashKey(RedisSerializer.string())
                    .hashValue(new PlainJson())
                    .build();
        }
    }
}
