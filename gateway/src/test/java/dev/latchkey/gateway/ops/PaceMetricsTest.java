package dev.latchkey.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.github.pace.PaceEvent;
import dev.latchkey.gateway.github.pace.PaceGauges;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PaceMetricsTest {

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final PaceMetrics metrics = new PaceMetrics(meters, new PaceGauges() {
        @Override
        public int waiting() {
            return 3;
        }

        @Override
        public int underWay() {
            return 2;
        }

        @Override
        public Set<String> resources() {
            return Set.of("core", "search");
        }

        @Override
        public double leastLeft(String resource) {
            return resource.equals("core") ? 0.25 : Double.NaN;
        }
    });

    @Test
    void tellsWhatPrometheusReads() {
        metrics.count(new PaceEvent.Went("ci", "core", "points", Duration.ofMillis(50)));
        metrics.count(new PaceEvent.Refused("ci", "core", "stopped"));
        metrics.count(new PaceEvent.Spent("ci", "core", "/user/repos"));
        metrics.count(new PaceEvent.Spent("ci", "core", "/user/repos"));
        metrics.count(new PaceEvent.Limited("ci", "search", "/search/issues", "secondary"));

        assertThat(meters.scrape().lines())
                .contains(
                        "latchkey_github_remaining{resource=\"core\"} 0.25",
                        "latchkey_github_remaining{resource=\"search\"} NaN",
                        "latchkey_github_waiting 3.0",
                        "latchkey_github_under_way 2.0",
                        "latchkey_github_wait_seconds_count{app=\"ci\",reason=\"points\",resource=\"core\"} 1",
                        "latchkey_github_refused_total{app=\"ci\",reason=\"stopped\",resource=\"core\"} 1.0",
                        "latchkey_github_spent_total{app=\"ci\",resource=\"core\",template=\"/user/repos\"} 2.0",
                        "latchkey_github_limited_total{app=\"ci\",kind=\"secondary\",resource=\"search\",template=\"/search/issues\"}"
                                + " 1.0");
    }
}
