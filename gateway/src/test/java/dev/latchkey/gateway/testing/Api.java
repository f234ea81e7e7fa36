package dev.latchkey.gateway.testing;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What every call to the REST API goes through before its own endpoint: version, credential, quota. */
final class Api {

    static final String BASE = "/api/v3";

    private static final String DEFAULT_VERSION = "2022-11-28";
    private static final Set<String> VERSIONS = Set.of(DEFAULT_VERSION, "2026-03-10");
    private static final int ANONYMOUS_QUOTA = 60;
    private static final int APP_QUOTA = 5_000;
    private static final DateTimeFormatter EXPIRATION =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

    private final GitHubState state;

    Api(GitHubState state) {
        this.state = state;
    }

    /** Answers for the person whose live token came with the call, and counts it against that person's quota. */
    Reply asPerson(Call call, Answer answer) {
        return refusal(call).orElseGet(() -> identified(call, caller -> counted(call, caller, answer, true)));
    }

    /** As {@link #asPerson}, for an answer that has whatever tag it should have. */
    Reply asPersonAsIs(Call call, Answer answer) {
        return refusal(call).orElseGet(() -> identified(call, caller -> counted(call, caller, answer, false)));
    }

    /** As {@link #asPerson}, without counting. */
    Reply asPersonForFree(Call call, Answer answer) {
        return refusal(call)
                .orElseGet(() -> identified(call, caller -> described(call, caller, answer.answer(caller))));
    }

    /** Answers what needs no person, such as the calls an app makes with its id and secret. */
    Reply asAnyone(Call call, Supplier<Reply> answer) {
        return refusal(call).orElseGet(answer).with("X-GitHub-Media-Type", "github.v3; format=json");
    }

    /** Whether an app calls with its id and secret, for nobody. */
    boolean isApp(Call call) {
        return call.basic()
                .filter(basic -> state.app(basic.id())
                        .filter(app -> app.hasSecret(basic.secret()))
                        .isPresent())
                .isPresent();
    }

    /** Answers for an app, and counts it against the app's own quota. */
    Reply asApp(Call call, Supplier<Reply> answer) {
        String key = "app:" + call.basic().orElseThrow().id();
        return refusal(call).orElseGet(() -> state.quotas.take(key, APP_QUOTA).on(answer.get()));
    }

    private Optional<Reply> refusal(Call call) {
        if (call.header("User-Agent") == null) {
            return Optional.of(Reply.of(
                    403, "text/html", "Request forbidden by administrative rules. Please send a User-Agent header."));
        }
        if (!VERSIONS.contains(version(call))) {
            return Optional.of(Reply.message(400, "Unsupported API version: " + version(call)));
        }
        return Optional.empty();
    }

    private Reply identified(Call call, Answer answer) {
        Optional<StubToken> token = state.tokens.live(call.token());
        if (state.inIncident() || token.filter(state::isTooFreshForReplicas).isPresent()) {
            return badCredentials();
        }
        Optional<StubPerson> person = token.flatMap(state::ownerOf);
        if (person.isEmpty()) {
            return call.token() == null ? anonymous(401, "Requires authentication") : badCredentials();
        }
        return answer.answer(new Caller(person.get(), token.get(), appOf(token.get())));
    }

    private Reply counted(Call call, Caller caller, Answer answer, boolean tagging) {
        String key = quotaKey(caller.person());
        int limit = caller.person().quota();
        Quotas.Quota before = state.quotas.look(key, limit);
        if (before.remaining() == 0) {
            state.quotas.take(key, limit);
            return Quotas.primaryLimit(caller.person().login(), before.reset());
        }
        Reply given = answer.answer(caller);
        Reply reply = tagging ? tagged(call, given) : given;
        Quotas.Quota quota = reply.status() == 304 ? before : state.quotas.take(key, limit);
        return described(call, caller, quota.on(reply));
    }

    /**
     * The answer with its entity tag, or 304 if that is what the caller has. As on GitHub the tag depends on the token,
     * speaks for the body alone, and comes back strong where it was given weak.
     */
    private static Reply tagged(Call call, Reply reply) {
        if (!call.method().equals("GET") || reply.status() != 200) {
            return reply;
        }
        String tag = '"' + Integer.toHexString((call.token() + reply.body()).hashCode()) + '"';
        String known = call.header("If-None-Match");
        return tag.equals(known == null ? null : known.replaceFirst("^W/", ""))
                ? Reply.empty(304).with("ETag", tag)
                : reply.with("ETag", "W/" + tag);
    }

    private Reply described(Call call, Caller caller, Reply reply) {
        StubToken token = caller.token();
        Reply described = reply.with("X-GitHub-Media-Type", "github.v3; format=json")
                .with("X-GitHub-Api-Version-Selected", version(call))
                .with("X-OAuth-Client-Id", token.clientId());
        if (!caller.app().isGitHubApp()) {
            described = described.with("X-OAuth-Scopes", String.join(", ", token.scopes()));
        }
        if (token.expiresAt() != null) {
            described = described.with("GitHub-Authentication-Token-Expiration", EXPIRATION.format(token.expiresAt()));
        }
        return described;
    }

    /**
     * A dead token is counted as nobody, so its 401 has the anonymous limit of 60; during an incident good tokens get
     * the very same answer.
     */
    Reply badCredentials() {
        return anonymous(401, "Bad credentials");
    }

    private Reply anonymous(int status, String message) {
        return state.quotas.take("nobody", ANONYMOUS_QUOTA).on(Reply.message(status, message));
    }

    private StubApp appOf(StubToken token) {
        return state.app(token.clientId()).orElseThrow();
    }

    static String quotaKey(StubPerson person) {
        return "api:" + person.account();
    }

    private static String version(Call call) {
        return Optional.ofNullable(call.header("X-GitHub-Api-Version")).orElse(DEFAULT_VERSION);
    }

    /** Who is calling, with what. */
    record Caller(StubPerson person, StubToken token, StubApp app) {

        /** Whether an OAuth App's token holds one of these scopes, or a GitHub App has that permission. */
        boolean may(String permission, String... scopes) {
            return app.isGitHubApp() ? app.hasPermission(permission) : Scopes.allowAny(token.scopes(), scopes);
        }
    }

    interface Answer {
        Reply answer(Caller caller);
    }
}
