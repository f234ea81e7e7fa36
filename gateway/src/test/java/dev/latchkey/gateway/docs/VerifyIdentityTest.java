package dev.latchkey.gateway.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.latchkey.gateway.keys.SigningKeys;
import dev.latchkey.gateway.testing.EchoBackend;
import dev.latchkey.gateway.testing.GitHubStub;
import dev.latchkey.gateway.testing.HttpPerson;
import dev.latchkey.gateway.testing.ProgramTest;
import dev.latchkey.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;

/** The examples of how an app verifies who is there, in each language, with the JWTs of a running gateway and with others. */
class VerifyIdentityTest {

    private static final Path EXAMPLES = Path.of("src/docs/verify").toAbsolutePath();
    private static final long PATIENCE_SECONDS = 180;

    @TempDir
    private static Path folder;

    private static final AtomicInteger LOOKS = new AtomicInteger();

    private static GitHubStub github;
    private static EchoBackend app;
    private static TestGateway gateway;
    private static HttpServer jwks;
    private static String sub;
    /** What to show, and whether it is good. */
    private static List<Map.Entry<String, Boolean>> tokens;

    @BeforeAll
    static void start() throws Exception {
        github = GitHubStub.start();
        app = EchoBackend.start();
        gateway = TestGateway.signingInAt(github)
                .route("wiki", "path: /wiki/**", "to: " + app.url(), "allow: [signed-in]")
                .route("other", "path: /other/**", "to: " + app.url(), "allow: [signed-in]")
                .start();
        jwks = countingJwks(gateway.bean(SigningKeys.class));
        HttpPerson person = gateway.stranger();
        person.signIn(github, "octocat", "/wiki/x");
        String good = told();
        person.navigate("/other/x");
        String forAnotherApp = told();
        sub = SignedJWT.parse(good).getJWTClaimsSet().getSubject();
        tokens = tokens(good, forAnotherApp);
    }

    /** Serves what the gateway does, and counts. */
    private static HttpServer countingJwks(SigningKeys keys) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            LOOKS.incrementAndGet();
            byte[] body = keys.jwks().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String told() {
        return app.lastRequest().header("Authorization").substring("Bearer ".length());
    }

