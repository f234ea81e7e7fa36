package dev.latchkey.gateway.facade.updates;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version as Semantic Versioning 2.0.0 has it, ordered by its section 11. Two that differ only in their build metadata
 * are of the same precedence, and equal here.
 *
 * @param core major, minor and patch
 * @param prerelease the identifiers behind the dash; none for a normal version
 */
record SemanticVersion(List<BigInteger> core, List<String> prerelease) implements Comparable<SemanticVersion> {

    private static final int LONGEST = 256;
    private static final String NUMBER = "(0|[1-9][0-9]*)";
    private static final String IDENTIFIER = "(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)";
    /** Section 9 and 10; and the {@code v} that tags have before the version. */
    private static final Pattern FORM = Pattern.compile("v?" + NUMBER + "\\." + NUMBER + "\\." + NUMBER + "(?:-("
            + IDENTIFIER + "(?:\\." + IDENTIFIER + ")*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?");

    /** The version that is written so, or empty if none is. */
    static Optional<SemanticVersion> parse(String text) {
        Matcher version = FORM.matcher(text);
        if (text.length() > LONGEST || !version.matches()) {
            return Optional.empty();
        }
        List<BigInteger> core = List.of(
                new BigInteger(version.group(1)), new BigInteger(version.group(2)), new BigInteger(version.group(3)));
        String rest = version.group(4);
        return Optional.of(new SemanticVersion(core, rest == null ? List.of() : List.of(rest.split("\\."))));
    }

    boolean isPrerelease() {
        return !prerelease.isEmpty();
    }

    boolean isNewerThan(SemanticVersion other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(SemanticVersion other) {
        for (int i = 0; i < core.size(); i++) {
            int byNumber = core.get(i).compareTo(other.core.get(i));
            if (byNumber != 0) {
                return byNumber;
            }
        }
        if (prerelease.isEmpty() || other.prerelease.isEmpty()) {
            // 11.3: whatever comes before a release is lower than it.
            return Boolean.compare(prerelease.isEmpty(), other.prerelease.isEmpty());
        }
        return comparePrereleases(prerelease, other.prerelease);
    }

    /** 11.4: from left to right; where all before are equal, the longer one is higher. */
    private static int comparePrereleases(List<String> one, List<String> other) {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            int byIdentifier = compareIdentifiers(one.get(i), other.get(i));
            if (byIdentifier != 0) {
                return byIdentifier;
            }
        }
        return Integer.compare(one.size(), other.size());
    }

    /** 11.4.1 to 11.4.3: numbers by value, others in ASCII order, and a number below any other. */
    private static int compareIdentifiers(String one, String other) {
        boolean number = isNumber(one);
        if (number != isNumber(other)) {
            return number ? -1 : 1;
        }
        return number ? new BigInteger(one).compareTo(new BigInteger(other)) : one.compareTo(other);
    }

    private static boolean isNumber(String identifier) {
        return identifier.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public String toString() {
        String normal = core.get(0) + "." + core.get(1) + "." + core.get(2);
        return prerelease.isEmpty() ? normal : normal + "-" + String.join(".", prerelease);
    }
}
