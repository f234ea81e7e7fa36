package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.store.Store;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Which records are about an account's repositories, so that an event about the account or about one of them finds them.
 */
final class Index {

    private final Store store;

    Index(Store store) {
        this.store = store;
    }

    /** Before the record is written: what the index does not know could not be lifted. */
    Mono<Void> note(App app, RepositoryName repository, String record, Instant end) {
        return store.addMember(setOf(app, repository.ownerKey()), repository.nameKey() + " " + record, end);
    }

    Flux<String> recordsOf(App app, String ownerKey) {
        return records(app, ownerKey, member -> true);
    }

    Flux<String> recordsOf(App app, RepositoryName repository) {
        String first = repository.nameKey() + " ";
        return records(app, repository.ownerKey(), member -> member.startsWith(first));
    }

    private Flux<String> records(App app, String ownerKey, Predicate<String> wanted) {
        return store.members(setOf(app, ownerKey))
                .filter(wanted)
                .map(member -> member.substring(member.indexOf(' ') + 1));
    }

    private static String setOf(App app, String ownerKey) {
        return "installation-records:" + Digest.of(List.of(app.api(), app.id(), ownerKey));
    }
}
