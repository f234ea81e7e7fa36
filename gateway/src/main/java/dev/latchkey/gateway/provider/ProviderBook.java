package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.Secret;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * All providers that were added, and of those that are gone what must not be forgotten. One sealed record, so that every
 * change is made whole or not at all.
 *
 * @param leaving ids of providers that take nobody in any more and whose people's sessions are being ended
 * @param gone which people an id has stood for; the same id never stands for others
 */
record ProviderBook(int v, long revision, List<Entry> entries, List<String> leaving, Map<String, String> gone) {

    static final ProviderBook EMPTY = new ProviderBook(1, 0, List.of(), List.of(), Map.of());

    private static final String PURPOSE = "providers";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** A provider as it is stored, its secret in the clear within what is sealed. */
    record Entry(
            String id,
            String name,
            String label,
            ProviderKind kind,
            String clientId,
            String clientSecret,
            boolean basic,
            List<String> scopes,
            Endpoints endpoints,
            ClaimNames claims,
            @Nullable List<String> emailDomains,
            long revision) {

        /** What was stored before there were any has none. */
        Entry {
            emailDomains = emailDomains == null ? List.of() : emailDomains;
        }

        static Entry of(Provider provider) {
            return new Entry(
                    provider.id(),
                    provider.name(),
                    provider.label(),
                    provider.kind(),
                    provider.clientId(),
                    provider.clientSecret().reveal(),
                    provider.basic(),
                    provider.scopes(),
                    provider.endpoints(),
                    provider.claims(),
                    provider.emailDomains(),
                    provider.revision());
        }

        Provider provider() {
            return new Provider(
                    id,
                    name,
                    label,
                    kind,
                    clientId,
                    Secret.of(clientSecret),
                    basic,
                    scopes,
                    endpoints,
                    claims,
                    Objects.requireNonNull(emailDomains),
                    revision);
        }

        /** Never the record's own form, which would print the secret. */
        @Override
        public String toString() {
            return "Entry[" + id + "]";
        }
    }

    byte[] seal(KeyRing keys) {
        return keys.seal(PURPOSE, JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8));
    }

    static ProviderBook open(KeyRing keys, byte[] sealed) {
        return JSON.readValue(keys.open(PURPOSE, sealed), ProviderBook.class);
    }

    /** Those that take people in, in the order in which they were added. */
    List<Provider> active() {
        return entries.stream()
                .filter(entry -> !leaving.contains(entry.id()))
                .map(Entry::provider)
                .toList();
    }

    Optional<Provider> named(String name) {
        return active().stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst();
    }

    /** One whose removal began, and perhaps never ended. */
    Optional<Provider> leavingAs(String name) {
        return entries.stream()
                .filter(entry -> leaving.contains(entry.id()) && entry.name().equals(name))
                .map(Entry::provider)
                .findFirst();
    }

    /** Those whose removal began, and perhaps never ended. */
    List<Provider> allLeaving() {
        return entries.stream()
                .filter(entry -> leaving.contains(entry.id()))
                .map(Entry::provider)
                .toList();
    }

    /** Any, whether or not it is leaving. */
    Optional<Provider> withId(String id) {
        return entries.stream()
                .filter(entry -> entry.id().equals(id))
                .map(Entry::provider)
                .findFirst();
    }

    /** An id for a new provider: its name, unless that stands or stood for other people. */
    String idFor(String name, String source) {
        for (int number = 1; ; number++) {
            String id = number == 1 ? name : name + '-' + number;
            String before = gone.get(id);
            if (withId(id).isEmpty() && (before == null || before.equals(source))) {
                return id;
            }
        }
    }

    ProviderBook with(Provider provider) {
        List<Entry> next = new ArrayList<>(entries);
        int at = indexOf(entry -> entry.id().equals(provider.id()));
        if (at < 0) {
            next.add(Entry.of(provider));
        } else {
            next.set(at, Entry.of(provider));
        }
        return new ProviderBook(v, revision + 1, next, leaving, gone);
    }

    private int indexOf(Predicate<Entry> wanted) {
        for (int i = 0; i < entries.size(); i++) {
            if (wanted.test(entries.get(i))) {
                return i;
            }
        }
        return -1;
    }

    ProviderBook leaving(String id) {
        List<String> next = new ArrayList<>(leaving);
        next.add(id);
        return new ProviderBook(v, revision + 1, entries, next, gone);
    }

    ProviderBook without(Provider provider) {
        Map<String, String> remembered = new TreeMap<>(gone);
        remembered.put(provider.id(), provider.source());
        return new ProviderBook(
                v,
                revision + 1,
                entries.stream()
                        .filter(entry -> !entry.id().equals(provider.id()))
                        .toList(),
                leaving.stream().filter(id -> !id.equals(provider.id())).toList(),
                remembered);
    }

    @Override
    public String toString() {
        return "ProviderBook[" + entries.size() + "]";
    }
}
