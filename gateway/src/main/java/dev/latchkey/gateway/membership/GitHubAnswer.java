package dev.latchkey.gateway.membership;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.membership.Reading.Outcome;
import dev.latchkey.gateway.provider.Waits;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer of GitHub's API, told apart. A 403 can mean five things, of which "no" is none.
 *
 * @see <a href="https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api">rate limits</a>
 * @see <a href="https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api">SAML single sign-on</a>
 */
record GitHubAnswer(int status, HttpHeaders headers, byte[] body) implements Turns.Answer {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration SHORT_PAUSE = Duration.ofSeconds(5);
    private static final Duration LIMIT_PAUSE = Duration.ofMinutes(1);
    private static final int BODY_START = 1024;
    private static final Pattern NEXT = Pattern.compile("<([^>]{1,2000})>;\\s*rel=\"next\"");
    private static final Pattern SSO_URL = Pattern.compile("url=(https?://[^\\s;,\"'<>]{1,1000})");

    /** GitHub's opening of every refusal that is the organisation's policy and not the person's lack of rights. */
    private static final String POLICY = "Although you appear to have the correct authorization credentials";

    @Override
    public String bodyStart() {
        return new String(body, 0, Math.min(BODY_START, body.length), UTF_8);
    }

    boolean isUnchanged() {
        return status == 304;
    }

    boolean isTold() {
        return status == 200;
    }

    boolean isMoved() {
        return status == 301 || status == 302 || status == 307 || status == 308;
    }

    @Nullable
    String header(String name) {
        return headers.getFirst(name);
    }

    /** The address of the next page, or null (RFC 8288). */
    @Nullable
    String next() {
        String link = header("Link");
        Matcher next = NEXT.matcher(link == null ? "" : link);
        return next.find() ? next.group(1) : null;
    }

    JsonNode json() {
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            throw new Unanswered("GitHub sent something that is not JSON", SHORT_PAUSE);
        }
    }

    /**
     * What an answer without content says.
     *
     * @throws Unanswered if it says nothing about the person
     */
    Outcome refusal(Instant now) {
        if (status == 404 || status == 410 || status == 451) {
            return Outcome.ABSENT;
        }
        if (status == 403 && isSsoRequired()) {
            return Outcome.SSO_REQUIRED;
        }
        if (status == 429 || (status == 403 && isLimit())) {
            throw new Unanswered("GitHub's rate limit is reached", pause(now));
        }
        if (status == 403 && message().startsWith(POLICY)) {
            return Outcome.APP_RESTRICTED;
        }
        if (status == 403 && namesMissingGrant()) {
            return Outcome.SCOPE_MISSING;
        }
        throw new Unanswered("GitHub answered " + status, SHORT_PAUSE);
    }

    private boolean isSsoRequired() {
        return saysOfSso("required");
    }

    /** True if a list lacks what wants a single sign-on first. */
    boolean isPartial() {
        return saysOfSso("partial-results");
    }

    private boolean saysOfSso(String word) {
        String sso = header("X-GitHub-SSO");
        return sso != null && sso.startsWith(word);
    }

    /** Where the person signs in to the organisation, or null. */
    @Nullable
    String ssoUrl() {
        String sso = header("X-GitHub-SSO");
        Matcher url = SSO_URL.matcher(sso == null ? "" : sso);
        return url.find() ? url.group(1) : null;
    }

    private boolean isLimit() {
        if (header("Retry-After") != null || Waits.isSpent(headers)) {
            return true;
        }
        String documentation = text("documentation_url");
        return header("GH-Limited-By") != null
                || documentation.endsWith("secondary-rate-limits")
                || documentation.contains("rate-limits-for-the-rest-api")
                || documentation.endsWith("#abuse-rate-limits");
    }

    /** What would do is named: a permission of a GitHub App, or scopes of which the token has none. */
    private boolean namesMissingGrant() {
        return !words("X-Accepted-GitHub-Permissions").isEmpty()
                || (!words("X-Accepted-OAuth-Scopes").isEmpty()
                        && Collections.disjoint(words("X-Accepted-OAuth-Scopes"), words("X-OAuth-Scopes")));
    }

    /** True if the token is one of an OAuth App that was not granted this scope. */
    boolean lacksScope(String scope) {
        return header("X-OAuth-Scopes") != null && !words("X-OAuth-Scopes").contains(scope);
    }

    private Set<String> words(String name) {
        String value = header(name);
        return value == null || value.isBlank()
                ? Set.of()
                : new HashSet<>(Arrays.asList(value.trim().split("[,;\\s]+")));
    }

    private Duration pause(Instant now) {
        Duration said = Waits.said(headers, now);
        return said == null ? LIMIT_PAUSE : said.compareTo(SHORT_PAUSE) < 0 ? SHORT_PAUSE : said;
    }

    private String message() {
        return text("message");
    }

    private String text(String member) {
        try {
            return JSON.readTree(body).path(member).asString("");
        } catch (JacksonException e) {
            return "";
        }
    }
}
