package dev.latchkey.gateway.actions;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs are let in, as a route file says it behind {@code actions:}.
 *
 * <table>
 * <caption>Forms</caption>
 * <tr><td>{@code acme/wiki}</td><td>every job of the repository but those of pull requests</td></tr>
 * <tr><td>{@code acme/wiki@refs/heads/main}</td><td>only those for that ref</td></tr>
 * <tr><td>{@code acme/wiki:environment:prod}</td><td>only those that deploy to that environment</td></tr>
 * <tr><td>{@code acme/wiki:pull_request}</td><td>only those of pull requests</td></tr>
 * <tr><td>{@code acme@1/wiki@2…}</td><td>the same by numbers, whatever the names are by now</td></tr>
 * </table>
 *
 * <p>{@code *} stands for any run of characters in the repository's name, in a ref and in an environment, but not in the
 * owner: a rule always says whose jobs it means. A job that somebody else's pull request can start is let in by the one
 * form that says so, and one of {@code pull_request_target}, which runs with the base's ref, by none.
 */
public final class ActionsRule {

    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9_.-]{1,100})(?:@([0-9]{1,18}))?"
            + "/([A-Za-z0-9_.*-]{1,100})(?:@([0-9]{1,18}))?"
            + "(?:@(refs/[^\\s:]{1,255})|:environment:([^:]{1,255})|:(pull_request))?");
    private static final Set<String> STARTED_BY_STRANGERS = Set.of("pull_request", "pull_request_target");

    private final String text;
    private final String owner;
    private final @Nullable String ownerId;
    private final Pattern name;
    private final @Nullable String repositoryId;
    private final @Nullable Pattern ref;
    private final @Nullable Pattern environment;
    private final boolean pullRequest;

    private ActionsRule(String text, Matcher form) {
        this.text = text;
        this.owner = form.group(1);
        this.ownerId = form.group(2);
        this.name = glob(form.group(3).toLowerCase(Locale.ROOT));
        this.repositoryId = form.group(4);
        this.ref = form.group(5) == null ? null : glob(form.group(5));
        this.environment = form.group(6) == null ? null : glob(form.group(6));
        this.pullRequest = form.group(7) != null;
    }

    /**
     * Reads a rule.
     *
     * @throws IllegalArgumentException with words for whoever wrote it
     */
    public static ActionsRule parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + text + "' names no jobs; write owner/repository, and behind it"
                    + " @refs/heads/main, :environment:prod or :pull_request");
        }
        if ((form.group(2) == null) != (form.group(4) == null)) {
            throw new IllegalArgumentException(
                    "'" + text + "' has a number for one of owner and repository; write both, or none");
        }
        return new ActionsRule(text, form);
    }

    /**
     * A job as a question names it, in the form of a rule that means no other: what the question does not tell is not known
     * of it.
     *
     * @throws IllegalArgumentException with words for whoever asks
     */
    public static ActionsJob jobIn(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || text.indexOf('*') >= 0) {
            throw new IllegalArgumentException("'" + text + "' names no job; write owner/repository, and behind it"
                    + " @refs/heads/main, :environment:prod or :pull_request");
        }
        return new ActionsJob(
                text,
                form.group(1) + '/' + form.group(3),
                form.group(4),
                form.group(2),
                form.group(5),
                form.group(6),
                form.group(7) == null ? "push" : form.group(7),
                null,
                null,
                null,
                null,
                null,
                null,
                Instant.EPOCH);
    }

    /** What a rule says of a job of which not everything need be known. */
    public enum Verdict {
        MEANT,
        NOT_MEANT,
        UNTOLD
    }

    /** Whether it means a job in a question. */
    public Verdict judge(ActionsJob asked) {
        List<Verdict> verdicts = List.of(
                judgeRepository(asked),
                isOfEvent(asked) ? Verdict.MEANT : Verdict.NOT_MEANT,
                judge(ref, asked.ref()),
                judge(environment, asked.environment()));
        if (verdicts.contains(Verdict.NOT_MEANT)) {
            return Verdict.NOT_MEANT;
        }
        return verdicts.contains(Verdict.UNTOLD) ? Verdict.UNTOLD : Verdict.MEANT;
    }

    private Verdict judgeRepository(ActionsJob asked) {
        if (repositoryId != null && asked.repositoryId() == null) {
            return Verdict.UNTOLD;
        }
        return isOfRepository(asked) ? Verdict.MEANT : Verdict.NOT_MEANT;
    }

    private static Verdict judge(@Nullable Pattern pattern, @Nullable String value) {
        if (pattern != null && value == null) {
            return Verdict.UNTOLD;
        }
        return fits(pattern, value) ? Verdict.MEANT : Verdict.NOT_MEANT;
    }

    private static Pattern glob(String text) {
        return Pattern.compile(Pattern.quote(text).replace("*", "\\E.*\\Q"));
    }

    /** Whether it means that job. */
    public boolean matches(ActionsJob job) {
        return isOfRepository(job) && isOfEvent(job) && fits(ref, job.ref()) && fits(environment, job.environment());
    }

    /** By numbers where the rule has them: a name that is given anew does not bring the rights of the old one with it. */
    private boolean isOfRepository(ActionsJob job) {
        if (repositoryId != null) {
            return repositoryId.equals(job.repositoryId())
                    && String.valueOf(ownerId).equals(job.ownerId());
        }
        int slash = job.repository().indexOf('/');
        return slash > 0
                && owner.equalsIgnoreCase(job.repository().substring(0, slash))
                && name.matcher(job.repository().substring(slash + 1).toLowerCase(Locale.ROOT))
                        .matches();
    }

    private boolean isOfEvent(ActionsJob job) {
        String event = job.event();
        if (pullRequest) {
            return "pull_request".equals(event);
        }
        return event != null && !STARTED_BY_STRANGERS.contains(event);
    }

    private static boolean fits(@Nullable Pattern pattern, @Nullable String value) {
        return pattern == null || (value != null && pattern.matcher(value).matches());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ActionsRule rule && rule.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
