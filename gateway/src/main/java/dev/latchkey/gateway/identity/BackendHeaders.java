package dev.latchkey.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.gateway.actions.ActionsJob;
import dev.latchkey.gateway.membership.Groups;
import dev.latchkey.gateway.membership.Memberships;
import dev.latchkey.gateway.provider.AccessToken;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.HeaderPreset;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.route.Send;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.web.ClientHeaders;
import dev.latchkey.gateway.web.GrpcCall;
import dev.latchkey.gateway.web.RequestScope;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Makes the headers of the request to a backend, in one pass over what the client sent. */
final class BackendHeaders {

    private static final String COOKIE = "cookie";
    private static final String AUTHORIZATION = "authorization";
    private static final String JOB_PREFIX = "x-latchkey-actions-";

    private final IdentityJwt jwts;
    private final TrackeepJwt trackeepJwts;
    private final Memberships memberships;
    /** By the very object, which a session keeps as long as it is near: looked at once and not for every request. */
    private final Cache<Person, IdentityLines> known =
            Caffeine.newBuilder().weakKeys().build();

    BackendHeaders(IdentityJwt jwts, TrackeepJwt trackeepJwts, Memberships memberships) {
        this.jwts = jwts;
        this.trackeepJwts = trackeepJwts;
        this.memberships = memberships;
    }

    HttpHeaders make(
            HttpHeaders received,
            RequestScope scope,
            Permit permit,
            @Nullable AccessToken token,
            @Nullable Instant tokenEnd) {
        HttpHeaders headers = new DefaultHttpHeaders();
        Send send = permit.route().send();
        String reserved =
                send.jwt() == null ? "" : ClientHeaders.plain(send.jwt().header());
        copy(received, headers, reserved, isSpent(permit.caller()) ? AUTHORIZATION : reserved);
        if (isWebSocket(received)) {
            headers.set("Connection", "Upgrade").set("Upgrade", "websocket");
        }
        if (permit.route().speaksHttp2() && GrpcCall.isContentType(received.get("content-type"))) {
            // Some servers of gRPC refuse a call whose client does not say that it minds trailers.
            headers.set("TE", "trailers");
        }
        addOrigin(headers, scope);
        if (permit.caller() != null) {
            addIdentity(headers, send, permit.caller());
            addTrackeepJwt(headers, send, permit.caller(), token, tokenEnd);
        }
        if (token != null && (send.githubToken() || send.repository() != null)) {
            headers.set("X-Forwarded-Access-Token", token.reveal());
        }
        return headers;
    }

    /** What the gateway knew the caller by is a credential for the gateway and no one behind it. */
    private static boolean isSpent(@Nullable Caller caller) {
        return caller instanceof Caller.InSession inSession ? inSession.presented() : caller != null;
    }

    private static void copy(HttpHeaders received, HttpHeaders headers, String reserved, String spent) {
        Iterator<Map.Entry<CharSequence, CharSequence>> entries = received.iteratorCharSequence();
        while (entries.hasNext()) {
            Map.Entry<CharSequence, CharSequence> entry = entries.next();
            String name = ClientHeaders.plain(entry.getKey());
            if (name.equals(COOKIE)) {
                addCookies(headers, entry.getValue().toString());
            } else if (!name.equals(reserved) && !name.equals(spent) && !ClientHeaders.isDropped(name)) {
                headers.add(entry.getKey(), entry.getValue());
            }
        }
    }

    private static void addCookies(HttpHeaders headers, String line) {
        String rest = CookieLine.withoutOwn(line);
        if (!rest.isEmpty()) {
            headers.add("Cookie", rest);
        }
    }

    /** A handshake that the server here can meet (RFC 6455, section 4.2.1). Any other is a plain request to the app. */
    private static boolean isWebSocket(HttpHeaders received) {
        return "websocket".equalsIgnoreCase(received.get("upgrade"))
                && received.contains("sec-websocket-key")
                && "13".equals(received.get("sec-websocket-version"));
    }

