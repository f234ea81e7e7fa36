package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.Sessions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import reactor.core.publisher.Mono;

/** What Cat Feeder's front end asks about its token. Each call moves the token's end, up to the session's last. */
final class TokenCalls {

    static final String TOKEN = "token";
    /** Not one of the registered statuses; Cat Feeder's clients look for it. */
    static final int NOT_VALID = 498;

    private static final int NOT_ADMIN = 401;

    private final Sessions sessions;
    private final Admins admins;
    private final Clock clock;

    TokenCalls(Sessions sessions, Admins admins, Clock clock) {
        this.sessions = sessions;
        this.admins = admins;
        this.clock = clock;
    }

    /** {@code ok} or {@code ko}, by these statuses. */
    int valid(Visit visit) {
        return visit.session() == null ? NOT_VALID : 200;
    }

    int admin(Visit visit) {
        if (visit.session() == null) {
            return NOT_VALID;
        }
        return admins.include(visit.session().person()) ? 200 : NOT_ADMIN;
    }

    Answer ttl(Visit visit) {
        Duration left = left(session(visit));
        Map<String, Object> breakdown = new LinkedHashMap<>();
        breakdown.put("days", left.toDays());
        breakdown.put("hours", left.toHoursPart());
        breakdown.put("minutes", left.toMinutesPart());
        breakdown.put("seconds", left.toSecondsPart());
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("ttl_seconds", left.toSeconds());
        body.put("ttl_breakdown", breakdown);
        return new Answer(200, body);
    }

    Answer info(Visit visit) {
        BrowserSession session = session(visit);
        Person person = session.person();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", person.id().toString());
        body.put("username", person.login());
        if (person.emailVerified() && person.email() != null) {
            body.put("email", person.email());
        }
        body.put("admin", admins.include(person));
        body.put("expiration_date", sessions.endOf(session).toString());
        return new Answer(200, body);
    }

    /** The same token with its end moved: another for each call would live for ever. */
    Answer refresh(Visit visit, String token) {
        return Answer.ok(200, TOKEN, "The token is successfully refreshed.", "success", true)
                .with("token", token)
                .with("expiration_date", sessions.endOf(session(visit)).toString());
    }

    Mono<Answer> logout(Visit visit) {
        return Mono.defer(() -> {
            BrowserSession session = session(visit);
            return sessions.end(session.person().id(), session.id(), Reason.SIGNED_OUT)
                    .thenReturn(Answer.ok(200, "logout", "You have successfully logged out.", "success", false));
        });
    }

    Mono<Answer> revokeAll(Visit visit) {
        return Mono.defer(() -> {
            BrowserSession session = session(visit);
            return sessions.endAll(session.person().id(), null, Reason.SIGNED_OUT)
                    .thenReturn(Answer.ok(200, TOKEN, "All tokens of the account are revoked.", "success", false));
        });
    }

    private static BrowserSession session(Visit visit) {
        if (visit.session() == null) {
            throw new Refused(NOT_VALID, "The token is not valid.", "invalid token");
        }
        return visit.session();
    }

    private Duration left(BrowserSession session) {
        Instant end = sessions.endOf(session);
        Duration left = Duration.between(clock.instant(), end);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
