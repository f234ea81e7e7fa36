package dev.latchkey.gateway.vault;

import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;

/** How many sessions each person has; beginning and ending one takes no time and always succeeds. */
final class SimulatedSessions {

    private final SimulatedTime time;
    private final Map<PersonId, Integer> sessions = new HashMap<>();
    private final Set<Goodbye> goodbyes = new HashSet<>();
    private final Map<Goodbye, Integer> ending = new HashMap<>();

    private final Consumer<PersonId> leftWithoutSessions;
    private int begun;
    private int keeping;

    private record Goodbye(SimulatedNode node, PersonId person) {}

    /** @param leftWithoutSessions told when all that follows from the end of a person's last session has been done */
    SimulatedSessions(SimulatedTime time, Consumer<PersonId> leftWithoutSessions) {
        this.time = time;
        this.leftWithoutSessions = leftWithoutSessions;
    }

    void begin(PersonId person) {
        sessions.merge(person, 1, Integer::sum);
        begun++;
        keeping++;
    }

    /** The sign-in that began has kept its token, or could not. */
    void kept() {
        keeping--;
    }

    boolean isSignedIn(PersonId person) {
        return sessions.getOrDefault(person, 0) > 0;
    }

    /** What a node finds when it asks. */
    Mono<Boolean> isSignedIn(SimulatedNode node, PersonId person) {
        return Mono.fromSupplier(() -> {
            boolean signedIn = isSignedIn(person);
            if (!signedIn) {
                goodbyes.add(new Goodbye(node, person));
            }
            return signedIn;
        });
    }

    /** Whether that node is about to delete the person's token because it found nobody signed in. */
    boolean saysGoodbye(SimulatedNode node, PersonId person) {
        return goodbyes.contains(new Goodbye(node, person));
    }

    /** Ends one session of a person by the vault's own listener. */
    Mono<Void> end(SimulatedNode node, PersonId person, SessionEnded.Reason reason) {
        return Mono.defer(() -> {
            if (!isSignedIn(person)) {
                return Mono.empty();
            }
            sessions.merge(person, -1, Integer::sum);
            int begunBefore = begun;
            Goodbye goodbye = new Goodbye(node, person);
            ending.merge(goodbye, 1, Integer::sum);
            boolean quiet = keeping == 0;
            time.tell(() -> node + " ends a session of " + person + ", " + reason);
            return node.endings()
                    .ended(new SessionEnded(person, "some session", reason))
                    .doOnSuccess(done -> {
                        if (quiet && begun == begunBefore && !isSignedIn(person)) {
                            leftWithoutSessions.accept(person);
                        }
                    })
                    .doFinally(signal -> {
                        if (ending.merge(goodbye, -1, Integer::sum) == 0) {
                            goodbyes.remove(goodbye);
                        }
                    });
        });
    }

    Mono<Void> endAll(SimulatedNode node, PersonId person) {
        return Mono.defer(() -> {
            int ended = sessions.getOrDefault(person, 0);
            sessions.put(person, Math.min(1, ended));
            return ended == 0 ? Mono.empty() : end(node, person, SessionEnded.Reason.REVOKED);
        });
    }
}
