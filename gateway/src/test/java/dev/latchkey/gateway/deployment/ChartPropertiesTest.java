package dev.latchkey.gateway.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the chart calls a property is one of the gateway's; what it renders is checked by {@code .ci/deployment}. */
class ChartPropertiesTest {

    private static final String CHART = "helm/latchkey";
    private static final Pattern OPTION = Pattern.compile("--((?:latchkey|spring|server)\\.[a-z0-9.-]+)=");

    static Stream<String> valuesFiles() {
        return Stream.concat(Stream.of(CHART + "/values.yaml"), Project.files(CHART + "/examples").stream());
    }

    @ParameterizedTest
    @MethodSource("valuesFiles")
    void everyPropertyOfTheValuesIsOneOfTheGateway(String file) {
        Map<String, Object> values = Project.yaml(file);
        Map<String, Object> secrets = Project.map(values, "secrets");
        Set<String> named = new TreeSet<>(Project.map(values, "properties").keySet());
        named.addAll(Project.map(secrets, "create").keySet());
        named.addAll(Project.map(secrets, "properties").keySet());
        assertThat(named).isNotEmpty().allMatch(KnownProperties::contain);
    }

    @Test
    void everyOptionOfTheDeploymentIsOneOfTheGateway() {
        List<String> options = OPTION.matcher(Project.text(CHART + "/templates/deployment.yaml"))
                .results()
                .map(option -> option.group(1))
                .toList();
        assertThat(options).contains("latchkey.drain.notice").allMatch(KnownProperties::contain);
    }

    /** Kubernetes tells pods of each Service by variables; of the chart's own one has the name of a property. */
    @Test
    void noServiceOfTheNamespaceIsTakenForAProperty() {
        assertThat(Project.text(CHART + "/templates/network.yaml")).contains("\" . }}-internal\n");
        assertThat(KnownProperties.containVariable("LATCHKEY_INTERNAL_PORT")).isTrue();
        assertThat(Project.text(CHART + "/templates/deployment.yaml")).contains("\n      enableServiceLinks: false\n");
    }

    @Test
    void aMisspeltOneIsFound() {
        assertThat(KnownProperties.contain("latchkey.external-url")).isTrue();
        assertThat(KnownProperties.contain("spring.data.redis.host")).isTrue();
        assertThat(KnownProperties.contain("latchkey.tls.more[0].certificate")).isTrue();
        assertThat(KnownProperties.contain("latchkey.external-uri")).isFalse();
    }
}
