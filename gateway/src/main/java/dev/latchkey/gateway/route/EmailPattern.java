package dev.latchkey.gateway.route;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Addresses such as {@code *@acme.example}. Anchored at both ends and compared without case; before the {@code @} a star
 * stands for any characters but {@code @}, behind it only for whole labels at the beginning, so that nobody can register
 * {@code evil-acme.example} and be covered.
 */
public final class EmailPattern {

    private static final Pattern LOCAL = Pattern.compile("[a-z0-9.!#$%&'+/=?^_`{|}~*-]{1,64}");
    private static final Pattern DOMAIN =
            Pattern.compile("(\\*\\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    private final String local;
    private final String domain;

    private EmailPattern(String local, String domain) {
        this.local = local;
        this.domain = domain;
    }

    /** The pattern, or empty if the text is none. */
    static Optional<EmailPattern> of(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        int at = lower.indexOf('@');
        if (at < 0 || at != lower.lastIndexOf('@')) {
            return Optional.empty();
        }
        String local = lower.substring(0, at);
        String domain = lower.substring(at + 1);
        return LOCAL.matcher(local).matches() && DOMAIN.matcher(domain).matches()
                ? Optional.of(new EmailPattern(local, domain))
                : Optional.empty();
    }

    /** True if the address has exactly one {@code @} and fits. */
    boolean covers(@Nullable String address) {
        int at = address == null ? -1 : address.indexOf('@');
        if (address == null || at < 1 || at != address.lastIndexOf('@')) {
            return false;
        }
        String lower = address.toLowerCase(Locale.ROOT);
        return coversDomain(lower.substring(at + 1)) && coversLocal(lower.substring(0, at));
    }

    private boolean coversDomain(String asked) {
        return domain.startsWith("*.")
                ? asked.endsWith(domain.substring(1)) && asked.length() > domain.length() - 1
                : asked.equals(domain);
    }

    /** In time proportional to the product of both lengths at most, whatever the pattern. */
    private boolean coversLocal(String asked) {
        int pattern = 0;
        int star = -1;
        int retry = 0;
        int i = 0;
        while (i < asked.length()) {
            if (pattern < local.length() && local.charAt(pattern) == '*') {
                star = pattern++;
                retry = i;
            } else if (pattern < local.length() && local.charAt(pattern) == asked.charAt(i)) {
                pattern++;
                i++;
            } else if (star >= 0) {
                pattern = star + 1;
                i = ++retry;
            } else {
                return false;
            }
        }
        while (pattern < local.length() && local.charAt(pattern) == '*') {
            pattern++;
        }
        return pattern == local.length();
    }

    String domain() {
        return domain;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EmailPattern pattern && local.equals(pattern.local) && domain.equals(pattern.domain);
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        return local + '@' + domain;
    }
}
