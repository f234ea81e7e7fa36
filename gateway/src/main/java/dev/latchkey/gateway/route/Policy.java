package dev.latchkey.gateway.route;

import dev.latchkey.gateway.membership.Claim;
import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.membership.Standing;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Applies a route's rules to a caller: what is known of a person or a job first, then what this node knows of memberships, and only
 * then GitHub, one question after the other until one lets in.
 */
final class Policy {

    private static final int MOST_NAMED = 4;

    private final Memberships memberships;

    Policy(Memberships memberships) {
        this.memberships = memberships;
    }

    /** The decision as far as it can be made without waiting. */
    Decision decideNow(Route route, HttpMethod method, String path, @Nullable Caller caller) {
        List<Rule> rules = route.allow();
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            boolean admitted = caller == null ? rule instanceof Rule.Anyone : rule.admits(caller);
            if (admitted) {
                return permitted(route, caller);
            }
        }
        if (route.isOpen(method, path)) {
            return permitted(route, caller);
        }
        return caller == null ? decideOnStranger(route) : decideByMembership(route, caller);
    }

    /** Nobody is led to a sign-in after which they would be refused. */
    private static Decision decideOnStranger(Route route) {
        return isForJobsOnly(route)
                ? new Decision.Denied(Problem.of(ProblemCode.ACTIONS_TOKEN_REQUIRED, wanted(route)))
                : new Decision.Challenged();
    }

    /** Whether no person can be let in, whoever it is. */
    static boolean isForJobsOnly(Route route) {
        return !route.allow().isEmpty() && route.allow().stream().allMatch(Rule.Actions.class::isInstance);
    }

    private Decision decideByMembership(Route route, Caller caller) {
        Person person = caller.person();
        if (person == null) {
            return denied(route, null);
        }
        boolean unknown = false;
        Problem hidden = null;
        for (Rule rule : route.allow()) {
            if (rule instanceof Rule.Belongs belongs) {
                Standing standing = memberships.near(person.id(), belongs.claim());
                if (standing instanceof Standing.Holds) {
                    return permitted(route, caller);
                }
                unknown |= standing == null;
                hidden = standing instanceof Standing.Hidden seen ? seen.why() : hidden;
            }
        }
        return unknown ? new Decision.Undecided() : denied(route, hidden);
    }

    /** The decision, with GitHub's help. Fails if that is not to be had and no line lets in without it. */
    Mono<Decision> decideByAsking(Route route, Caller caller) {
        PersonId person = Objects.requireNonNull(caller.person()).id();
        return Flux.fromIterable(route.allow())
                .ofType(Rule.Belongs.class)
                .concatMap(rule -> ask(person, rule))
                .takeUntil(answer -> answer.standing() instanceof Standing.Holds)
                .collectList()
                .map(answers -> conclude(route, caller, answers));
    }

    private record Answer(
            @Nullable Standing standing, @Nullable Problem failure) {}

    private Mono<Answer> ask(PersonId person, Rule.Belongs rule) {
        Claim claim = rule.claim();
        return memberships
                .ask(person, claim)
                .map(standing -> new Answer(standing, null))
                .onErrorResume(Problem.class, problem -> Mono.just(new Answer(null, problem)));
    }

    private static Decision conclude(Route route, Caller caller, List<Answer> answers) {
        Problem hidden = null;
        Problem failure = null;
        for (Answer answer : answers) {
            if (answer.standing() instanceof Standing.Holds) {
                return permitted(route, caller);
            }
            failure = answer.failure() == null ? failure : answer.failure();
            hidden = answer.standing() instanceof Standing.Hidden seen ? seen.why() : hidden;
        }
        if (failure != null) {
            // Nobody said no: an outage must not look like one.
            throw failure;
        }
        return denied(route, hidden);
    }

    private static Decision permitted(Route route, @Nullable Caller caller) {
        return new Decision.Permitted(new Permit(route, caller));
    }

    private static Decision denied(Route route, @Nullable Problem hidden) {
        return new Decision.Denied(hidden == null ? Problem.of(ProblemCode.ACCESS_DENIED, wanted(route)) : hidden);
    }

    /** Whom the route lets in, in words that give no one away. */
    static String wanted(Route route) {
        Set<String> audiences = new LinkedHashSet<>();
        route.allow().forEach(rule -> audiences.add(rule.audience()));
        List<String> named = audiences.stream().limit(MOST_NAMED).toList();
        String more = audiences.size() > named.size() ? ", and others" : "";
        return "This app is for " + String.join(", or ", named) + more;
    }
}
