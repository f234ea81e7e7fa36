package dev.latchkey.gateway.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages beside the README say what is: those that can be are made of the code, the others name what proves them. */
class PagesTest {

    private static final Path MAIN = Path.of("src/main/java/dev/latchkey/gateway");
    private static final Path TESTS = Path.of("src/test/java/dev/latchkey/gateway");
    private static final Path DOCS = Path.of("src/docs");
    private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z0-9]+)\\.([a-zA-Z0-9_]+)`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)(#[^)]*)?\\)");

    // Generated

    @Test
    void everyStageIsDescribedInItsOrder() throws IOException {
        String order = Files.readString(TESTS.resolve("PipelineOrderTest.java"));
        StringBuilder page = new StringBuilder("""
                # The life of a request

                Each stage answers, throws a typed problem, or calls the next; `GatewayPipeline` alone orders them. This page is
                generated: the order is the one that `PipelineOrderTest` holds, the words are the stages' own.

                """);
        Matcher names = Pattern.compile("\"([A-Z][A-Za-z]+)\"").matcher(order);
        int number = 0;
        while (names.find()) {
            Path source = sourceOf(names.group(1));
            page.append(++number)
                    .append(". **")
                    .append(names.group(1))
                    .append("** (`")
                    .append(source.getParent().getFileName())
                    .append("`). ")
                    .append(JavaWords.ofType(Files.readString(source), names.group(1)))
                    .append('\n');
        }
        assertThat(number).isGreaterThan(10);
        GeneratedPage.check("life-of-a-request.md", page.toString());
    }

    private static Path sourceOf(String type) throws IOException {
        try (Stream<Path> files = Files.walk(MAIN)) {
            return files.filter(file -> file.endsWith(type + ".java"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no source of " + type));
        }
    }

    @Test
    void everyProblemIsListed() {
        StringBuilder page = new StringBuilder("""
                # Problem codes

                Every answer of the gateway's own that is an error has one, in `code` and in the header `X-Latchkey-Problem`; it stays
                the same over releases. Each has a page at `/oauth2/problems/{code}`. This page is generated.

                | code | status | what it means | what helps |
                |---|---|---|---|
                """);
        Arrays.stream(ProblemCode.values())
                .sorted(Comparator.comparing(ProblemCode::code))
                .forEach(code -> page.append("| `")
                        .append(code.code())
                        .append("` | ")
                        .append(code.status())
                        .append(" | ")
                        .append(code.title())
                        .append(" | ")
                        .append(code.hint())
                        .append(" |\n"));
        GeneratedPage.check("problems.md", page.toString());
    }

    @Test
    void everyPropertyIsListed() throws Exception {
        StringBuilder page = new StringBuilder("""
                # Configuration

                Each property can be set in an `application.yml` beside the jar, on the command line, or in the environment with `_` for
                dots and dashes. Secrets may be `file:` and a path. `check` tells every mistake. This page is generated.

                | property | default | meaning |
                |---|---|---|
                """);
        Map<String, ConfigurationRecords.Property> properties = ConfigurationRecords.properties(MAIN);
        assertThat(properties)
                .hasSizeGreaterThan(100)
                .allSatisfy((name, property) ->
                        assertThat(property.words()).as(name).isNotEmpty());
        properties.forEach((name, property) -> page.append("| `")
                .append(name)
                .append("` | ")
                .append(property.standard().isEmpty() ? "" : "`" + property.standard() + "`")
                .append(" | ")
                .append(property.words())
                .append(" |\n"));
        GeneratedPage.check("configuration.md", page.toString());
    }

    @Test
    void theExamplesOfVerifyingAreTheVeryFiles() throws IOException {
        Map<String, Path> examples = new TreeMap<>();
        examples.put("Go, with the standard library", DOCS.resolve("verify/verify.go"));
        examples.put("Java, with Spring Security", TESTS.resolve("docs/VerifyIdentity.java"));
        examples.put("Node, with nothing else", DOCS.resolve("verify/verify.mjs"));
        examples.put("Python, with PyJWT", DOCS.resolve("verify/verify.py"));
        StringBuilder page = new StringBuilder("""
                # Verifying who is there

                An app behind the gateway verifies the JWT of each request: signed by the gateway (ES256, by the `kid` and the keys at
                `/oauth2/jwks.json`, which may be kept for minutes), issued by it (`iss`, its external URL), meant for this app (`aud`, the
                route's id unless the route says otherwise) and valid now (`exp`, `nbf`). In other words than these any library that knows
                RFC 7519 does. These examples are run by the tests, on the JWTs of a running gateway and on forged ones; this page is
                generated of their files.
                """);
        for (Map.Entry<String, Path> example : examples.entrySet()) {
            String file = example.getValue().getFileName().toString();
            page.append("\n## ")
                    .append(example.getKey())
                    .append("\n\n```")
                    .append(file.substring(file.indexOf('.') + 1));
            page.append('\n').append(Files.readString(example.getValue())).append("```\n");
        }
        GeneratedPage.check("verify.md", page.toString());
    }

    // By hand, and checked

    @Test
    void everyTestThatThePageOnSecurityNamesExists() throws IOException {
        List<String> rows = Files.readAllLines(DOCS.resolve("security-model.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| threat"))
                .toList();
        assertThat(rows).hasSizeGreaterThan(20);
        for (String row : rows) {
            Matcher tests = TEST.matcher(row);
            int named = 0;
            while (tests.find()) {
                named++;
                assertThat(testSource(tests.group(1))).as(tests.group()).contains("void " + tests.group(2) + "(");
            }
            assertThat(named).as(row).isPositive();
        }
    }

    /** All there are of that name. */
    private static String testSource(String type) throws IOException {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files = Files.walk(TESTS)) {
            for (Path file : files.filter(path -> path.endsWith(type + ".java")).toList()) {
                sources.append(Files.readString(file));
            }
        }
        return sources.toString();
    }

    @Test
    void everyLinkOfAPageLeadsToAFile() throws IOException {
        try (Stream<Path> pages = Files.list(DOCS)) {
            for (Path page :
                    pages.filter(file -> file.toString().endsWith(".md")).toList()) {
                Matcher links = LINK.matcher(Files.readString(page).replaceAll("(?s)```.*?```", ""));
                while (links.find()) {
                    if (!links.group(1).startsWith("http")) {
                        assertThat(DOCS.resolve(links.group(1)))
                                .as(page + ": " + links.group())
                                .exists();
                    }
                }
            }
        }
    }
}
