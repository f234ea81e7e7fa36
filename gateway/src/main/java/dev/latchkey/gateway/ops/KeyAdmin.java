package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.keys.SigningKeys;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Which keys sign identity JWTs and which seal what is stored, by their names; and the next signing key's turn now. */
final class KeyAdmin {

    private final SigningKeys keys;
    private final KeyRing ring;

    KeyAdmin(SigningKeys keys, KeyRing ring) {
        this.keys = keys;
        this.ring = ring;
    }

    void on(RouterFunctions.Builder routes) {
        routes.GET("/admin/keys", request -> list()).POST("/admin/keys/rotate", this::rotate);
    }

    private record Shown(String kid, boolean signs) {}

    /** A key of the ring: the one that seals is the first, the others open what they sealed. */
    private record Sealing(String id, boolean seals) {}

    private record Listing(List<Shown> signing, List<Sealing> sealing) {}

    private Mono<ServerResponse> list() {
        String current = keys.current().kid();
        List<Shown> shown = new ArrayList<>();
        JsonMapper.shared().readTree(keys.jwks()).path("keys").forEach(key -> {
            String kid = key.path("kid").asString();
            shown.add(new Shown(kid, kid.equals(current)));
        });
        List<String> names = ring.names();
        List<Sealing> sealing = names.stream()
                .map(name -> new Sealing(name, name.equals(names.get(0))))
                .toList();
        return ServerResponse.ok().bodyValue(new Listing(shown, sealing));
    }

    private Mono<ServerResponse> rotate(ServerRequest request) {
        if (keys.areGiven()) {
            throw Problem.of(ProblemCode.KEYS_GIVEN);
        }
        return keys.rotate().then(Mono.defer(this::list));
    }
}
