package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Repositories by owner and name, whatever the case; {@code *} stands for any run of characters within one of them. */
record RepositoryPatterns(List<Pattern> patterns) {

    static final RepositoryPatterns ALL = new RepositoryPatterns(List.of(compiled("*/*")));

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_.*-]{1,100}/[A-Za-z0-9_.*-]{1,100}");

    static RepositoryPatterns parse(String property, List<String> configured, ConfigurationFaults faults) {
        if (configured.isEmpty()) {
            faults.add(property, "it is missing", "Write which repositories this caller may have, such as acme/*.");
        }
        for (String pattern : configured) {
            if (!FORM.matcher(pattern).matches()) {
                faults.add(
                        property,
                        "'" + pattern + "' is no pattern of repositories",
                        "Write owner and name, such as acme/wiki, acme/* or */*.");
            }
        }
        return new RepositoryPatterns(
                configured.stream().map(RepositoryPatterns::compiled).toList());
    }

    private static Pattern compiled(String pattern) {
        String quoted = Pattern.quote(pattern.toLowerCase(Locale.ROOT)).replace("*", "\\E[^/]*\\Q");
        return Pattern.compile(quoted);
    }

    /** @param fullName owner and name with a slash between them */
    boolean include(String fullName) {
        String key = fullName.toLowerCase(Locale.ROOT);
        return patterns.stream().anyMatch(pattern -> pattern.matcher(key).matches());
    }
}
