package dev.latchkey.gateway.web;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who I am to this gateway, and where I am signed in.
 *
 * @param name the display name, if the provider told one
 * @param email the primary address, if the provider told one
 * @param groups organisations and teams: {@code acme}, {@code acme:eng}
 * @param identity provider and numeric id, which never change: {@code github:583231}
 * @param sessions in the order to show them
 * @param tokens in the order to show them
 * @param quotas what is left of the calls to GitHub, as far as it is known
 * @param ticket what the form for a new token carries; null if whoever looks at the page may not make one
 */
public record AccountPage(
        String login,
        @Nullable String name,
        @Nullable String email,
        boolean emailVerified,
        List<String> groups,
        String identity,
        List<AccountSession> sessions,
        List<AccountToken> tokens,
        List<AccountQuota> quotas,
        @Nullable String ticket) {

    /** Some people are in hundreds of teams; the page shows that many. */
    private static final int GROUPS_SHOWN = 60;

    public AccountPage {
        login = DisplayText.line(login);
        name = name == null || name.isBlank() ? null : DisplayText.line(name);
        email = email == null || email.isBlank() ? null : DisplayText.line(email);
        groups = groups.stream().map(DisplayText::line).toList();
        identity = DisplayText.line(identity);
        sessions = List.copyOf(sessions);
        tokens = List.copyOf(tokens);
        quotas = List.copyOf(quotas);
    }

    /** What people call this person. */
    String shownName() {
        return name == null ? login : name;
    }

    /** In place of a picture, which would have to come from another host. */
    String initials() {
        String[] words = shownName().split("[\\s._-]+");
        String first = initial(words[0]);
        String last = words.length > 1 ? initial(words[words.length - 1]) : "";
        return first.isEmpty() ? initial(login) : first + last;
    }

    boolean hasGroups() {
        return !groups.isEmpty();
    }

    List<String> groupsShown() {
        return groups.subList(0, Math.min(groups.size(), GROUPS_SHOWN));
    }

    /** How many groups are not shown; null if none. */
    @Nullable
    Integer groupsLeftOut() {
        return groups.size() > GROUPS_SHOWN ? groups.size() - GROUPS_SHOWN : null;
    }

    boolean hasTokens() {
        return !tokens.isEmpty();
    }

    boolean hasOtherSessions() {
        return sessions.stream().anyMatch(session -> !session.current());
    }

    private static String initial(String word) {
        return word.codePoints()
                .filter(Character::isLetterOrDigit)
                .limit(1)
                .map(Character::toUpperCase)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
