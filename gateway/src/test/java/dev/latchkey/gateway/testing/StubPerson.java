package dev.latchkey.gateway.testing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A person with an account at the stand-in, changeable while tests run. A new person has a name, a profile e-mail and one
 * primary verified address, and belongs to nothing.
 */
public final class StubPerson {

    private final long originalId;
    private final List<Email> emails = new CopyOnWriteArrayList<>();
    private final Map<String, Membership> orgs = new ConcurrentSkipListMap<>();
    private final List<Team> teams = new CopyOnWriteArrayList<>();
    private final Map<String, String> repositories = new ConcurrentSkipListMap<>();

    private volatile long id;
    private volatile String login;
    private volatile String name;
    private volatile String profileEmail;
    private volatile String avatarUrl;
    private volatile boolean defaultEmail = true;
    private volatile boolean withoutId;
    private volatile boolean unverified;
    private volatile int quota = 5_000;

    StubPerson(long id, String login) {
        this.originalId = id;
        this.id = id;
        this.login = login;
        this.name = Character.toUpperCase(login.charAt(0)) + login.substring(1);
        this.profileEmail = login + "@example.com";
        this.avatarUrl = "https://avatars.githubusercontent.com/u/" + id + "?v=4";
        emails.add(new Email(profileEmail, true, true));
    }

    public StubPerson id(long number) {
        id = number;
        return this;
    }

    /** Another login for the same account; the old one is free for somebody else. */
    public StubPerson rename(String newLogin) {
        login = newLogin;
        return this;
    }

    public StubPerson name(String shown) {
        name = shown;
        return this;
    }

    /** The address on the profile, or null when it is hidden. */
    public StubPerson profileEmail(String address) {
        profileEmail = address;
        return this;
    }

    /** Adds to {@code /user/emails}; the first call replaces the address everybody starts with. */
    public StubPerson email(String address, boolean primary, boolean verified) {
        if (defaultEmail) {
            withoutEmails();
        }
        emails.add(new Email(address, primary, verified));
        return this;
    }

    public StubPerson withoutEmails() {
        defaultEmail = false;
        emails.clear();
        return this;
    }

    public StubPerson avatarUrl(String url) {
        avatarUrl = url;
        return this;
    }

    /** Active memberships in these organisations. */
    public StubPerson orgs(String... logins) {
        for (String org : logins) {
            orgs.put(org, new Membership(org, "member", "active"));
        }
        return this;
    }

    /** {@code role} is {@code member} or {@code admin}, {@code state} {@code active} or {@code pending}. */
    public StubPerson org(String org, String role, String state) {
        orgs.put(org, new Membership(org, role, state));
        return this;
    }

    /**
     * Teams as {@code acme/eng}, or {@code acme/eng/core} for the team {@code core} whose parent is {@code eng}. Being in a
     * team makes one a member of its organisation.
     */
    public StubPerson teams(String... paths) {
        for (String path : paths) {
            Team team = Team.of(path);
            teams.add(team);
            orgs.putIfAbsent(team.org(), new Membership(team.org(), "member", "active"));
        }
        return this;
    }

    /** Leaves the organisation, its teams and its repositories. */
    public StubPerson leaves(String org) {
        orgs.remove(org);
        teams.removeIf(team -> team.org().equals(org));
        repositories.keySet().removeIf(repository -> repository.startsWith(org + "/"));
        return this;
    }

    public StubPerson leavesTeam(String path) {
        teams.remove(Team.of(path));
        return this;
    }

    /** {@code permission} is {@code pull}, {@code triage}, {@code push}, {@code maintain} or {@code admin}; null takes it away. */
    public StubPerson repository(String fullName, String permission) {
        if (permission == null) {
            repositories.remove(fullName);
        } else {
            repositories.put(fullName, permission);
        }
        return this;
    }

    /** A profile that lacks {@code id}. */
    public StubPerson withoutId() {
        withoutId = true;
        return this;
    }

    /** Sign-in ends in {@code unverified_user_email}. */
    public StubPerson unverified() {
        unverified = true;
        return this;
    }

    /** API requests per hour. */
    public StubPerson quota(int perHour) {
        quota = perHour;
        return this;
    }

    public long id() {
        return id;
    }

    public String login() {
        return login;
    }

    public String name() {
        return name;
    }

    /** Stays what it was at birth, so that tokens keep their owner when a test changes the id. */
    long account() {
        return originalId;
    }

    String profileEmail() {
        return profileEmail;
    }

    String avatarUrl() {
        return avatarUrl;
    }

    List<Email> emails() {
        return emails;
    }

    List<Membership> memberships() {
        return List.copyOf(orgs.values());
    }

    List<Team> teams() {
        return teams;
    }

    Map<String, String> repositories() {
        return repositories;
    }

    boolean lacksId() {
        return withoutId;
    }

    boolean isUnverified() {
        return unverified;
    }

    int quota() {
        return quota;
    }

    record Email(String address, boolean primary, boolean verified) {}

    record Membership(String org, String role, String state) {

        boolean isActive() {
            return state.equals("active");
        }
    }

    /** A team; {@code parent} is null at the top. */
    record Team(String org, String slug, Team parent) {

        static Team of(String path) {
            String[] parts = path.split("/");
            Team team = null;
            for (int i = 1; i < parts.length; i++) {
                team = new Team(parts[0], parts[i], team);
            }
            if (team == null) {
                throw new IllegalArgumentException("A team is org/team or org/parent/team, not " + path);
            }
            return team;
        }

        /** This team or the one above it that has that slug. */
        Team upTo(String other) {
            return slug.equals(other) ? this : parent.upTo(other);
        }

        boolean isOrIsUnder(String organisation, String other) {
            boolean here = org.equals(organisation) && slug.equals(other);
            return here || (parent != null && parent.isOrIsUnder(organisation, other));
        }
    }
}
