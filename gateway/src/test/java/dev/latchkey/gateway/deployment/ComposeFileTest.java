package dev.latchkey.gateway.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The compose file says nothing that compose, the gateway or the file tree would not understand. */
class ComposeFileTest {

    private static final String FILE = "docker-compose.yml";
    private static final String STAND_IN = "gateway/src/image/stand-in.env";
    private static final Set<String> TOP = Set.of("services", "volumes", "networks", "configs", "secrets", "name");

    /** Of the Compose Specification, those that are used here; another one is to be looked up and added. */
    private static final Set<String> OF_A_SERVICE = Set.of(
            "build",
            "cap_drop",
            "command",
            "depends_on",
            "environment",
            "image",
            "networks",
            "ports",
            "profiles",
            "read_only",
            "security_opt",
            "stop_grace_period",
            "tmpfs",
            "user",
            "volumes",
            "working_dir");

    private static final Pattern PORT = Pattern.compile("(\\d+):(\\d+)");
    private static final Pattern IMAGE = Pattern.compile("[a-z0-9][a-z0-9/._-]*(:[A-Za-z0-9._-]+)?");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)(?::([-?])([^}]*))?}");

    private static final Map<String, Object> COMPOSE = Project.yaml(FILE);
    private static final Map<String, Object> SERVICES = Project.map(COMPOSE, "services");

    static Stream<String> services() {
        return SERVICES.keySet().stream();
    }

    private static Map<String, Object> service(String name) {
        return Project.map(SERVICES, name);
    }

    @Test
    void everySectionIsOneThatComposeKnows() {
        assertThat(COMPOSE.keySet()).allMatch(name -> name.startsWith("x-") || TOP.contains(name));
        assertThat(SERVICES).containsKeys("gateway", "redis", "sample", "github", "gateway-two", "balancer");
    }

    @ParameterizedTest
    @MethodSource("services")
    void aServiceHasAnImageAndNothingUnknown(String name) {
        Map<String, Object> service = service(name);
        assertThat(OF_A_SERVICE).containsAll(service.keySet());
        assertThat((String) service.get("image")).matches(IMAGE);
        assertThat(Project.list(service, "ports"))
                .allMatch(port -> PORT.matcher(port).matches());
        assertThat(SERVICES.keySet()).containsAll(Project.list(service, "depends_on"));
    }

    @ParameterizedTest
    @MethodSource("services")
    void whatIsMountedExistsOrIsADeclaredVolumeOrIsBuilt(String name) {
        for (String volume : Project.list(service(name), "volumes")) {
            String source = interpolated(volume).split(":")[0];
            boolean declared = Project.map(COMPOSE, "volumes").containsKey(source);
            boolean built = source.equals("./gateway/target");
            assertThat(declared || built || Files.exists(Project.path(source)))
                    .as(volume)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void everyVariableIsAPropertyOfTheGateway(String name) {
        assertThat(Project.map(service(name), "environment").keySet()).allMatch(KnownProperties::containVariable);
    }

    @Test
    void noInternalPortLeavesTheNetwork() {
        assertThat(services().flatMap(name -> Project.list(service(name), "ports").stream()))
                .noneMatch(port -> port.contains("8081") || port.contains("6379"));
    }

    @Test
    void twoServicesNeverWantOnePort() {
        List<String> published = services()
                .flatMap(name -> Project.list(service(name), "ports").stream())
                .map(port -> port.split(":")[0])
                .toList();
        assertThat(published).doesNotHaveDuplicates();
    }

    /** Started without a profile, compose must not look for what only a profile starts. */
    @Test
    void nothingDependsOnAServiceThatMayBeMissing() {
        for (String name : SERVICES.keySet()) {
            for (String needed : Project.list(service(name), "depends_on")) {
                List<String> profiles = Project.list(service(needed), "profiles");
                assertThat(profiles.isEmpty() || profiles.equals(Project.list(service(name), "profiles")))
                        .as(name + " needs " + needed)
                        .isTrue();
            }
        }
    }

    @Test
    void theStandInsFileGivesEverythingThatIsRequired() {
        Set<String> given = Project.text(STAND_IN)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("=")[0])
                .collect(Collectors.toSet());
        Matcher variables = VARIABLE.matcher(Project.text(FILE));
        Set<String> required = new TreeSet<>();
        while (variables.find()) {
            if ("?".equals(variables.group(2))) {
                required.add(variables.group(1));
            }
        }
        assertThat(required).isNotEmpty();
        assertThat(given).containsAll(required).contains("COMPOSE_PROFILES", "LATCHKEY_GITHUB_URL");
    }

    @Test
    void theDemosClassesAreThere() {
        for (String name : List.of("sample", "github")) {
            String main = Project.list(service(name), "command").stream()
                    .filter(word -> word.startsWith("dev.latchkey"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Project.path("gateway/src/test/java/" + main.replace('.', '/') + ".java"))
                    .exists();
        }
    }

    @Test
    void everyVariableOfTheImageIsAPropertyOfTheGateway() {
        List<String> set = Pattern.compile("(LATCHKEY_[A-Z_]+)=")
                .matcher(Project.text("gateway/Dockerfile"))
                .results()
                .map(variable -> variable.group(1))
                .toList();
        assertThat(set).contains("LATCHKEY_DATA_DIR").allMatch(KnownProperties::containVariable);
    }

    @Test
    void whatTheImageCopiesIsNotIgnored() {
        List<String> kept = Project.text("gateway/Dockerfile.dockerignore")
                .lines()
                .filter(line -> line.startsWith("!"))
                .map(line -> line.substring(1))
                .toList();
        List<String> copied = Pattern.compile("^COPY (?!--from)(?:--\\S+ )?(.+) \\S+$", Pattern.MULTILINE)
                .matcher(Project.text("gateway/Dockerfile"))
                .results()
                .flatMap(copy -> Stream.of(copy.group(1).split(" ")))
                .toList();
        assertThat(copied).isNotEmpty().allMatch(path -> kept.stream().anyMatch(path::startsWith));
    }

    private static String interpolated(String text) {
        return VARIABLE.matcher(text)
                .replaceAll(variable -> Matcher.quoteReplacement(variable.group(3) == null ? "" : variable.group(3)));
    }
}
