package dev.latchkey.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import org.junit.jupiter.api.Test;

/** The page about metrics is made of {@link Metric}; {@code -Dlatchkey.write-docs=true} writes it anew. */
class MetricReferenceTest {

    private static final Path PAGE = Path.of("src/docs/metrics.md");

    @Test
    void thePageSaysWhatThereIs() throws IOException {
        if (Boolean.getBoolean("latchkey.write-docs")) {
            Files.writeString(PAGE, page());
        }
        assertThat(PAGE).as("write it anew with -Dlatchkey.write-docs=true").hasContent(page());
    }

    private static String page() {
        StringBuilder page = new StringBuilder("""
                # Metrics

                On the internal port at `/metrics`, as Prometheus reads them. This page is generated. A histogram has the series
                `_bucket`, `_count`, `_sum` and `_max`. What bears a route's id vanishes with the route; `route` is `-` for the
                gateway's own pages and for requests that no route has. Nothing is kept by person, path or address.

                | name | kind | labels | what it is |
                |---|---|---|---|
                """);
        Arrays.stream(Metric.values())
                .sorted(Comparator.comparing(Metric::prometheus))
                .forEach(metric -> page.append("| `")
                        .append(metric.prometheus())
                        .append("` | ")
                        .append(metric.kind())
                        .append(" | ")
                        .append(metric.tags().isEmpty() ? "" : "`" + String.join("`, `", metric.tags()) + "`")
                        .append(" | ")
                        .append(metric.description())
                        .append(" |\n"));
        return page.toString();
    }
}
