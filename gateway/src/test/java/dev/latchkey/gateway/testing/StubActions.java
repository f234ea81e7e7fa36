package dev.latchkey.gateway.testing;

import java.security.KeyPair;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/** GitHub Actions as an issuer of OIDC tokens, as a GitHub Enterprise host has it. */
public final class StubActions {

    static final String PATH = "/_services/token";

    private final GitHubState state;
    private final List<NamedKey> keys = new CopyOnWriteArrayList<>();
    private int lastKey;

    private record NamedKey(String id, KeyPair pair) {}

    StubActions(GitHubState state) {
        this.state = state;
        rotate();
    }

    public String issuer() {
        return state.webUrl() + PATH;
    }

    public String keysUrl() {
        return issuer() + "/.well-known/jwks";
    }

    /** Another key signs from now on; those before stay published until {@link #forgetOldKeys}. */
    public synchronized StubActions rotate() {
        keys.add(new NamedKey("key-" + ++lastKey, AppKeys.rsa(2048)));
        return this;
    }

    public StubActions forgetOldKeys() {
        keys.subList(0, keys.size() - 1).clear();
        return this;
    }

    /** A job of the default branch of that repository, with the claims that GitHub gives it. */
    public Job job(String fullName) {
        return new Job(fullName);
    }

    Reply published() {
        return Reply.json(
                200,
                Json.object("keys", keys.stream().map(StubActions::published).toList()));
    }

    private static Map<String, Object> published(NamedKey key) {
        try {
            Map<String, Object> jwk = PublicJsonWebKey.Factory.newPublicJwk(
                            key.pair().getPublic())
                    .toParams(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
            jwk.put("kid", key.id());
            jwk.put("use", "sig");
            jwk.put("alg", "RS256");
            return jwk;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A token in the making. A claim that is set to null is left out. */
    public final class Job {

        private final Map<String, Object> claims = new LinkedHashMap<>();
        private NamedKey key = keys.get(keys.size() - 1);
        private String keyId = key.id();

        private Job(String fullName) {
            String owner = fullName.substring(0, fullName.indexOf('/'));
            Instant now = state.now();
            claims.put("jti", UUID.randomUUID().toString());
            claims.put("sub", "repo:" + fullName + ":ref:refs/heads/main");
            claims.put("aud", state.webUrl() + "/" + owner);
            claims.put("iss", issuer());
            claims.put("nbf", now.getEpochSecond() - 600);
            claims.put("iat", now.getEpochSecond());
            claims.put("exp", now.getEpochSecond() + 300);
            claims.put("repository", fullName);
            claims.put("repository_id", String.valueOf(state.number("repo:" + fullName)));
            claims.put("repository_owner", owner);
            claims.put("repository_owner_id", String.valueOf(state.org(owner).id()));
            claims.put("repository_visibility", "private");
            claims.put("ref", "refs/heads/main");
            claims.put("ref_type", "branch");
            claims.put("sha", "0f2d4c7d39a1d6ec5f5ec0a2a0e9a0e3c2f1b0aa");
            claims.put("event_name", "push");
            claims.put("actor", "octocat");
            claims.put("actor_id", "583231");
            claims.put("workflow_ref", fullName + "/.github/workflows/ci.yml@refs/heads/main");
            claims.put("job_workflow_ref", fullName + "/.github/workflows/ci.yml@refs/heads/main");
            claims.put("run_id", "1");
            claims.put("runner_environment", "github-hosted");
        }

        public Job claim(String name, Object value) {
            if (value == null) {
                claims.remove(name);
            } else {
                claims.put(name, value);
            }
            return this;
        }

        public Job audience(String audience) {
            return claim("aud", audience);
        }

        /** The subject in the form of repositories made since July 2026. */
        public Job immutableSubject() {
            String[] parts = String.valueOf(claims.get("repository")).split("/");
            return claim(
                    "sub",
                    "repo:" + parts[0] + "@" + claims.get("repository_owner_id") + "/" + parts[1] + "@"
                            + claims.get("repository_id") + ":ref:" + claims.get("ref"));
        }

        public Map<String, Object> claims() {
            return Map.copyOf(claims);
        }

        /** Signed by a key of the same name that the issuer never had. */
        public Job forged() {
            key = new NamedKey(keyId, AppKeys.rsa(2048));
            return this;
        }

        public Job keyId(String id) {
            keyId = id;
            return this;
        }

        public String token() {
            JsonWebSignature jws = new JsonWebSignature();
            jws.setPayload(Json.write(claims));
            jws.setAlgorithmHeaderValue("RS256");
            jws.setHeader("typ", "JWT");
            if (keyId != null) {
                jws.setKeyIdHeaderValue(keyId);
            }
            jws.setKey(key.pair().getPrivate());
            try {
                return state.secrets.note(jws.getCompactSerialization());
            } catch (JoseException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
