package dev.latchkey.gateway.login;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.session.BrowserSession;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.web.GatewayAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/**
 * Tells what a person did from what an app's page did in their browser, where that leaves something behind that outlives the
 * page: a token made, a terminal let in, an app or a chat allowed to act for somebody.
 *
 * <p>An app on a path of the sign-in host has the gateway's own origin. Its scripts can ask for whatever the person may see
 * and post whatever the person may post; {@code SameSite}, {@code Origin} and a form's hidden field that a script can fetch
 * tell nothing. What a script cannot do is to make its own request look like a page being opened: {@code Sec-Fetch-Mode} and
 * {@code -Dest} are the browser's to set (W3C Fetch Metadata, section 2), and a document that is opened is not handed to the
 * script that opened it, as long as it is in no frame and in no window that the script holds. Hence:
 *
 * <ul>
 *   <li>The page that has the form is given a ticket only when it is opened as a document. What a script fetches, what is in
 *       a frame ({@code frame-ancestors 'none'} besides) and what a service worker passes on or preloads has none: a worker
 *       that fetches a document asks with an empty destination (Fetch, section 5.4), and a preload says that it is one.
 *   <li>The form is taken only when it is posted as a document, with a ticket of this session that is not half an hour old
 *       and that nobody has used. So an app can neither keep one nor post one in silence.
 *   <li>{@code Cross-Origin-Opener-Policy} takes the page away from a window that opened it.
 *   <li>The JSON API takes the cookie from a program without a browser, and from a page's script only while no app shares
 *       the host: then there is no script but the gateway's own, of which there is none.
 * </ul>
 *
 * <p>What is left: a page that sends the very same opener policy stays connected with a window it opens and can read it,
 * which needs a click of the person's and shows them a window; browsers from before 2023, and any browser where the gateway
 * is reached by plain http at another name than localhost, send no such headers at all. Nothing but a host of its own for the
 * gateway closes that. Asking GitHub anew for the person was rejected: GitHub sends somebody who has agreed once back at
 * once, so a page could have that done as well, and people would learn to click it away.
 */
public final class ByHand {

    /** The name of the form's hidden field. */
    private static final String FIELD = "ticket";

    private static final Duration LIFE = Duration.ofMinutes(30);
    private static final int NONCE_BYTES = 12;
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9_-]{16})\\.([0-9]{1,15})\\.([A-Za-z0-9_-]{1,64})");

    private final KeyRing keys;
    private final Store store;
    private final Routes routes;
    private final GatewayAddress address;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    ByHand(KeyRing keys, Store store, Routes routes, GatewayAddress address, Clock clock) {
        this.keys = keys;
        this.store = store;
        this.routes = routes;
        this.address = address;
        this.clock = clock;
    }

    /**
     * What the form of a page has to carry.
     *
     * @param deed what the form is for; a ticket is good for no other
     * @return null if whatever asks is no person opening a page
     */
    public @Nullable String ticket(HttpHeaders headers, BrowserSession session, String deed) {
        if (!isDocument(headers)) {
            return null;
        }
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        String body = Base64.getUrlEncoder().withoutPadding().encodeToString(nonce)
                + '.'
                + clock.instant().plus(LIFE).toEpochMilli();
        return body + '.' + keys.sign(purpose(deed), text(session, body));
    }

    /** Takes the ticket that came with a form; fails with {@code form.stale} if it is not good, or not any more. */
    public Mono<Void> take(
            ServerRequest request, MultiValueMap<String, String> form, BrowserSession session, String deed) {
        List<String> given = form.getOrDefault(FIELD, List.of());
        Matcher ticket = FORM.matcher(given.size() == 1 ? given.get(0) : "");
        if (!isDocument(request.headers().asHttpHeaders()) || !ticket.matches() || !isOurs(ticket, session, deed)) {
            return Mono.error(stale());
        }
        Instant end = Instant.ofEpochMilli(Long.parseLong(ticket.group(2)));
        if (!clock.instant().isBefore(end)) {
            return Mono.error(stale());
        }
        return store.putIfAbsent("by-hand:" + ticket.group(1), new byte[] {1}, end)
                .flatMap(first -> first ? Mono.empty() : Mono.error(stale()));
    }

    private boolean isOurs(Matcher ticket, BrowserSession session, String deed) {
        String body = ticket.group(1) + '.' + ticket.group(2);
        return keys.verify(purpose(deed), text(session, body), ticket.group(3));
    }

    private static String purpose(String deed) {
        return "by-hand:" + deed;
    }

    private static String text(BrowserSession session, String body) {
        return session.id() + '\n' + body;
    }

    private static Problem stale() {
        return Problem.of(ProblemCode.FORM_STALE);
    }

    /** Fails with {@code request.by-script} if a page sends this that may be an app's. */
    void refuseScripts(ServerRequest request) {
        HttpHeaders headers = request.headers().asHttpHeaders();
        boolean ofBrowser = headers.containsHeader("Sec-Fetch-Mode") || headers.containsHeader("Sec-Fetch-Dest");
        if (ofBrowser && routes.leadToAppsAt(address.externalUrl().getHost())) {
            throw Problem.of(ProblemCode.SCRIPT_REFUSED);
        }
    }

    /** A browser that opens a page, or something that is no browser of the last years. */
    static boolean isDocument(HttpHeaders headers) {
        List<String> modes = headers.getOrEmpty("Sec-Fetch-Mode");
        List<String> destinations = headers.getOrEmpty("Sec-Fetch-Dest");
        if (headers.containsHeader("Service-Worker-Navigation-Preload")) {
            return false;
        }
        return (modes.isEmpty() && destinations.isEmpty())
                || (modes.equals(List.of("navigate")) && destinations.equals(List.of("document")));
    }
}