    private static List<Map.Entry<String, Boolean>> tokens(String good, String forAnotherApp) throws Exception {
        ECKey key = gateway.bean(SigningKeys.class).current().key();
        ECKey foreign = new ECKeyGenerator(Curve.P_256).keyID(key.getKeyID()).generate();
        ECKey unknown = new ECKeyGenerator(Curve.P_256).keyID("unknown").generate();
        JWTClaimsSet claims = SignedJWT.parse(good).getJWTClaimsSet();
        Instant now = Instant.now();
        JWTClaimsSet expired = changed(claims)
                .notBeforeTime(Date.from(now.minusSeconds(600)))
                .expirationTime(Date.from(now.minusSeconds(300)))
                .build();
        JWTClaimsSet early =
                changed(claims).notBeforeTime(Date.from(now.plusSeconds(300))).build();
        JWTClaimsSet elsewhere =
                changed(claims).issuer("https://evil.example.com").build();
        SignedJWT symmetric = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()).build(), claims);
        symmetric.sign(new MACSigner(key.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8)));
        String[] parts = good.split("\\.");
        String swapped = parts[0] + '.' + forAnotherApp.split("\\.")[1] + '.' + parts[2];
        return List.of(
                Map.entry(good, true),
                Map.entry(signed(key, claims), true),
                Map.entry(forAnotherApp, false),
                Map.entry(signed(key, expired), false),
                Map.entry(signed(key, early), false),
                Map.entry(signed(key, elsewhere), false),
                Map.entry(signed(foreign, claims), false),
                Map.entry(signed(unknown, claims), false),
                Map.entry(symmetric.serialize(), false),
                Map.entry(new PlainJWT(claims).serialize(), false),
                Map.entry(swapped, false),
                Map.entry(good.substring(0, good.lastIndexOf('.') + 1), false),
                Map.entry("nonsense", false),
                Map.entry(good, true));
    }

    private static JWTClaimsSet.Builder changed(JWTClaimsSet claims) {
        return new JWTClaimsSet.Builder(claims);
    }

    private static String signed(ECKey key, JWTClaimsSet claims) throws JOSEException {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID(key.getKeyID())
                .type(JOSEObjectType.JWT)
                .build();
        SignedJWT jwt = new SignedJWT(header, claims);
        jwt.sign(new ECDSASigner(key));
        return jwt.serialize();
    }

    @AfterAll
    static void stop() {
        jwks.stop(0);
        gateway.close();
        app.close();
        github.close();
    }

    @BeforeEach
    void count() {
        LOOKS.set(0);
    }

    private static List<String> expected() {
        return tokens.stream()
                .map(token -> token.getValue() ? "yes " + sub : "no")
                .toList();
    }

    private static String jwksUrl() {
        return "http://127.0.0.1:" + jwks.getAddress().getPort() + "/oauth2/jwks.json";
    }

    /** Once for what it needs, and once more at most for a key that nobody has. */
    private static void assertLooksAreFew() {
        assertThat(LOOKS.get()).isBetween(1, 2);
    }

    private static List<String> run(String... command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of(command));
        whole.addAll(List.of(jwksUrl(), gateway.url(), "wiki"));
        Path out = folder.resolve("out");
        Path errors = folder.resolve("errors");
        ProcessBuilder builder =
                new ProcessBuilder(whole).redirectOutput(out.toFile()).redirectError(errors.toFile());
        builder.environment().put("NO_PROXY", "127.0.0.1,localhost");
        builder.environment().put("no_proxy", "127.0.0.1,localhost");
        Process process = builder.start();
        try (var input = process.outputWriter(StandardCharsets.UTF_8)) {
            for (Map.Entry<String, Boolean> token : tokens) {
                input.write(token.getKey() + '\n');
            }
        }
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as(java.nio.file.Files.readString(errors))
                .isZero();
        return java.nio.file.Files.readAllLines(out);
    }

    @Test
    void javaWithSpringSecurity() {
        JwtDecoder decoder = VerifyIdentity.decoder(jwksUrl(), gateway.url(), "wiki");
        assertThat(tokens.stream()
                        .map(token -> verified(decoder, token.getKey()))
                        .toList())
                .isEqualTo(expected());
        assertLooksAreFew();
    }

    private static String verified(JwtDecoder decoder, String token) {
        try {
            return "yes " + decoder.decode(token).getSubject();
        } catch (JwtException e) {
            return "no";
        }
    }

    @Nested
    @ProgramTest("node")
    class Node {

        @Test
        void withNothingButNode() throws Exception {
            assertThat(run("node", EXAMPLES.resolve("verify.mjs").toString())).isEqualTo(expected());
            assertLooksAreFew();
        }
    }

    @Nested
    @ProgramTest("python3")
    class Python {

        @Test
        void withPyJwt() throws Exception {
            String python = pythonWithPyJwt();
            assertThat(run(python, EXAMPLES.resolve("verify.py").toString())).isEqualTo(expected());
            assertThat(LOOKS.get()).isBetween(1, 4);
        }

        /** The system's own, where the Debian package is, comes last: a machine may have another first. */
        private static String pythonWithPyJwt() throws Exception {
            for (String python : List.of("python3", "/usr/bin/python3")) {
                if (java.nio.file.Files.isExecutable(Path.of(python)) || !python.startsWith("/")) {
                    Process probe = new ProcessBuilder(python, "-c", "import jwt, cryptography")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
                    if (probe.waitFor() == 0) {
                        return python;
                    }
                }
            }
            assertThat(System.getenv("CI"))
                    .as("python3-jwt is missing, and CI=true")
                    .isNotEqualTo("true");
            return Assumptions.abort("Skipped, PyJWT is missing: install python3-jwt and python3-cryptography");
        }
    }

    @Nested
    @ProgramTest("go")
    class Go {

        @Test
        void withTheStandardLibrary() throws Exception {
            assertThat(run("go", "run", EXAMPLES.resolve("verify.go").toString()))
                    .isEqualTo(expected());
            assertLooksAreFew();
        }
    }
}
