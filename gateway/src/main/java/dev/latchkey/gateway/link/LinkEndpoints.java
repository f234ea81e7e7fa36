package dev.latchkey.gateway.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.SealedRecords.Kept;
import dev.latchkey.gateway.keys.Unsealable;
import dev.latchkey.gateway.limit.Throttle;
import dev.latchkey.gateway.login.ByHand;
import dev.latchkey.gateway.login.PostedForm;
import dev.latchkey.gateway.login.SignInFailures;
import dev.latchkey.gateway.login.SignedIn;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Limits;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.LinkDonePage;
import dev.latchkey.gateway.web.LinkPage;
import dev.latchkey.gateway.web.Pages;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * Where a person confirms that an account of a chat may act as them. They come with an address that the chat has shown them,
 * in whichever browser, sign in, and read both names before they decide: the one who holds the address may be somebody else
 * than the chat believes. What they post is sealed for their own session, and carries a ticket that only a person who has
 * the page open is given, so neither another site nor an app on this host can decide in their place.
 */
final class LinkEndpoints implements SignInFailures {

    static final String PATH = "/link";

    private static final String PARAMETER = "request";
    /** Failures that are the provider's or the person's word, and not somebody's playing with addresses. */
    private static final Set<ProblemCode> OUTCOMES = Set.of(
            ProblemCode.CODE_REFUSED,
            ProblemCode.PROVIDER_FAILED,
            ProblemCode.PROVIDER_MISCONFIGURED,
            ProblemCode.PROFILE_UNUSABLE);

    private static final Limits.Rate VISITS = new Limits.Rate(1, Duration.ofSeconds(1), 60);
    private static final Limits.Rate FAILURES = new Limits.Rate(1, Duration.ofMinutes(1), 3);

    private final AccountLinks links;
    private final SignedIn signedIn;
    private final ByHand byHand;
    private final KeyRing keys;
    private final Throttle throttle;
    private final GatewayAddress address;
    private final Pages pages;
    private final SecurityHeaders security;

    LinkEndpoints(
            AccountLinks links,
            SignedIn signedIn,
            ByHand byHand,
            KeyRing keys,
            Throttle throttle,
            GatewayAddress address,
            Pages pages,
            SecurityHeaders security) {
        this.links = links;
        this.signedIn = signedIn;
        this.byHand = byHand;
        this.keys = keys;
        this.throttle = throttle;
        this.address = address;
        this.pages = pages;
        this.security = security;
    }

    RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET(address.path(PATH), this::open)
                .POST(address.path(PATH), request -> signedIn.only(request, session -> decide(request, session)))
                .build();
    }

    /** Nobody is sent to sign in for something that is over. */
    private Mono<ServerResponse> open(ServerRequest request) {
        String client = RequestScope.of(request.exchange()).client();
        String name = LinkName.of(request.queryParam(PARAMETER).orElse(""));
        return throttle.count("link:" + Throttle.stranger(client), VISITS)
                .then(Mono.defer(() -> links.asked(name)))
                .flatMap(ask -> signedIn.only(request, session -> page(ask, request, session)));
    }

    private Mono<ServerResponse> page(Kept<LinkAsk> ask, ServerRequest request, BrowserSession session) {
        String ticket = byHand.ticket(request.headers().asHttpHeaders(), session, deed(ask));
        if (ticket == null) {
            return Mono.error(Problem.of(ProblemCode.FORM_STALE));
        }
        LinkPage page = new LinkPage(
                ask.value().user(),
                ask.value().room(),
                session.person().login(),
                words(links.lifetime()),
                seal(ask.id(), session),
                ticket);
        return page(pages.link(page));
    }

    /** What was read of one account links no other. */
    private static String deed(Kept<LinkAsk> ask) {
        return "link:" + ask.id();
    }

    private static String words(Duration life) {
        return life.toDays() > 1 ? life.toDays() + " days" : Math.max(1, life.toMinutes()) + " minutes";
    }

    private String seal(String name, BrowserSession session) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(keys.seal(purpose(session), name.getBytes(UTF_8)));
    }

    private String opened(@Nullable String ask, BrowserSession session) {
        try {
            return new String(keys.open(purpose(session), Base64.getUrlDecoder().decode(String.valueOf(ask))), UTF_8);
        } catch (IllegalArgumentException | Unsealable e) {
            throw Problem.of(ProblemCode.LINK_OVER, "This page was not made for you");
        }
    }

    private static String purpose(BrowserSession session) {
        return "link-confirmation:" + session.id();
    }

    private Mono<ServerResponse> decide(ServerRequest request, BrowserSession session) {
        return PostedForm.of(request)
                .flatMap(form -> links.asked(opened(form.getFirst("ask"), session))
                        .flatMap(ask -> Objects.equals(form.getFirst("decision"), "allow")
                                ? byHand.take(request, form, session, deed(ask))
                                        .then(Mono.defer(() -> linked(ask, session)))
                                : links.decline(ask, "person")
                                        .then(Mono.error(() -> Problem.of(ProblemCode.LINK_DECLINED)))));
    }

    private Mono<ServerResponse> linked(Kept<LinkAsk> ask, BrowserSession session) {
        return links.link(ask, session.person())
                .flatMap(link -> page(pages.linkDone(new LinkDonePage(
                        link.user(), link.person().login(), ask.value().done(), link.end()))));
    }

    private Mono<ServerResponse> page(String html) {
        return ServerResponse.ok()
                .headers(security::onPage)
                .contentType(Pages.MEDIA_TYPE)
                .bodyValue(html);
    }

    /** What becomes of a sign-in that was begun for a link is told to the chat. */
    @Override
    public Mono<Problem> failed(String target, Problem problem) {
        String beginning = address.path(PATH) + '?' + PARAMETER + '=';
        boolean declined = problem.code() == ProblemCode.SIGN_IN_DECLINED;
        if (!target.startsWith(beginning) || !(declined || OUTCOMES.contains(problem.code()))) {
            return Mono.just(problem);
        }
        String name = LinkName.of(target.substring(beginning.length()));
        Mono<Problem> told = links.asked(name)
                .flatMap(ask -> declined
                        ? links.decline(ask, problem.code().code())
                        : throttle.count("link-failed:" + name, FAILURES)
                                .then(Mono.defer(() ->
                                        links.failed(ask.value(), problem.code().code()))))
                .thenReturn(declined ? Problem.of(ProblemCode.LINK_DECLINED) : problem);
        // Too many failures, or one whose address was over: the person is told what happened all the same.
        return told.onErrorResume(Problem.class, other -> Mono.just(problem));
    }
}
