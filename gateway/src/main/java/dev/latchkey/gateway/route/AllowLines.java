package dev.latchkey.gateway.route;

import dev.latchkey.gateway.actions.ActionsRule;
import dev.latchkey.gateway.membership.Claim;
import dev.latchkey.gateway.membership.Permission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Reads {@code allow}: a line that is no rule is refused, since half a list of rules is not what was meant. */
final class AllowLines {

    private static final Pattern LOGIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\\[bot])?");
    private static final Pattern ORGANIZATION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}");
    private static final Pattern SLUG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");
    private static final Pattern REPOSITORY = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}");
    private static final int MOST = 500;
    private static final String KINDS =
            "'anyone', 'signed-in', 'org:acme', 'team:acme/eng', 'user:octocat', 'repo:acme/wiki:write', 'email:*@acme.example' or 'actions:acme/wiki@refs/heads/main'";

    private final RouteYaml yaml;

    AllowLines(RouteYaml yaml) {
        this.yaml = yaml;
    }

    List<Rule> read(@Nullable Node node) {
        List<Rule> rules = new ArrayList<>();
        if (node == null) {
            return rules;
        }
        List<ScalarNode> lines = yaml.list(node);
        for (ScalarNode line : lines) {
            Rule rule = rule(line);
            if (rule != null) {
                rules.add(rule);
            }
        }
        if (node instanceof SequenceNode sequence && sequence.getValue().isEmpty()) {
            yaml.fault(node, "'allow' lets nobody in", "Add a line such as 'signed-in' or 'user:octocat'.");
        }
        if (lines.size() > MOST) {
            yaml.fault(
                    node, "'allow' has " + lines.size() + " lines", "Write at most " + MOST + "; a team is one line.");
        }
        return rules;
    }

    private @Nullable Rule rule(ScalarNode line) {
        String text = line.getValue();
        int colon = text.indexOf(':');
        String kind = colon < 0 ? text : text.substring(0, colon);
        String rest = colon < 0 ? "" : text.substring(colon + 1);
        return switch (kind) {
            case "anyone" -> bare(line, new Rule.Anyone());
            case "signed-in" -> bare(line, new Rule.SignedIn());
            case "user" -> user(line, rest);
            case "email" -> email(line, rest);
            case "org" -> organization(line, rest);
            case "team" -> team(line, rest);
            case "repo" -> repository(line, rest);
            case "actions" -> actions(line, rest);
            default -> noRule(line);
        };
    }

    private @Nullable Rule bare(ScalarNode line, Rule rule) {
        return line.getValue().indexOf(':') < 0 ? rule : noRule(line);
    }

    private @Nullable Rule noRule(ScalarNode line) {
        return refused(line, "'" + line.getValue() + "' is no rule", "Use " + KINDS + ".");
    }

    private @Nullable Rule refused(ScalarNode line, String what, String remedy) {
        yaml.fault(line, what, remedy);
        return null;
    }

    private @Nullable Rule user(ScalarNode line, String login) {
        return LOGIN.matcher(login).matches()
                ? new Rule.User(login)
                : refused(line, "'" + login + "' is no GitHub login", "Write it like user:octocat.");
    }

    private @Nullable Rule email(ScalarNode line, String pattern) {
        Optional<EmailPattern> email = EmailPattern.of(pattern);
        return email.isPresent()
                ? new Rule.Email(email.get())
                : refused(
                        line,
                        "'" + pattern + "' is no pattern for e-mail addresses",
                        "Write it with one @ and whole labels behind it, like email:*@acme.example or email:*@*.acme.example.");
    }

    private @Nullable Rule organization(ScalarNode line, String login) {
        return ORGANIZATION.matcher(login).matches()
                ? new Rule.Belongs(new Claim.Organization(login))
                : refused(line, "'" + login + "' is no organization", "Write it like org:acme.");
    }

    private @Nullable Rule team(ScalarNode line, String text) {
        String[] parts = text.split("/", -1);
        boolean valid = parts.length == 2
                && ORGANIZATION.matcher(parts[0]).matches()
                && SLUG.matcher(parts[1]).matches();
        return valid
                ? new Rule.Belongs(new Claim.Team(parts[0], parts[1]))
                : refused(
                        line,
                        "'" + text + "' is no team",
                        "Write organization and the team's short name, like team:acme/eng; a team in a team too.");
    }

    private @Nullable Rule actions(ScalarNode line, String text) {
        try {
            return new Rule.Actions(ActionsRule.parse(text));
        } catch (IllegalArgumentException e) {
            return refused(line, String.valueOf(e.getMessage()), "Write it like actions:acme/wiki@refs/heads/main.");
        }
    }

    private @Nullable Rule repository(ScalarNode line, String text) {
        String[] parts = text.split(":", -1);
        String[] names = parts[0].split("/", -1);
        boolean named = parts.length <= 2
                && names.length == 2
                && ORGANIZATION.matcher(names[0]).matches()
                && REPOSITORY.matcher(names[1]).matches();
        if (!named) {
            return refused(
                    line, "'" + text + "' is no repository", "Write it like repo:acme/wiki or repo:acme/wiki:write.");
        }
        Optional<Permission> permission = parts.length == 1 ? Optional.of(Permission.PULL) : Permission.named(parts[1]);
        return permission.isPresent()
                ? new Rule.Belongs(new Claim.Repository(names[0], names[1], permission.get()))
                : refused(
                        line,
                        "'" + parts[1] + "' is no permission",
                        "Use one of "
                                + Arrays.stream(Permission.values())
                                        .map(Permission::role)
                                        .collect(Collectors.joining(", "))
                                + ".");
    }
}
