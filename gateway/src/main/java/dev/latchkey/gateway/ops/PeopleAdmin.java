package dev.latchkey.gateway.ops;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.KnownPeople;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.vault.Withdrawal;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What operators may learn and end of people and their sessions. */
final class PeopleAdmin {

    private static final Pattern ID = Pattern.compile("([a-z0-9_-]{1,40}):([!-~]{1,255})");
    private static final Pattern PROVIDER = Pattern.compile("[a-z0-9_-]{1,40}");
    private static final int MOST = 1000;
    private static final int AT_ONCE = 8;
    private static final int LONGEST_LOGIN = 255;

    private final KnownPeople people;
    private final Sessions sessions;
    private final Memberships memberships;
    private final Withdrawal withdrawal;

    PeopleAdmin(KnownPeople people, Sessions sessions, Memberships memberships, Withdrawal withdrawal) {
        this.people = people;
        this.sessions = sessions;
        this.memberships = memberships;
        this.withdrawal = withdrawal;
    }

    void on(RouterFunctions.Builder routes) {
        routes.GET("/admin/people", this::people)
                .DELETE("/admin/people", this::withdrawNamed)
                .GET("/admin/people/{person}", this::person)
                .DELETE("/admin/people/{person}", this::withdraw)
                .GET("/admin/sessions", this::sessions)
                .DELETE("/admin/sessions", this::endAll)
                .DELETE("/admin/sessions/{session}", this::end);
    }

    private record ShownPerson(
            String id,
            @Nullable String login,
            @Nullable String name,
            @Nullable String email,
            List<String> groups,
            int sessions,

            @JsonProperty("last_used") @Nullable Instant lastUsed) {}

    private record Withdrawn(List<String> people) {}

    private record PeopleListing(List<ShownPerson> people, boolean more) {}

    private record ShownSession(
            String id,
            String person,
            String login,

            @JsonProperty("started_at") Instant startedAt,
            @JsonProperty("last_used") Instant lastUsed,
            @JsonProperty("ends_at") Instant endsAt,

            String address,

            @JsonProperty("user_agent") String userAgent) {}

    private record SessionListing(List<ShownSession> sessions) {}

    private Mono<ServerResponse> people(ServerRequest request) {
        String provider = provider(request);
        String after =
                request.queryParam("after").map(text -> id(text).toString()).orElse("");
        Flux<PersonId> asked =
                request.queryParam("login").isPresent() ? people.named(provider, login(request)) : people.of(provider);
        return asked.filter(person -> person.toString().compareTo(after) > 0)
                .sort(Comparator.comparing(PersonId::toString))
                .take(MOST + 1L)
                .collectList()
                .flatMap(this::listing)
                .flatMap(listing -> ServerResponse.ok().bodyValue(listing));
    }

    /** @param found one more than are shown, if there are more */
    private Mono<PeopleListing> listing(List<PersonId> found) {
        return Flux.fromIterable(found)
                .take(MOST)
                .flatMapSequential(this::shown, AT_ONCE)
                .collectList()
                .map(shown -> new PeopleListing(shown, found.size() > MOST));
    }

    private static String provider(ServerRequest request) {
        String provider = request.queryParam("provider").orElse("github");
        if (!PROVIDER.matcher(provider).matches()) {
            throw malformed("Name a provider by its id, as it stands before the colon in people's ids");
        }
        return provider;
    }

    private static String login(ServerRequest request) {
        String login = request.queryParam("login").orElse("");
        if (login.isBlank() || login.length() > LONGEST_LOGIN) {
            throw malformed(
                    "Name a person by ?login=octocat, or by provider and account there as in /admin/people/github:583231");
        }
        return login;
    }

    private Mono<ServerResponse> person(ServerRequest request) {
        PersonId person = id(request.pathVariable("person"));
        return isKnown(person)
                .filter(known -> known)
                .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.PERSON_UNKNOWN)))
                .flatMap(known -> shown(person))
                .flatMap(shown -> ServerResponse.ok().bodyValue(shown));
    }

    private Mono<Boolean> isKnown(PersonId person) {
        return people.of(person.provider())
                .any(person::equals)
                .flatMap(
                        known -> known ? Mono.just(true) : sessions.list(person).hasElements());
    }

    /** With no session there is nothing more to be told than the id and the login. */
    private Mono<ShownPerson> shown(PersonId person) {
        return sessions.list(person)
                .collectList()
                .flatMap(open -> open.isEmpty()
                        ? people.login(person)
                                .map(login -> shown(person, open, login))
                                .defaultIfEmpty(shown(person, open, null))
                        : Mono.just(shown(person, open, null)));
    }

    private ShownPerson shown(PersonId person, List<BrowserSession> open, @Nullable String lastLogin) {
        BrowserSession latest = open.stream()
                .max(Comparator.comparing(BrowserSession::lastUsed))
                .orElse(null);
        Person described = latest == null ? null : latest.person();
        return new ShownPerson(
                person.toString(),
                described == null ? lastLogin : described.login(),
                described == null ? null : described.name(),
                described == null ? null : described.email(),
                latest == null ? List.of() : memberships.groups(person).names(),
                open.size(),
                latest == null ? null : latest.lastUsed());
    }

    /** Also of somebody who is not known here: it can be called again, and by whoever cannot tell. */
    private Mono<ServerResponse> withdraw(ServerRequest request) {
        return withdrawal
                .from(id(request.pathVariable("person")))
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    /** By a login, which says nothing once nobody is known by it; so whom it meant is told. */
    private Mono<ServerResponse> withdrawNamed(ServerRequest request) {
        return withdrawal
                .fromNamed(provider(request), login(request))
                .map(PersonId::toString)
                .collectList()
                .filter(people -> !people.isEmpty())
                .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.PERSON_UNKNOWN)))
                .flatMap(people -> ServerResponse.ok().bodyValue(new Withdrawn(people)));
    }

    private Mono<ServerResponse> sessions(ServerRequest request) {
        return sessions.list(id(request.queryParam("person").orElse("")))
                .map(this::shown)
                .sort(Comparator.comparing(ShownSession::lastUsed).reversed())
                .collectList()
                .flatMap(list -> ServerResponse.ok().bodyValue(new SessionListing(list)));
    }

    private ShownSession shown(BrowserSession session) {
        return new ShownSession(
                session.id(),
                session.person().id().toString(),
                session.person().login(),
                session.startedAt(),
                session.lastUsed(),
                sessions.endOf(session),
                session.origin().address(),
                session.origin().userAgent());
    }

    /** Sessions alone: API tokens and links stay, which {@link #withdraw} ends as well. */
    private Mono<ServerResponse> endAll(ServerRequest request) {
        return sessions.endAll(id(request.queryParam("person").orElse("")), null, Reason.SIGNED_OUT)
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private Mono<ServerResponse> end(ServerRequest request) {
        PersonId person = id(request.queryParam("person").orElse(""));
        String session = request.pathVariable("session");
        return sessions.list(person)
                .filter(open -> open.id().equals(session))
                .next()
                .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.SESSION_UNKNOWN)))
                .flatMap(open -> sessions.end(person, open.id(), Reason.SIGNED_OUT))
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private static PersonId id(String text) {
        Matcher id = ID.matcher(text);
        if (!id.matches()) {
            throw malformed("Name a person by provider and account there, such as github:583231");
        }
        return new PersonId(id.group(1), id.group(2));
    }

    private static Problem malformed(String why) {
        return Problem.of(ProblemCode.REQUEST_MALFORMED, why);
    }
}
