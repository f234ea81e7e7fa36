package dev.latchkey.gateway.route;

import dev.latchkey.gateway.web.EscapedSlashes;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Which repository a route is about: {@code acme/wiki}, or {@code acme/{repo}} with a variable of the route's path. The
 * owner is always written out, since a client chooses what stands in its path, and an App is installed at many owners.
 *
 * @param name the repository's name, or that of a variable
 */
public record RepositoryTemplate(String owner, String name, boolean isVariable) {

    private static final Pattern FORM = Pattern.compile(
            "([A-Za-z0-9][A-Za-z0-9_-]{0,99})/(?:\\{([A-Za-z][A-Za-z0-9]{0,31})}|(?!\\.{1,2}$)([A-Za-z0-9._-]{1,100}))");

    static Optional<RepositoryTemplate> of(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        boolean variable = form.group(2) != null;
        return Optional.of(new RepositoryTemplate(form.group(1), form.group(variable ? 2 : 3), variable));
    }

    /** Whether a path of that pattern tells the repository. */
    boolean fits(PathPattern path) {
        return !isVariable || path.getPatternString().contains("{" + name + "}");
    }

    /** The repository's name in a request for that raw path, as it stands there; null if the path has none. */
    public @Nullable String nameIn(PathPattern path, String rawPath) {
        if (!isVariable) {
            return name;
        }
        String found = variable(path, rawPath);
        // Whose repository it is must not depend on how an escaped slash is read.
        boolean plain = !EscapedSlashes.areIn(rawPath)
                || Objects.equals(found, variable(path, EscapedSlashes.asSlashes(rawPath)));
        return plain ? found : null;
    }

    private @Nullable String variable(PathPattern path, String rawPath) {
        PathPattern.PathMatchInfo match = path.matchAndExtract(PathContainer.parsePath(rawPath));
        Map<String, String> variables = match == null ? Map.of() : match.getUriVariables();
        return variables.get(name);
    }
}
