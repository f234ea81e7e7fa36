package dev.latchkey.gateway.login;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Sha256;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.OwnCookie;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpCookie;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * The attempts of a browser: a cookie for each, so that tabs do not get in each other's way, and never more than a
 * handful.
 *
 * <p>Over https their names begin with {@code __Host-}. Whoever runs a sibling of this host could otherwise plant an
 * attempt of their own and make somebody finish it. Such a cookie goes along with every request to the host until the
 * attempt ends, which is why all of them together are bounded.
 */
final class AttemptCookies {

    private static final int MOST = 8;

    /** Characters of all names and values: half of what a request's headers may take. */
    private static final int MOST_CHARACTERS = 16 * 1024;

    private final String namePrefix;
    private final GatewayAddress address;
    private final KeyRing keys;

    AttemptCookies(GatewayAddress address, KeyRing keys) {
        this.namePrefix = OwnCookie.nameAt(address, OwnCookie.ATTEMPT);
        this.address = address;
        this.keys = keys;
    }

    /** A name for an attempt that tells nothing of its state. */
    static String nameOf(String state) {
        return Sha256.name(state).substring(0, 22);
    }

    void remember(SignInAttempt attempt, ServerHttpRequest request, ServerHttpResponse response) {
        ResponseCookie made = cookie(namePrefix + nameOf(attempt.state()), attempt.seal(keys))
                .maxAge(SignInAttempt.LIFE)
                .build();
        makeRoom(sizeOf(made), request, response);
        response.addCookie(made);
    }

    /** The attempt that this state belongs to, if this browser made it. */
    Optional<SignInAttempt> find(String state, ServerHttpRequest request) {
        return request.getCookies().getOrDefault(namePrefix + nameOf(state), List.of()).stream()
                .flatMap(cookie -> SignInAttempt.open(keys, cookie.getValue()).stream())
                .filter(attempt -> same(attempt.state(), state))
                .findFirst();
    }

    /** The attempt of this browser whose state has that name. */
    Optional<SignInAttempt> findNamed(String name, ServerHttpRequest request) {
        return request.getCookies().getOrDefault(namePrefix + name, List.of()).stream()
                .flatMap(cookie -> SignInAttempt.open(keys, cookie.getValue()).stream())
                .filter(attempt -> same(nameOf(attempt.state()), name))
                .findFirst();
    }

    boolean isKnown(String state, ServerHttpRequest request) {
        return request.getCookies().containsKey(namePrefix + nameOf(state));
    }

    void forget(String state, ServerHttpResponse response) {
        response.addCookie(cookie(namePrefix + nameOf(state), "").maxAge(0).build());
    }

    /** Forgets the oldest attempts, so many that a new one of that size has its place. */
    private void makeRoom(int size, ServerHttpRequest request, ServerHttpResponse response) {
        List<HttpCookie> newestFirst = request.getCookies().values().stream()
                .flatMap(List::stream)
                .filter(cookie -> cookie.getName().startsWith(namePrefix))
                .sorted(Comparator.comparing(this::startOf).reversed())
                .toList();
        int taken = size;
        for (int i = 0; i < newestFirst.size(); i++) {
            HttpCookie attempt = newestFirst.get(i);
            taken += sizeOf(attempt);
            if (i >= MOST - 1 || taken > MOST_CHARACTERS) {
                response.addCookie(cookie(attempt.getName(), "").maxAge(0).build());
            }
        }
    }

    private static int sizeOf(HttpCookie cookie) {
        return cookie.getName().length() + cookie.getValue().length();
    }

    private long startOf(HttpCookie cookie) {
        return SignInAttempt.open(keys, cookie.getValue())
                .map(SignInAttempt::startedAt)
                .orElse(0L);
    }

    private ResponseCookie.ResponseCookieBuilder cookie(String name, String value) {
        return ResponseCookie.from(name, value)
                .httpOnly(true)
                .secure(address.secure())
                .sameSite("Lax")
                .path("/");
    }

    private static boolean same(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
