package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.login.ProviderChanges;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.Provider;
import dev.latchkey.gateway.provider.ProviderDraft;
import dev.latchkey.gateway.provider.Providers;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** What administrators do with providers, by the six fields that Cat Feeder knows. */
final class ProviderCalls {

    static final String ADD = "add_oauth_provider";
    static final String UPDATE = "update_oauth_provider_data";
    static final String PATCH = "patch_oauth_provider_data";
    static final String DELETE = "delete_oauth_provider";
    static final String GET = "get_oauth_provider";

    private static final List<String> FIELDS = List.of(
            "client_id",
            "client_secret",
            "provider_scope",
            "authorisation_base_url",
            "token_grabber_base_url",
            "user_info_base_url");
    private static final String NEW_NAME = "provider_name";

    private final Providers providers;
    private final ProviderChanges changes;
    private final Admins admins;

    ProviderCalls(Providers providers, ProviderChanges changes, Admins admins) {
        this.providers = providers;
        this.changes = changes;
        this.admins = admins;
    }

    /** Nobody: 401; somebody else: 403. Cat Feeder had 403 for both. */
    private void demandAdmin(Visit visit) {
        if (visit.person() == null) {
            throw new Refused(401, "Sign in first, and send the token.", "no token");
        }
        if (!admins.include(visit.person())) {
            throw new Refused(403, "Insufficient rights for given account.", "insufficient rights");
        }
    }

    Mono<Answer> add(Visit visit, String name) {
        return fields(visit, true)
                .flatMap(fields -> changes.add(draft(name, fields)))
                .map(added -> Answer.ok(200, ADD, "The provider is successfully added.", "success", true));
    }

    Mono<Answer> update(Visit visit, String name) {
        return fields(visit, true)
                .flatMap(fields -> changes.replace(name, draft(name, fields)))
                .map(done -> Answer.ok(200, UPDATE, "The provider is successfully updated.", "success", true));
    }

    Mono<Answer> patch(Visit visit, String name) {
        return fields(visit, false)
                .flatMap(fields -> changes.patch(name, draft(fields.getOrDefault(NEW_NAME, name), fields)))
                .map(done -> Answer.ok(200, PATCH, "The provider is successfully updated.", "success", true));
    }

    Mono<Answer> delete(Visit visit, String name) {
        return Mono.defer(() -> {
            demandAdmin(visit);
            return changes.remove(name)
                    .thenReturn(Answer.ok(
                            200, DELETE, "The oauth provider has been deleted successfully.", "success", true));
        });
    }

    Mono<Answer> one(Visit visit, String name) {
        return Mono.defer(() -> {
            demandAdmin(visit);
            return providers
                    .named(name)
                    .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.PROVIDER_UNKNOWN)))
                    .map(provider -> Answer.ok(200, GET, "The provider is successfully found.", "success", true)
                            .with("provider", shown(provider)));
        });
    }

    Mono<Answer> list(Visit visit) {
        return Mono.defer(() -> {
            demandAdmin(visit);
            return providers
                    .all()
                    .map(all -> Answer.ok(200, GET, "The providers are successfully found.", "success", true)
                            .with(
                                    "providers",
                                    all.stream().map(ProviderCalls::shown).toList()));
        });
    }

    /** All but the secret. */
    private static Map<String, @Nullable Object> shown(Provider provider) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("provider_name", provider.name());
        shown.put("client_id", provider.clientId());
        shown.put("provider_scope", String.join(" ", provider.scopes()));
        shown.put("authorisation_base_url", provider.endpoints().authorization());
        shown.put("token_grabber_base_url", provider.endpoints().token());
        shown.put("user_info_base_url", provider.endpoints().userInfo());
        return shown;
    }

    private Mono<Map<String, String>> fields(Visit visit, boolean all) {
        return Mono.defer(() -> {
                    demandAdmin(visit);
                    return Body.fields(visit.exchange().getRequest());
                })
                .doOnNext(fields -> {
                    long known = FIELDS.stream().filter(fields::containsKey).count();
                    boolean enough = all ? known == FIELDS.size() : known > 0 || fields.containsKey(NEW_NAME);
                    if (!enough) {
                        throw new Refused(
                                400,
                                "A variable is missing in the body of the request.",
                                all ? "missing variable" : "Missing variable");
                    }
                });
    }

    private static ProviderDraft draft(String name, Map<String, String> fields) {
        String scope = fields.get("provider_scope");
        String secret = fields.get("client_secret");
        return new ProviderDraft(
                name,
                null,
                null,
                fields.get("client_id"),
                secret == null ? null : Secret.of(secret),
                null,
                scope == null
                        ? null
                        : Arrays.stream(scope.split("[ ,]+"))
                                .filter(word -> !word.isEmpty())
                                .toList(),
                null,
                null,
                null,
                fields.get("authorisation_base_url"),
                fields.get("token_grabber_base_url"),
                userInfo(fields.get("user_info_base_url")),
                null,
                null,
                null);
    }

    /** For GitHub, Cat Feeder asked for the addresses alone, by which nobody can be known. */
    private static @Nullable String userInfo(@Nullable String address) {
        return address != null && address.endsWith("/user/emails")
                ? address.substring(0, address.length() - "/emails".length())
                : address;
    }
}
