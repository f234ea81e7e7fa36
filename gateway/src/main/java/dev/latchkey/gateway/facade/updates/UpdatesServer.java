package dev.latchkey.gateway.facade.updates;

import dev.latchkey.gateway.github.SameOrigin;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.BuiltInServer;
import dev.latchkey.gateway.route.Caller;
import dev.latchkey.gateway.route.Challenger;
import dev.latchkey.gateway.route.Permit;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Answers {@code GET /api/updates/check} as Trackeep's backend did. */
final class UpdatesServer implements BuiltInServer {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final UpdateCheck check;
    private final AutomaticChecks automatic;
    private final String currentText;
    private final SemanticVersion current;
    private final Platform platform;
    private final Challenger challenger;
    private final SecurityHeaders security;

    UpdatesServer(
            UpdateCheck check,
            AutomaticChecks automatic,
            UpdatesProperties properties,
            Challenger challenger,
            SecurityHeaders security) {
        this.check = check;
        this.automatic = automatic;
        this.currentText = properties.currentVersion();
        this.current = SemanticVersion.parse(currentText).orElseThrow();
        this.platform = Optional.ofNullable(properties.platform())
                .flatMap(Platform::parse)
                .orElseGet(Platform::own);
        this.challenger = challenger;
        this.security = security;
    }

    @Override
    public String name() {
        return UpdatesBuiltIn.NAME;
    }

    @Override
    public Mono<Void> serve(Permit permit, String path, ServerWebExchange exchange) {
        if (!path.equals(UpdatesBuiltIn.CHECK)) {
            throw Problem.of(ProblemCode.ROUTE_UNKNOWN);
        }
        HttpMethod method = exchange.getRequest().getMethod();
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            throw Problem.of(ProblemCode.METHOD_REFUSED);
        }
        if (permit.caller() instanceof Caller.InSession) {
            SameOrigin.demand(exchange.getRequest().getHeaders(), RequestScope.of(exchange));
        }
        Person person = permit.caller() == null ? null : permit.caller().person();
        if (person == null) {
            return challenger.challenge(exchange);
        }
        String app = permit.route().id();
        return check.newest(person.id(), app)
                .doOnNext(found -> automatic.asked(person.id(), app))
                .map(Optional::of)
                .onErrorResume(UpdatesServer::isOver, over -> Mono.just(Optional.empty()))
                .flatMap(found ->
                        found.map(each -> answer(exchange, each)).orElseGet(() -> challenger.challenge(exchange)));
    }

    /** The session goes on, but what GitHub is asked with has ended: a new sign-in brings it back. */
    private static boolean isOver(Throwable failure) {
        return failure instanceof Problem problem && problem.code() == ProblemCode.SIGN_IN_REQUIRED;
    }

    private Mono<Void> answer(ServerWebExchange exchange, UpdateCheck.Found found) {
        ServerHttpResponse response = exchange.getResponse();
        security.onAnswer(response.getHeaders());
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        if (found.cache() != null) {
            response.getHeaders().set("X-Latchkey-Cache", found.cache());
        }
        byte[] json = JSON.writeValueAsBytes(members(found.release()));
        response.getHeaders().setContentLength(json.length);
        if (exchange.getRequest().getMethod().equals(HttpMethod.HEAD)) {
            return response.setComplete();
        }
        return response.writeWith(Mono.just(response.bufferFactory().wrap(json)));
    }

    private Map<String, @Nullable Object> members(Release release) {
        boolean newer = release.version().isNewerThan(current);
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("updateAvailable", newer);
        members.put("currentVersion", currentText);
        members.put("latestVersion", release.tag());
        members.put("updateInfo", newer ? info(release) : null);
        return members;
    }

    private Map<String, Object> info(Release release) {
        Release.Asset asset = release.assetFor(platform);
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("version", release.tag());
        info.put("releaseNotes", release.notes());
        info.put("downloadUrl", asset == null ? release.page() : asset.address());
        info.put("mandatory", false);
        info.put("size", asset == null ? 0 : asset.size());
        info.put("checksum", asset == null ? "" : asset.digest());
        info.put("publishedAt", release.publishedAt());
        info.put("prerelease", release.prerelease());
        return info;
    }
}
