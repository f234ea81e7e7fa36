package dev.latchkey.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class RouteMetersTest {

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RouteMeters wiki = new RouteMeters("wiki", meters);

    @Test
    void countsByStatusAndReason() {
        wiki.answered(200);
        wiki.answered(204);
        wiki.failed(403, "access.denied");
        wiki.permitted();
        wiki.denied("access.denied");
        wiki.backend(200, 7_000_000);
        wiki.backend(0, 2_000_000_000);
        wiki.saved("/repos/{owner}/{repo}");

        assertThat(meters.scrape().lines())
                .contains(
                        "latchkey_requests_total{problem=\"none\",route=\"wiki\",status=\"2xx\"} 2.0",
                        "latchkey_requests_total{problem=\"access.denied\",route=\"wiki\",status=\"4xx\"} 1.0",
                        "latchkey_decisions_total{decision=\"permitted\",reason=\"none\",route=\"wiki\"} 1.0",
                        "latchkey_decisions_total{decision=\"denied\",reason=\"access.denied\",route=\"wiki\"} 1.0",
                        "latchkey_upstream_seconds_bucket{route=\"wiki\",status=\"2xx\",le=\"0.005\"} 0",
                        "latchkey_upstream_seconds_bucket{route=\"wiki\",status=\"2xx\",le=\"0.01\"} 1",
                        "latchkey_github_saved_total{app=\"wiki\",template=\"/repos/{owner}/{repo}\"} 1.0",
                        "latchkey_upstream_seconds_count{route=\"wiki\",status=\"none\"} 1");
    }

    @Test
    void leavesNothingBehind() {
        RouteMeters shop = new RouteMeters("shop", meters);
        shop.answered(200);
        shop.saved("/user");
        wiki.answered(200);
        wiki.failed(404, "route.unknown");
        wiki.backend(200, 1);
        wiki.remove();
        assertThat(meters.scrape()).doesNotContain("\"wiki\"").contains("\"shop\"");
    }

    /** Strangers choose statuses by what they ask for, and apps by what they answer: only classes are kept. */
    @Test
    void hasNoMoreMetersThanThereAreClasses() {
        for (int status = -50; status < 2_000; status++) {
            wiki.answered(status);
            wiki.backend(status, 1);
        }
        assertThat(meters.getMeters()).hasSizeLessThanOrEqualTo(2 + 6 + 6);
    }

    /** It is done for every request, whatever else is off. */
    @Test
    void makesNoGarbage() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        count(20_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        count(10_000);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(bytes / 10_000).as("bytes a request").isLessThan(16);
    }

    private void count(int requests) {
        for (int i = 0; i < requests; i++) {
            wiki.permitted();
            wiki.answered(200);
            wiki.failed(502, "backend.broken");
            wiki.backend(200, 1_000_000);
        }
    }
}
