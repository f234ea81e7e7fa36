package dev.latchkey.gateway.membership;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.session.PersonId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What GitHub answered to a question about a person, and its stored form: JSON, sealed for that person and question.
 *
 * @param v version of this form; records of another version are asked for anew
 * @param seq the newest change at GitHub that this node knew of when it began to ask; later ones may not be in here
 * @param readAt when it was asked, in milliseconds
 * @param ssoUrl where the person signs in to the organisation, if that is what stands in the way
 */
record Reading(
        int v,
        long seq,
        long readAt,
        Outcome outcome,
        @Nullable String ssoUrl,
        List<Page> pages) {

    private static final int VERSION = 1;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** How GitHub took the question. */
    enum Outcome {
        /** It told. */
        TOLD,
        /** For this person there is no such thing. */
        ABSENT,
        /** The organisation asks for a single sign-on that the person has not done. */
        SSO_REQUIRED,
        /** The organisation has not approved this app. */
        APP_RESTRICTED,
        /** The app, or the person's grant to it, lacks a scope or permission. */
        SCOPE_MISSING
    }

    /**
     * One page of an answer, with what it takes to ask for it again at no cost.
     *
     * @param next the address of the next page, or null
     * @param partial true if GitHub left out what wants a single sign-on first
     */
    record Page(String url, @Nullable String etag, @Nullable String next, boolean partial, List<Entry> entries) {

        Page {
            entries = List.copyOf(entries);
        }
    }

    /**
     * An organisation, a team of one, or a repository.
     *
     * @param organization the login of the organisation or owner
     * @param name the team's slug or the repository's name; null for the organisation itself
     * @param parent the slug of the team above, or null
     */
    record Entry(
            String organization,
            long organizationId,
            @Nullable String name,
            long id,
            @Nullable String parent,
            @Nullable Permission permission) {

        boolean isOrganization(String login) {
            return organization.equalsIgnoreCase(login);
        }

        boolean isTeam(String login, String slug) {
            return isOrganization(login) && slug.equalsIgnoreCase(name);
        }
    }

    Reading {
        pages = List.copyOf(pages);
    }

    static Reading of(long seq, long readAt, Outcome outcome, @Nullable String ssoUrl, List<Page> pages) {
        return new Reading(VERSION, seq, readAt, outcome, ssoUrl, pages);
    }

    Stream<Entry> entries() {
        return pages.stream().flatMap(page -> page.entries().stream());
    }

    /** True if it names that organisation. */
    boolean tellsOf(String organization) {
        return tellsOf(entry -> entry.isOrganization(organization));
    }

    /** True if it names that team. */
    boolean tellsOf(String organization, String slug) {
        return tellsOf(entry -> entry.isTeam(organization, slug));
    }

    /** Asked at every request: no stream is made for it. */
    boolean tellsOf(Predicate<Entry> condition) {
        for (Page page : pages) {
            for (Entry entry : page.entries()) {
                if (condition.test(entry)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** True if what is not in here may have been left out. */
    boolean isPartial() {
        return pages.stream().anyMatch(Page::partial);
    }

    @Nullable
    Page page(String url) {
        return pages.stream().filter(page -> page.url().equals(url)).findFirst().orElse(null);
    }

    /** The names of everything whose change may make this untrue. */
    Set<String> scopes(PersonId person, Question question) {
        Set<String> scopes = new HashSet<>(question.scope());
        scopes.add(Scopes.EVERYTHING);
        scopes.add(Scopes.person(person));
        entries().forEach(entry -> {
            scopes.add(Scopes.organization(entry.organization()));
            scopes.add(Scopes.organization(entry.organizationId()));
            if (entry.permission() != null) {
                scopes.add(Scopes.repository(entry.organization() + '/' + entry.name()));
                scopes.add(Scopes.repository(entry.id()));
            }
        });
        return scopes;
    }

    byte[] seal(KeyRing keys, PersonId person, Question question) {
        return keys.seal(keyOf(person, question), JSON.writeValueAsBytes(this));
    }

    static @Nullable Reading open(KeyRing keys, PersonId person, Question question, byte[] sealed) {
        Reading reading = JSON.readValue(keys.open(keyOf(person, question), sealed), Reading.class);
        return reading.v == VERSION ? reading : null;
    }

    /** The record's key in the store, which is also what it is sealed for. */
    static String keyOf(PersonId person, Question question) {
        return "membership:" + person + ':' + question.key();
    }
}
