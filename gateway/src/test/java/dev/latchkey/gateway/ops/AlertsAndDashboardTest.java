package dev.latchkey.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.testing.ProgramTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the chart brings for Prometheus and Grafana asks for nothing that the gateway does not measure. */
class AlertsAndDashboardTest {

    private static final Path FILES = Path.of("../helm/latchkey/files");
    private static final Pattern NAME = Pattern.compile("\\b(latchkey_[a-z_]+)\\b");
    private static final Pattern SELECTOR = Pattern.compile("(latchkey_[a-z_]+)\\{([^}]*)}");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)(=~|!~|!=|=)\"([^\"]*)\"");

    /** Values that are words of the gateway's own rather than codes of problems. */
    private static final Set<String> WORDS = Set.of("success", "none", "misconfigured");

    @Test
    void alertsAskForMetricsThatThereAre() throws IOException {
        List<String> expressions = alertExpressions();
        assertThat(expressions).hasSizeGreaterThan(10);
        expressions.forEach(AlertsAndDashboardTest::check);
    }

    @Test
    void thePanelsAskForMetricsThatThereAre() throws IOException {
        List<String> expressions = new ArrayList<>();
        collect(JsonMapper.shared().readTree(Files.readString(FILES.resolve("dashboard.json"))), expressions);
        assertThat(expressions).hasSizeGreaterThan(30);
        expressions.forEach(AlertsAndDashboardTest::check);
    }

    /** Whoever adds a metric shows it to somebody. */
    @Test
    void everyMetricIsOnTheDashboard() throws IOException {
        String dashboard = Files.readString(FILES.resolve("dashboard.json"));
        Set<String> shown = names(dashboard).collect(Collectors.toSet());
        assertThat(Arrays.stream(Metric.values())
                        .filter(metric -> metric.series().stream().noneMatch(shown::contains)))
                .isEmpty();
    }

    @Nested
    @ProgramTest("promtool")
    class Promtool {

        @Test
        void theRulesFireWhenTheyShallAndNotOtherwise() throws IOException, InterruptedException {
            assertThat(promtool("check", "rules", FILES.resolve("alerts.yaml").toString()))
                    .contains("SUCCESS");
            assertThat(promtool("test", "rules", "src/test/promtool/alerts.yaml"))
                    .contains("SUCCESS");
        }
    }

    @Test
    void everyAlertHasATestInWhichItFires() throws IOException {
        String tests = Files.readString(Path.of("src/test/promtool/alerts.yaml"));
        List<Map<String, Object>> rules = alerts();
        assertThat(rules)
                .allSatisfy(rule -> assertThat(tests)
                        .containsPattern("alertname: " + rule.get("alert") + "\\n *exp_alerts:\\n *- exp_labels"));
    }

    private static String promtool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static void check(String expression) {
        Set<String> known = MetricNames.all();
        assertThat(names(expression)).as(expression).isNotEmpty().allMatch(known::contains);
        SELECTOR.matcher(expression).results().forEach(AlertsAndDashboardTest::checkLabels);
    }

    private static void checkLabels(MatchResult selector) {
        Metric metric = Arrays.stream(Metric.values())
                .filter(one -> one.series().contains(selector.group(1)))
                .findFirst()
                .orElseThrow();
        Set<String> labels = new HashSet<>(metric.tags());
        labels.add("le");
        MATCHER.matcher(selector.group(2)).results().forEach(matcher -> {
            assertThat(labels).as(selector.group()).contains(matcher.group(1));
            if (Set.of("outcome", "code", "problem").contains(matcher.group(1))) {
                Arrays.stream(matcher.group(3).split("\\|")).forEach(AlertsAndDashboardTest::checkValue);
            }
        });
    }

    private static void checkValue(String value) {
        String beginning = value.endsWith(".*") ? value.substring(0, value.length() - 2) : value;
        assertThat(Stream.concat(
                        WORDS.stream(), Arrays.stream(ProblemCode.values()).map(ProblemCode::code)))
                .as(value)
                .anyMatch(code -> beginning.equals(value) ? code.equals(value) : code.startsWith(beginning));
    }

    private static Stream<String> names(String text) {
        return NAME.matcher(text).results().map(found -> found.group(1));
    }

    private static List<Map<String, Object>> alerts() throws IOException {
        Map<String, List<Map<String, List<Map<String, Object>>>>> file =
                new Yaml().load(Files.readString(FILES.resolve("alerts.yaml")));
        return file.get("groups").stream()
                .flatMap(group -> group.get("rules").stream())
                .toList();
    }

    private static List<String> alertExpressions() throws IOException {
        return alerts().stream().map(rule -> (String) rule.get("expr")).toList();
    }

    private static void collect(JsonNode node, List<String> expressions) {
        if (node.isObject() && node.path("expr").isString()) {
            expressions.add(node.path("expr").asString());
        }
        node.forEach(child -> collect(child, expressions));
    }
}
