package dev.latchkey.gateway.facade.githuboauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.gateway.limit.Throttle;
import dev.latchkey.gateway.route.Limits;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.web.RequestScope;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code POST /login/oauth/access_token} and {@code POST /login/device/code}, which programs call: answered with status 200
 * also where they refuse, and in a form unless JSON was asked for, as GitHub does. One answer differs: to a refresh that
 * says nothing of formats JSON is given, since clients that refresh so read nothing else.
 */
final class TokenAnswers {

    private static final String DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** A server with many people asks from one address, as a house of terminals does. */
    private static final Limits.Rate QUESTIONS = new Limits.Rate(10, Duration.ofSeconds(1), 100);
    /** Each makes GitHub make codes, of which fifty an hour may be entered for one app. */
    private static final Limits.Rate CODES_OF_ONE = new Limits.Rate(1, Duration.ofSeconds(20), 20);

    private static final Limits.Rate CODES_OF_ALL = new Limits.Rate(1, Duration.ofSeconds(1), 60);

    private final Clients clients;
    private final boolean querySecrets;
    private final Codes codes;
    private final Grants grants;
    private final Devices devices;
    private final Sessions sessions;
    private final TokenVault vault;
    private final Throttle throttle;
    private final SecurityHeaders security;

    TokenAnswers(
            Clients clients,
            boolean querySecrets,
            Codes codes,
            Grants grants,
            Devices devices,
            Sessions sessions,
            TokenVault vault,
            Throttle throttle,
            SecurityHeaders security) {
        this.clients = clients;
        this.querySecrets = querySecrets;
        this.codes = codes;
        this.grants = grants;
        this.devices = devices;
        this.sessions = sessions;
        this.vault = vault;
        this.throttle = throttle;
        this.security = security;
    }

    Mono<Void> token(ServerWebExchange exchange) {
        return throttle.count("oauth-token:" + strangerIn(exchange), QUESTIONS)
                .then(Mono.defer(() -> answered(exchange, this::tokenFor)));
    }

    Mono<Void> deviceCode(ServerWebExchange exchange) {
        return throttle.count("oauth-device:" + strangerIn(exchange), CODES_OF_ONE)
                .then(Mono.defer(() -> answered(exchange, this::codesFor)));
    }

    /** What all share is counted for clients that are known, so that nobody else uses it up. */
    private Mono<Map<String, Object>> codesFor(Parameters said) {
        Client client = known(said);
        proveForDevice(client, said);
        return throttle.count("oauth-devices", CODES_OF_ALL).then(Mono.defer(() -> devices.begin(client)));
    }

    /** An id is no secret, and whoever has only that may not ask for people's trust in a client that can prove itself. */
    private static void proveForDevice(Client client, Parameters said) {
        if (!client.isPublic() && !client.isProvenBy(said.get("client_secret"))) {
            throw Refusal.badCredentials();
        }
    }

    private static String strangerIn(ServerWebExchange exchange) {
        return Throttle.stranger(RequestScope.of(exchange).client());
    }

    private Client known(Parameters said) {
        Client client = clients.named(said.get("client_id"));
        if (client == null) {
            throw Refusal.unknownClient();
        }
        return client;
    }

    private Mono<Map<String, Object>> tokenFor(Parameters said) {
        Client client = known(said);
        String grant = said.get("grant_type");
        if (DEVICE_GRANT.equals(grant)) {
            proveForDevice(client, said);
            return devices.ask(client, said.get("device_code"));
        }
        if (!client.isProvenBy(said.get("client_secret"))) {
            throw Refusal.badCredentials();
        }
        if ("refresh_token".equals(grant)) {
            return grants.refresh(client, said.get("refresh_token"));
        }
        if (grant != null && !grant.equals("authorization_code")) {
            throw Refusal.of("unsupported_grant_type", "Codes, refresh tokens and device codes are known here");
        }
        return codes.redeem(client, said).flatMap(redeemed -> granted(client, redeemed));
    }

    /** Who has signed out since, or was signed out, has no part in what is asked in their name. */
    private Mono<Map<String, Object>> granted(Client client, Codes.Redeemed redeemed) {
        Codes.Code code = redeemed.code();
        return sessions.list(code.person().id())
                .any(session -> session.id().equals(code.session()))
                .filter(there -> there)
                .switchIfEmpty(Mono.error(Refusal::badCode))
                .flatMap(there -> vault.scopes(code.person().id()).defaultIfEmpty(Set.of()))
                .flatMap(scopes -> grants.make(redeemed.grant(), client, code.person(), scopes));
    }

    private Mono<Void> answered(ServerWebExchange exchange, Function<Parameters, Mono<Map<String, Object>>> answer) {
        ServerHttpRequest request = exchange.getRequest();
        String[] grant = {""};
        return Mono.defer(() -> Parameters.in(request, querySecrets))
                .flatMap(said -> {
                    grant[0] = String.valueOf(said.get("grant_type"));
                    return answer.apply(said);
                })
                .map(fields -> new Answer(200, fields))
                .onErrorResume(Refusal.class, refusal -> Mono.just(new Answer(refusal.status(), refusal.fields())))
                .flatMap(done -> write(exchange.getResponse(), done, wantsJson(request.getHeaders(), grant[0])));
    }

    private record Answer(int status, Map<String, Object> fields) {

        /** Never the record's own form, which would print tokens. */
        @Override
        public String toString() {
            return "Answer[" + status + ']';
        }
    }

    private static boolean wantsJson(HttpHeaders headers, String grant) {
        String accept = headers.getFirst(HttpHeaders.ACCEPT);
        if (accept == null || accept.isBlank()) {
            return grant.equals("refresh_token");
        }
        return accept.contains("json");
    }

    private Mono<Void> write(ServerHttpResponse response, Answer answer, boolean json) {
        byte[] body = json
                ? JSON.writeValueAsBytes(answer.fields())
                : form(answer.fields()).getBytes(UTF_8);
        response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
        HttpHeaders headers = response.getHeaders();
        security.onAnswer(headers);
        headers.setPragma("no-cache");
        headers.setContentType(json ? MediaType.APPLICATION_JSON : MediaType.APPLICATION_FORM_URLENCODED);
        headers.setContentLength(body.length);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }

    private static String form(Map<String, Object> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + '=' + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(@Nullable Object value) {
        return URLEncoder.encode(String.valueOf(value), UTF_8);
    }
}
