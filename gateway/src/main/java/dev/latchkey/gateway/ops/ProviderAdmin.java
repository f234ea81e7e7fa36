package dev.latchkey.gateway.ops;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.latchkey.gateway.login.ProviderChanges;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.provider.ClaimNames;
import dev.latchkey.gateway.provider.Endpoints;
import dev.latchkey.gateway.provider.Provider;
import dev.latchkey.gateway.provider.Providers;
import dev.latchkey.gateway.web.InternalRoutes;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

/** What operators may do about identity providers: list, add, describe anew, change in part, remove. */
final class ProviderAdmin {

    private static final int LARGEST = 64 * 1024;
    private static final String ONE = "/admin/providers/{name}";

    private final Providers providers;
    private final ProviderChanges changes;
    private final AdminProblems problems;

    ProviderAdmin(Providers providers, ProviderChanges changes, AdminProblems problems) {
        this.providers = providers;
        this.changes = changes;
        this.problems = problems;
    }

    InternalRoutes routes(InternalDoor door) {
        return new InternalRoutes(RouterFunctions.route()
                .GET("/admin/providers", request -> list())
                .POST("/admin/providers", this::add)
                .GET(ONE, this::one)
                .PUT(ONE, request -> described(request, form -> changes.replace(nameIn(request), form.draft())))
                .PATCH(ONE, request -> described(request, form -> changes.patch(nameIn(request), form.draft())))
                .DELETE(ONE, this::remove)
                .filter(door)
                .filter(problems)
                .build());
    }

    /** A provider as it may be told: all but its secret. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Shown(
            String id,
            String name,
            String label,
            String kind,

            @JsonProperty("client_id") String clientId,

            @JsonProperty("client_authentication") String authentication,

            List<String> scopes,
            @JsonProperty("email_domains") List<String> emailDomains,
            @Nullable String issuer,

            @JsonProperty("authorization_url") @Nullable String authorization,
            @JsonProperty("token_url") @Nullable String token,
            @JsonProperty("user_info_url") @Nullable String userInfo,
            @JsonProperty("jwks_url") @Nullable String keys,
            @JsonProperty("revocation_url") @Nullable String revocation,
            ClaimNames claims,

            @JsonProperty("callback_url") String callback,

            long revision) {}

    private Shown shown(Provider provider) {
        Endpoints endpoints = provider.endpoints();
        return new Shown(
                provider.id(),
                provider.name(),
                provider.label(),
                provider.kind().word(),
                provider.clientId(),
                provider.basic() ? "basic" : "post",
                provider.scopes(),
                provider.emailDomains(),
                endpoints.issuer(),
                endpoints.authorization(),
                endpoints.token(),
                endpoints.userInfo(),
                endpoints.keys(),
                endpoints.revocation(),
                provider.claims(),
                changes.callbackOf(provider).toString(),
                provider.revision());
    }

    private record Listing(List<Shown> providers) {}

    private Mono<ServerResponse> list() {
        return providers
                .all()
                .map(all -> new Listing(all.stream().map(this::shown).toList()))
                .flatMap(listing -> ServerResponse.ok().bodyValue(listing));
    }

    private Mono<ServerResponse> one(ServerRequest request) {
        return providers
                .named(nameIn(request))
                .switchIfEmpty(Mono.error(() -> Problem.of(ProblemCode.PROVIDER_UNKNOWN)))
                .flatMap(provider -> ServerResponse.ok().bodyValue(shown(provider)));
    }

    private Mono<ServerResponse> add(ServerRequest request) {
        return form(request)
                .flatMap(form -> changes.add(form.draft()))
                .flatMap(provider -> ServerResponse.status(HttpStatus.CREATED).bodyValue(shown(provider)));
    }

    private Mono<ServerResponse> described(ServerRequest request, Function<ProviderForm, Mono<Provider>> change) {
        return form(request)
                .flatMap(change)
                .flatMap(provider -> ServerResponse.ok().bodyValue(shown(provider)));
    }

    private Mono<ServerResponse> remove(ServerRequest request) {
        return changes.remove(nameIn(request))
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private static String nameIn(ServerRequest request) {
        return request.pathVariable("name");
    }

    private static Mono<ProviderForm> form(ServerRequest request) {
        return DataBufferUtils.join(request.exchange().getRequest().getBody(), LARGEST)
                .map(ProviderAdmin::bytes)
                .defaultIfEmpty(new byte[0])
                .map(ProviderForm::read)
                .onErrorMap(
                        failure -> !(failure instanceof Problem),
                        failure -> Problem.of(
                                ProblemCode.PROVIDER_UNFIT,
                                failure instanceof JacksonException
                                        ? "Send a JSON object with the fields of a provider and no others"
                                        : "The description is too long"));
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }
}
