package dev.latchkey.gateway.github.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.github.api.ApiAnswer;
import dev.latchkey.gateway.github.api.ApiRequest;
import dev.latchkey.gateway.github.api.Calls;
import dev.latchkey.gateway.github.api.Principal;
import dev.latchkey.gateway.github.pace.SimulatedTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;

/**
 * GitHub in simulated time: tags that depend on the caller's token, confirmations that cost no quota, and the documented
 * limits, counted for each person by windows of its own.
 */
final class ReplayedGitHub implements Calls {

    private static final String VARY = "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, X-Requested-With";
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);
    private static final Pattern SHA = Pattern.compile("[0-9a-f]{40}");
    private static final long HOUR = 3_600_000;

    private final SimulatedTime time;
    private final Organization organization;
    private final Random random;
    private final Map<String, Account> accounts = new HashMap<>();
    private final Map<String, Map<String, Integer>> spentOn = new TreeMap<>();
    private final Set<String> given = new HashSet<>();
    private final Set<String> versions = new HashSet<>();
    private int calls;
    private int spent;

    ReplayedGitHub(SimulatedTime time, Organization organization, Random random) {
        this.time = time;
        this.organization = organization;
        this.random = random;
    }

    int calls() {
        return calls;
    }

    /** Forgets what was counted, and not what was given. */
    void countAnew() {
        calls = 0;
        spent = 0;
        spentOn.clear();
    }

    /** On reading alone. */
    int spent() {
        return spent;
    }

    /** The same, by how it came to be paid for, and by the kind of what was read. */
    Map<String, Map<String, Integer>> spentOn() {
        return spentOn;
    }

    Iterable<Account> accounts() {
        return accounts.values();
    }

    @Override
    public Mono<ApiAnswer> call(ApiRequest request) {
        return Mono.create(sink -> {
            long there = 5 + random.nextInt(20);
            long takes = 30 + random.nextInt(90);
            boolean write = !request.method().equals(HttpMethod.GET);
            time.after(there, () -> {
                Account account = account(request);
                boolean taken = account.arrive(write, time.now());
                ApiAnswer answer = taken ? answer(request, account, write) : limited(request, account);
                time.after(takes, () -> account.leave(write, takes, time.now()));
                time.after(takes + there, () -> sink.success(answer));
            });
        });
    }

    private static String personOf(ApiRequest request) {
        return ((Principal.OfPerson) request.principal()).id().subject();
    }

    private Account account(ApiRequest request) {
        return accounts.computeIfAbsent(personOf(request), name -> new Account());
    }

    private ApiAnswer limited(ApiRequest request, Account account) {
        return given(request, account, 403, headers(), "{\"message\":\"You have exceeded a secondary rate limit.\"}");
    }

    private ApiAnswer answer(ApiRequest request, Account account, boolean write) {
        calls++;
        if (write) {
            boolean paid = account.spend(quota(request, account));
            String path = request.target().path();
            organization.change(path, time.now());
            organization.change(path.substring(0, path.lastIndexOf('/')), time.now());
            return given(request, account, paid ? 201 : 403, headers(), "{}");
        }
        String person = personOf(request);
        Resource resource = organization.find(
                person, request.target().path(), request.target().query());
        boolean seen = resource != null
                && (resource.repository() == null || resource.repository().isSeenBy(person, time.now()));
        if (resource == null || !seen) {
            return paid(request, account, 404, headers(), "{\"message\":\"Not Found\"}");
        }
        String body = resource.bodyFor(person);
        HttpHeaders headers = headers();
        headers.set(HttpHeaders.VARY, VARY);
        long seconds = resource.nature().maxAge() / 1_000;
        headers.set(
                HttpHeaders.CACHE_CONTROL,
                seconds == 0 ? "no-cache" : "private, max-age=" + seconds + ", s-maxage=" + seconds);
        String tag = '"' + tag(authorization(request), body) + '"';
        if (request.validators().tags(authorization(request)).contains("W/" + tag)) {
            headers.set(HttpHeaders.ETAG, tag);
            return given(request, account, 304, headers, "");
        }
        headers.set(HttpHeaders.ETAG, "W/" + tag);
        if (resource.nature().next() != null) {
            headers.set(
                    HttpHeaders.LINK,
                    "<https://api.github.com" + resource.nature().next() + ">; rel=\"next\"");
        }
        return paid(request, account, 200, headers, body);
    }

    private ApiAnswer paid(ApiRequest request, Account account, int status, HttpHeaders headers, String body) {
        if (!account.spend(quota(request, account))) {
            return given(request, account, 403, headers(), "{\"message\":\"API rate limit exceeded for user ID 1.\"}");
        }
        spent++;
        String why = why(request, status, headers, body);
        spentOn.computeIfAbsent(why, reason -> new TreeMap<>())
                .merge(kind(request.target().path()), 1, Integer::sum);
        return given(request, account, status, headers, body);
    }

    /** What would have had to be otherwise for the read to be free. */
    private String why(ApiRequest request, int status, HttpHeaders headers, String body) {
        if (status == 404) {
            return "what is not there";
        }
        String path = request.target().path();
        boolean known = !given.add(path + '?' + request.target().query() + ' ' + body);
        boolean isEnd = !headers.containsHeader(HttpHeaders.LINK) && body.endsWith("{\"n\":29}]");
        if (known) {
            return isEnd ? "last pages that are full" : "what somebody has already";
        }
        boolean variant = body.contains("\"role\"") && !versions.add(path + body.replaceAll("\"role.*", ""));
        boolean begun = body.contains("\"version\":0") && !SHA.matcher(path).find();
        return variant ? "what others have in another form" : begun ? "what nobody read before" : "what is new";
    }

    /** The path with what tells one thing of its kind from another left out. */
    private static String kind(String path) {
        String plain = path.replaceFirst("^/(repos/acme/r|repositories/)[0-9]+", "{repository}");
        return SHA.matcher(plain).replaceAll("{sha}").replaceAll("/[0-9]+", "/{number}");
    }

    private Account.Quota quota(ApiRequest request, Account account) {
        return account.quota(request.target().path().startsWith("/search/"), time.now());
    }

    private ApiAnswer given(ApiRequest request, Account account, int status, HttpHeaders headers, String body) {
        Account.Quota quota = quota(request, account);
        headers.set("X-RateLimit-Limit", Integer.toString(quota.limit()));
        headers.set("X-RateLimit-Used", Integer.toString(quota.used()));
        headers.set("X-RateLimit-Remaining", Integer.toString(quota.limit() - quota.used()));
        headers.set("X-RateLimit-Reset", Long.toString(quota.reset() / 1_000));
        headers.set("X-RateLimit-Resource", request.target().path().startsWith("/search/") ? "search" : "core");
        return new ApiAnswer(
                status,
                headers,
                new ApiAnswer.Bytes(body.getBytes(UTF_8)),
                new ApiAnswer.Authorization(authorization(request)),
                false);
    }

    private HttpHeaders headers() {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.DATE, HTTP_DATE.format(Instant.ofEpochMilli(time.now())));
        headers.set(HttpHeaders.CONTENT_TYPE, "application/json; charset=utf-8");
        return headers;
    }

    /** A new one each hour, and not for everybody at once. */
    private String authorization(ApiRequest request) {
        String person = personOf(request);
        long offset = Integer.parseInt(person) * HOUR / Organization.PEOPLE;
        return "Bearer ghu_" + person + '_' + (time.now() + offset) / HOUR;
    }

    /** Written without a look at the cache's own. */
    private static @Nullable String tag(String authorization, String body) {
        try {
            String all = "application/vnd.github+json:" + authorization + "::" + body;
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
