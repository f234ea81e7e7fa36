package dev.latchkey.gateway.route;

import dev.latchkey.gateway.actions.ActionsJob;
import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.membership.Standing;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.web.EscapedSlashes;
import dev.latchkey.gateway.web.TargetCheck;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Answers in words what {@link AccessGate} would decide, by the same table and the same rules. What it cannot know it
 * says, instead of guessing.
 */
public final class Explainer {

    private static final String YES = "yes";
    private static final String NO = "no";
    private static final String UNKNOWN = "unknown";

    private final BiFunction<String, String, @Nullable Route> table;
    private final @Nullable Memberships memberships;

    private Explainer(BiFunction<String, String, @Nullable Route> table, @Nullable Memberships memberships) {
        this.table = table;
        this.memberships = memberships;
    }

    /** By the routes in force, and what GitHub says. */
    static Explainer live(Routes routes, Memberships memberships) {
        return new Explainer(routes::find, memberships);
    }

    /** By the route files alone; nobody is asked what anybody belongs to. */
    public static Explainer offline(Binder binder) {
        Path folder = binder.bind("latchkey.routes", Path.class).orElse(Path.of("routes"));
        RouteTable table =
                new RouteTable(new RouteFolder(Objects.requireNonNull(folder)).read(new ConfigurationFaults()));
        return new Explainer(table::find, null);
    }

    /**
     * Explains.
     *
     * @param asker null for a stranger
     * @param address a whole address, or a path for any host
     */
    public Mono<Explanation> explain(@Nullable Asker asker, HttpMethod method, URI address) {
        String host = address.getHost() == null ? "" : plain(address.getHost());
        String path = address.getRawPath() == null || address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        Route route;
        try {
            TargetCheck.check(EscapedSlashes.asSlashes(path));
            route = table.apply(host, path);
            if (EscapedSlashes.areIn(path) && !isSameInBothReadings(route, host, path)) {
                throw TargetCheck.escapedSlash();
            }
        } catch (Problem ambiguous) {
            return Mono.just(new Explanation(null, "refuse", null, ambiguous.detail(), List.of()));
        }
        if (route == null) {
            String nothing = "No route has the host " + (host.isEmpty() ? "asked for" : host) + " and the path " + path;
            return Mono.just(new Explanation(null, "not-found", null, nothing, List.of()));
        }
        return Flux.fromIterable(route.allow())
                .concatMap(rule -> line(rule, asker))
                .collectList()
                .map(lines -> conclude(route, method, path, asker, lines));
    }

    private boolean isSameInBothReadings(@Nullable Route route, String host, String path) {
        return route != null
                && route.takesEscapedSlashes()
                && route.equals(table.apply(host, EscapedSlashes.asSlashes(path)));
    }

    private static String plain(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private Mono<Explanation.Line> line(Rule rule, @Nullable Asker asker) {
        if (rule instanceof Rule.Anyone) {
            return said(rule, YES, "everybody is let in");
        }
        if (rule instanceof Rule.Actions actions) {
            return asker == null || asker.job() == null
                    ? said(rule, NO, "only jobs of GitHub Actions are let in by this line")
                    : job(actions, asker.job());
        }
        if (asker == null) {
            return said(rule, NO, "nobody is signed in");
        }
        if (asker.job() != null) {
            return said(rule, NO, "no job is let in by this line");
        }
        if (rule instanceof Rule.SignedIn) {
            return said(rule, YES, "whoever has signed in is let in");
        }
        if (rule instanceof Rule.User
                && asker.id() != null
                && !asker.id().provider().equals("github")) {
            return said(rule, NO, "the account is not one at GitHub");
        }
        if (rule instanceof Rule.User user) {
            return asker.login() == null
                    ? said(rule, UNKNOWN, "the login is not known")
                    : said(
                            rule,
                            user.login().equalsIgnoreCase(asker.login()) ? YES : NO,
                            "the login is " + asker.login());
        }
        if (rule instanceof Rule.Email) {
            return email(rule, asker);
        }
        return membership((Rule.Belongs) rule, asker.id());
    }

    private static Mono<Explanation.Line> job(Rule.Actions rule, ActionsJob job) {
        return switch (rule.jobs().judge(job)) {
            case MEANT -> said(rule, YES, "the job fits, if its token is good");
            case NOT_MEANT -> said(rule, NO, "the job is another one");
            case UNTOLD ->
                said(rule, UNKNOWN, "it goes by numbers, a ref or an environment that the question does not tell");
        };
    }

    private static Mono<Explanation.Line> email(Rule rule, Asker asker) {
        if (asker.person() == null) {
            return said(rule, UNKNOWN, "the verified address is known only of people who are signed in");
        }
        return rule.admits(asker.person())
                ? said(rule, YES, "the verified primary address fits")
                : said(rule, NO, "the verified primary address does not fit, or there is none");
    }

    private Mono<Explanation.Line> membership(Rule.Belongs rule, @Nullable PersonId person) {
        if (memberships == null) {
            return said(rule, UNKNOWN, "GitHub is not asked here");
        }
        if (person == null) {
            return said(
                    rule, UNKNOWN, "GitHub is asked by number; name the person as github: and the account's number");
        }
        return memberships
                .ask(person, rule.claim())
                .flatMap(standing -> said(rule, standing))
                .onErrorResume(Problem.class, problem -> said(rule, UNKNOWN, problem.detail()));
    }

    private static Mono<Explanation.Line> said(Rule rule, Standing standing) {
        if (standing instanceof Standing.Hidden hidden) {
            return said(rule, NO, hidden.why().detail());
        }
        return standing instanceof Standing.Holds
                ? said(rule, YES, "GitHub says so")
                : said(rule, NO, "GitHub says no");
    }

    private static Mono<Explanation.Line> said(Rule rule, String holds, String why) {
        return Mono.just(new Explanation.Line(rule.line(), holds, why));
    }

    private static Explanation conclude(
            Route route, HttpMethod method, String path, @Nullable Asker asker, List<Explanation.Line> lines) {
        String condition = route.condition() == null ? "" : ", if the request fulfils the conditions in filters";
        for (Explanation.Line line : lines) {
            if (line.holds().equals(YES)) {
                return new Explanation(route.id(), "permit", line.rule(), line.why() + condition, lines);
            }
        }
        if (route.isOpen(method, path)) {
            return new Explanation(route.id(), "permit", "public", "this path is open to everybody" + condition, lines);
        }
        if (asker == null && !Policy.isForJobsOnly(route)) {
            return new Explanation(route.id(), "sign-in", null, "signing in may help: " + Policy.wanted(route), lines);
        }
        if (lines.stream().anyMatch(line -> line.holds().equals(UNKNOWN))) {
            return new Explanation(route.id(), UNKNOWN, null, "it depends on what is not known here", lines);
        }
        return new Explanation(route.id(), "deny", null, "no line lets in. " + Policy.wanted(route), lines);
    }
}