    private static void addOrigin(HttpHeaders headers, RequestScope scope) {
        int port = scope.port() >= 0 ? scope.port() : scope.scheme().equals("https") ? 443 : 80;
        headers.set("X-Forwarded-For", scope.forwardedFor())
                .set("X-Forwarded-Proto", scope.scheme())
                .set("X-Forwarded-Host", scope.authority())
                .set("X-Forwarded-Port", Integer.toString(port))
                .set("X-Request-Id", scope.requestId())
                .set("traceparent", scope.traceParent());
        if (scope.traceState() != null) {
            headers.set("tracestate", scope.traceState());
        }
    }

    private void addIdentity(HttpHeaders headers, Send send, Caller caller) {
        Groups groups = groups(send, caller.person());
        addNames(send.headers(), caller, groups, headers::set);
        addJwt(send, caller, groups, headers::set);
    }

    /** Only on the way to the app: nobody else may see the token that it holds. */
    private void addTrackeepJwt(
            HttpHeaders headers, Send send, Caller caller, @Nullable AccessToken token, @Nullable Instant tokenEnd) {
        Send.Jwt jwt = send.jwt();
        if (jwt != null && jwt.secret() != null && token != null && caller.person() != null) {
            headers.set(jwt.header(), trackeepJwts.headerValue(caller, caller.person(), jwt, token, tokenEnd));
        }
    }

    private Groups groups(Send send, @Nullable Person person) {
        return person == null || (send.jwt() == null && send.headers().groups() == null)
                ? Groups.NONE
                : memberships.groups(person.id());
    }

    private void addNames(HeaderPreset names, Caller caller, Groups groups, BiConsumer<String, String> headers) {
        IdentityLines lines = linesOf(caller);
        set(headers, names.user(), lines.login());
        set(headers, names.email(), lines.email());
        set(headers, names.preferredUsername(), lines.login());
        set(headers, names.displayName(), lines.name());
        set(headers, names.groups(), groups.joined());
        if (caller instanceof Caller.Job job && names != HeaderPreset.NONE) {
            addFacts(job.job(), headers);
        }
    }

    private IdentityLines linesOf(Caller caller) {
        return caller instanceof Caller.Job job
                ? IdentityLines.of(job.job())
                : known.get(Objects.requireNonNull(caller.person()), IdentityLines::of);
    }

    /** Under names of the gateway's own, since no other gateway has any: {@code x-latchkey-actions-run-id}. */
    private static void addFacts(ActionsJob job, BiConsumer<String, String> headers) {
        JobClaims.facts(job)
                .forEach((name, value) ->
                        set(headers, JOB_PREFIX + name.replace('_', '-'), IdentityLines.header(value)));
    }

    private void addJwt(Send send, Caller caller, Groups groups, BiConsumer<String, String> headers) {
        if (send.jwt() != null && send.jwt().secret() == null) {
            headers.accept(send.jwt().header(), jwts.headerValue(caller, groups, send.jwt()));
        }
    }

    /**
     * Tells a proxy in front of somebody: by the names that proxies copy from oauth2-proxy, and by those of the route's
     * preset if they are others.
     */
    void tell(Caller caller, Send send, BiConsumer<String, String> headers) {
        Person person = caller.person();
        Groups groups = person == null ? Groups.NONE : memberships.groups(person.id());
        if (send.headers() != HeaderPreset.OAUTH2_PROXY) {
            addNames(send.headers(), caller, groups, headers);
        }
        IdentityLines lines = linesOf(caller);
        set(headers, "X-Auth-Request-User", lines.login());
        set(headers, "X-Auth-Request-Email", lines.email());
        set(headers, "X-Auth-Request-Preferred-Username", lines.login());
        set(headers, "X-Auth-Request-Groups", groups.joined());
        addJwt(send, caller, groups, headers);
    }

    private static void set(BiConsumer<String, String> headers, @Nullable String name, @Nullable String value) {
        if (name != null && value != null) {
            headers.accept(name, value);
        }
    }
}
