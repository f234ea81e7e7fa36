package dev.latchkey.gateway.ops.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who is let in, as lines of {@code allow}. oauth2-proxy asks for an address and for a membership and for a group; here any
 * one line lets in. So of several demands only the narrowest kind can be kept, and that is told as letting in more.
 */
final class LetIn {

    private static final String EMAILS = "authenticated_emails_file";
    private static final String DOMAINS = "email_domains";
    private static final List<String> MEMBERSHIPS = List.of("github_org", "github_team", "github_repo", "github_users");
    private static final List<String> GROUPS = List.of("allowed_groups");
    private static final Set<String> OTHER_DEMANDS = Set.of(
            "allowed_groups",
            "allowed_roles",
            "google_groups",
            "gitlab_groups",
            "gitlab_projects",
            "bitbucket_team",
            "bitbucket_repository",
            "keycloak_groups",
            "azure_tenant",
            "entra_id_allowed_tenants");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");
    private static final Pattern SLUG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final Pattern REPOSITORY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+");
    private static final Pattern DOMAIN =
            Pattern.compile("(\\*\\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern ADDRESS = Pattern.compile("[a-z0-9.!#$%&'+/=?^_`{|}~-]{1,64}@" + DOMAIN.pattern());

    /** What says who is let in, or may take from whom others let in. */
    private static final Set<String> DEMANDS = Set.of(
            DOMAINS, EMAILS, "github_org", "github_team", "github_repo", "github_users", "provider", "login_url");

    private final OldSettings settings;
    private final Path folder;
    private final Remarks remarks;

    /** @param folder what relative names of files are relative to */
    LetIn(OldSettings settings, Path folder, Remarks remarks) {
        this.settings = settings;
        this.folder = folder;
        this.remarks = remarks;
    }

    /** @throws MigrationRefused if nobody would be let in */
    List<String> lines() {
        boolean gitHub = "github".equals(settings.text("provider"));
        List<String> memberships = gitHub ? whole(MEMBERSHIPS, memberships()) : List.of();
        List<String> groups = gitHub ? whole(GROUPS, groups()) : List.of();
        List<String> addresses =
                settings.list(DOMAINS).contains("*") ? List.of() : whole(List.of(DOMAINS, EMAILS), addresses());
        if (!gitHub) {
            tellOfOtherDemands();
        }
        List<String> lines = narrowest(memberships, groups, addresses);
        if (!lines.isEmpty()) {
            return lines;
        }
        if (!settings.list(DOMAINS).contains("*")) {
            throw new MigrationRefused(
                    "Nobody would be let in: none of email_domains, " + EMAILS
                            + ", github_org, github_team, github_repo and github_users says who, as far as it can be read here");
        }
        if (!gitHub) {
            remarks.wider(
                    DOMAINS,
                    "'*' let in everybody who has an account at the provider; here also everybody who has one at GitHub");
        }
        remarks.unsafe(DOMAINS, "'*' with no other restriction lets in everybody who has an account at the provider");
        return List.of("signed-in");
    }

    /** Tells that the value of an option is not in what was read. */
    static void isElsewhere(String option, Remarks remarks, String words) {
        if (DEMANDS.contains(option) || OTHER_DEMANDS.contains(option)) {
            remarks.wider(option, words + ": what it demands is missing here");
        } else {
            remarks.lost(option, words);
        }
    }

    /** A demand of which nothing is left would otherwise be no demand at all. */
    private List<String> whole(List<String> options, List<String> lines) {
        List<String> said = options.stream().filter(settings::has).toList();
        if (lines.isEmpty() && !said.isEmpty()) {
            throw new MigrationRefused("Nobody would be let in: " + String.join(" and ", said)
                    + " cannot be written as lines of 'allow'; correct that first");
        }
        return lines;
    }

    private void tellOfOtherDemands() {
        settings.names().stream()
                .filter(OTHER_DEMANDS::contains)
                .filter(settings::has)
                .forEach(option ->
                        remarks.wider(option, "it was demanded by another provider; here nothing asks for it"));
    }

    private List<String> narrowest(List<String> memberships, List<String> groups, List<String> addresses) {
        List<List<String>> demands = new ArrayList<>();
        List.of(memberships, groups, addresses).stream()
                .filter(demand -> !demand.isEmpty())
                .forEach(demands::add);
        if (demands.size() > 1) {
            remarks.wider(
                    "allow",
                    "who is let in had to meet " + demands.size() + " demands at once ("
                            + String.join(
                                    "; ", demands.stream().map(LetIn::told).toList())
                            + "); here the first alone lets in");
        }
        return demands.isEmpty() ? List.of() : demands.get(0);
    }

    private static String told(List<String> demand) {
        return demand.size() > 3 ? String.join(", ", demand.subList(0, 3)) + ", …" : String.join(", ", demand);
    }

    // Memberships at GitHub

    private List<String> memberships() {
        Set<String> lines = new LinkedHashSet<>();
        String organization = settings.text("github_org");
        List<String> teams = settings.list("github_team");
        if (!teams.isEmpty()) {
            teams.forEach(team -> add(lines, team(organization, team)));
        } else if (organization != null) {
            add(lines, named("github_org", "org:", organization, NAME));
        }
        repository(organization, teams, lines);
        if (!lines.isEmpty() || organization == null && teams.isEmpty()) {
            settings.list("github_users").forEach(login -> add(lines, named("github_users", "user:", login, NAME)));
        }
        return new ArrayList<>(lines);
    }

    private void repository(@Nullable String organization, List<String> teams, Set<String> lines) {
        String repository = settings.text("github_repo");
        if (repository == null) {
            return;
        }
        if (organization != null) {
            remarks.changed("github_repo", "beside github_org oauth2-proxy does not look at it, and so it is left out");
        } else if (!teams.isEmpty()) {
            remarks.wider("github_repo", "members of a team had to have access to it as well; the team alone lets in");
        } else if (REPOSITORY.matcher(repository).matches()) {
            lines.add("repo:" + repository + ":write");
            remarks.changed(
                    "github_repo",
                    "asks for 'write'; if the repository is private and readers are meant, ask for 'read'");
        } else {
            remarks.lost("github_repo", "'" + repository + "' is no repository");
        }
    }

    private @Nullable String team(@Nullable String organization, String team) {
        int colon = team.indexOf(':');
        String owner = colon < 0 ? organization : team.substring(0, colon);
        String slug = team.substring(colon + 1);
        boolean fit = owner != null
                && NAME.matcher(owner).matches()
                && SLUG.matcher(slug).matches();
        if (!fit || organization != null && colon >= 0) {
            remarks.lost("github_team", "'" + team + "' names no team of an organization");
            return null;
        }
        return "team:" + owner + '/' + slug;
    }

    private List<String> groups() {
        Set<String> lines = new LinkedHashSet<>();
        for (String group : settings.list("allowed_groups")) {
            add(lines, group.contains(":") ? team(null, group) : named("allowed_groups", "org:", group, NAME));
        }
        return new ArrayList<>(lines);
    }

    // Addresses

    private List<String> addresses() {
        List<String> domains = settings.list(DOMAINS);
        Set<String> lines = new LinkedHashSet<>();
        for (String domain : domains) {
            String lower = domain.toLowerCase(Locale.ROOT);
            add(lines, named(DOMAINS, "email:*@", lower.startsWith(".") ? '*' + lower : lower, DOMAIN));
        }
        String file = settings.text(EMAILS);
        if (file != null) {
            addressesIn(file).forEach(address -> add(lines, named(EMAILS, "email:", address, ADDRESS)));
        }
        return new ArrayList<>(lines);
    }

    private List<String> addressesIn(String file) {
        try {
            return Files.readAllLines(folder.resolve(file)).stream()
                    .map(line -> line.strip().toLowerCase(Locale.ROOT))
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            remarks.lost(
                    EMAILS,
                    file + " cannot be read here; add its addresses as lines such as 'email:mona@acme.example'");
            return List.of();
        }
    }

    private @Nullable String named(String option, String kind, String value, Pattern shape) {
        if (shape.matcher(value).matches()) {
            return kind + value;
        }
        remarks.lost(option, "'" + value + "' cannot be written as a line of 'allow'");
        return null;
    }

    private static void add(Set<String> lines, @Nullable String line) {
        if (line != null) {
            lines.add(line);
        }
    }
}
