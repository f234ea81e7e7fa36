package dev.latchkey.gateway.login;

import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.Quota;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.session.SessionCookie;
import dev.latchkey.gateway.session.SessionEnded.Reason;
import dev.latchkey.gateway.session.SessionLoader;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.token.ApiToken;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.vault.AsPerson;
import dev.latchkey.gateway.web.AccountPage;
import dev.latchkey.gateway.web.AccountQuota;
import dev.latchkey.gateway.web.AccountSession;
import dev.latchkey.gateway.web.AccountToken;
import dev.latchkey.gateway.web.BrowserWords;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.Pages;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Who I am: as a page with my sessions on it, and as JSON for programs. */
final class AccountEndpoints {

    private static final String CORE = "core";
    private static final Duration PATIENCE_WITH_GITHUB = Duration.ofSeconds(5);

    private final Sessions sessions;
    private final AsPerson asPerson;
    private final GitHub gitHub;
    private final KnownQuotas known;
    private final Memberships memberships;
    private final SessionLoader current;
    private final SessionCookie cookie;
    private final SignedIn signedIn;
    private final ApiTokens tokens;
    private final ByHand byHand;
    private final GatewayAddress address;
    private final Pages pages;
    private final SecurityHeaders security;

    AccountEndpoints(
            Sessions sessions,
            AsPerson asPerson,
            GitHub gitHub,
            KnownQuotas known,
            Memberships memberships,
            SessionLoader current,
            SessionCookie cookie,
            SignedIn signedIn,
            ApiTokens tokens,
            ByHand byHand,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        this.sessions = sessions;
        this.asPerson = asPerson;
        this.gitHub = gitHub;
        this.known = known;
        this.memberships = memberships;
        this.current = current;
        this.cookie = cookie;
        this.signedIn = signedIn;
        this.tokens = tokens;
        this.byHand = byHand;
        this.address = address;
        this.pages = pages;
        this.security = security;
    }

    RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET(address.path("/account"), request -> signedIn.only(request, session -> page(request, session)))
                .GET(address.path("/account/quota"), request -> signedIn.only(request, this::quotas))
                .POST(address.path("/account/sessions/end"), request -> signedIn.only(request, s -> endOne(request, s)))
                .POST(
                        address.path("/account/sessions/end_all"),
                        request -> signedIn.only(request, s -> endAll(request, s)))
                .GET(address.path("/userinfo"), this::userInfo)
                .build();
    }

    private Mono<ServerResponse> page(ServerRequest request, BrowserSession session) {
        String ticket = byHand.ticket(request.headers().asHttpHeaders(), session, TokenEndpoints.MAKING);
        return sessions.list(session.person().id())
                .sort(Comparator.comparing(BrowserSession::lastUsed).reversed())
                .map(other -> row(other, other.id().equals(session.id())))
                .collectList()
                .zipWith(tokens.list(session.person().id())
                        .map(AccountEndpoints::row)
                        .collectList())
                .zipWith(
                        quotas(session.person().id()),
                        (rows, quotas) -> page(session.person(), rows.getT1(), rows.getT2(), quotas, ticket))
                .map(pages::account)
                .flatMap(html -> ServerResponse.ok()
                        .headers(security::onPage)
                        .contentType(Pages.MEDIA_TYPE)
                        .bodyValue(html));
    }

    /** Worth a line of the page and not the page itself: without an answer of GitHub's there is no such line. */
    private Mono<List<AccountQuota>> quotas(PersonId person) {
        return asPerson.call(person, gitHub::quota)
                .timeout(PATIENCE_WITH_GITHUB)
                .map(told -> List.of(said(told)))
                .onErrorReturn(failure -> !SignedIn.isOver(failure), List.of())
                .defaultIfEmpty(List.of())
                .flatMap(told -> known.of(person, told));
    }

    private static AccountQuota said(Quota told) {
        long spent = Math.max(0, told.limit() - told.remaining());
        return new AccountQuota(CORE, told.limit(), spent, 0, told.remaining(), told.resetsAt());
    }

    private record ShownQuota(String resource, long limit, long spent, long saved, long remaining, String reset) {

        static ShownQuota of(AccountQuota quota) {
            return new ShownQuota(
                    quota.resource(),
                    quota.limit(),
                    quota.spent(),
                    quota.saved(),
                    quota.remaining(),
                    quota.resetsAt().toString());
        }
    }

    private record ShownQuotas(List<ShownQuota> quotas) {}

    private Mono<ServerResponse> quotas(BrowserSession session) {
        return quotas(session.person().id())
                .map(all -> new ShownQuotas(all.stream().map(ShownQuota::of).toList()))
                .flatMap(shown -> ServerResponse.ok()
                        .headers(security::onAnswer)
                        .contentType(MediaType.APPLICATION_JSON)
                        .bodyValue(shown));
    }

    private AccountPage page(
            Person person,
            List<AccountSession> rows,
            List<AccountToken> tokenRows,
            List<AccountQuota> quotas,
            @Nullable String ticket) {
        return new AccountPage(
                person.login(),
                person.name(),
                person.email(),
                person.emailVerified(),
                memberships.groups(person.id()).names(),
                person.id().toString(),
                rows,
                tokenRows,
                quotas,
                ticket);
    }

    private static AccountSession row(BrowserSession session, boolean current) {
        return new AccountSession(
                session.id(),
                current,
                BrowserWords.of(session.origin().userAgent()),
                session.origin().address(),
                session.startedAt(),
                session.lastUsed());
    }

    private static AccountToken row(ApiToken token) {
        String routes = token.routes().contains(ApiToken.EVERY_ROUTE) ? "all" : String.join(", ", token.routes());
        return new AccountToken(token.id(), token.name(), routes, token.madeAt(), token.end());
    }

    private Mono<ServerResponse> endOne(ServerRequest request, BrowserSession session) {
        return PostedForm.of(request)
                .map(form -> String.valueOf(form.getFirst("handle")))
                .flatMap(handle -> sessions.list(session.person().id())
                        .filter(own -> own.id().equals(handle))
                        .next()
                        .flatMap(own -> sessions.end(own.person().id(), own.id(), Reason.SIGNED_OUT))
                        .then(Mono.defer(() -> handle.equals(session.id()) ? leave(request) : stay())));
    }

    private Mono<ServerResponse> endAll(ServerRequest request, BrowserSession session) {
        return PostedForm.of(request).flatMap(form -> switch (String.valueOf(form.getFirst("scope"))) {
            case "others" -> endAllBut(session.id(), session).then(Mono.defer(this::stay));
            case "all" -> endAllBut(null, session).then(Mono.defer(() -> leave(request)));
            default -> Mono.error(Problem.of(ProblemCode.REQUEST_MALFORMED, "The form says neither others nor all"));
        });
    }

    private Mono<Void> endAllBut(@Nullable String except, BrowserSession session) {
        return sessions.endAll(session.person().id(), except, Reason.SIGNED_OUT);
    }

    private Mono<ServerResponse> leave(ServerRequest request) {
        request.exchange().getResponse().addCookie(cookie.clear());
        return redirect("/signed_out");
    }

    private Mono<ServerResponse> stay() {
        return redirect("/account");
    }

    /** 303: whatever was posted, what follows is a page to be got (RFC 9110, section 15.4.4). */
    private Mono<ServerResponse> redirect(String path) {
        return ServerResponse.status(HttpStatus.SEE_OTHER)
                .headers(security::onAnswer)
                .location(URI.create(address.path(path)))
                .build();
    }

    private record UserInfo(String user, @Nullable String email, String preferredUsername, List<String> groups) {}

    private Mono<ServerResponse> userInfo(ServerRequest request) {
        return current.load(request.exchange())
                .switchIfEmpty(Mono.error(
                        () -> Problem.of(ProblemCode.SIGN_IN_REQUIRED).solvedBy(address.at("/start"))))
                .map(BrowserSession::person)
                .map(person -> new UserInfo(
                        person.login(),
                        person.emailVerified() ? person.email() : null,
                        person.login(),
                        memberships.groups(person.id()).names()))
                .flatMap(info -> ServerResponse.ok()
                        .headers(security::onAnswer)
                        .contentType(MediaType.APPLICATION_JSON)
                        .bodyValue(info));
    }
}
