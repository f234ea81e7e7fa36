package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.watch.RequestSpans;
import dev.latchkey.gateway.watch.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Spans by Micrometer's tracer, sent by OpenTelemetry in bundles and beside the requests. What the collector does not take
 * in time is dropped: no request waits for it.
 */
final class Tracing implements RequestSpans, AutoCloseable {

    private static final Duration BUNDLE = Duration.ofSeconds(1);
    private static final int MOST_WAITING = 8_192;

    private final SdkTracerProvider provider;
    private final Tracer tracer;

    Tracing(String endpoint, double sampling) {
        this.provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault()
                        .merge(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "latchkey"))))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(sampling)))
                .addSpanProcessor(BatchSpanProcessor.builder(OtlpHttpSpanExporter.builder()
                                .setEndpoint(endpoint)
                                .build())
                        .setScheduleDelay(BUNDLE)
                        .setMaxQueueSize(MOST_WAITING)
                        .build())
                .build();
        this.tracer = new OtelTracer(provider.get("dev.latchkey.gateway"), new OtelCurrentTraceContext(), event -> {});
    }

    @Override
    public @Nullable Span begin(@Nullable Parent parent) {
        io.micrometer.tracing.Span.Builder builder =
                tracer.spanBuilder().name("request").kind(io.micrometer.tracing.Span.Kind.SERVER);
        builder = parent == null ? builder.setNoParent() : builder.setParent(context(parent));
        io.micrometer.tracing.Span span = builder.start();
        return Boolean.TRUE.equals(span.context().sampled()) ? new Recorded(span) : null;
    }

    private TraceContext context(Parent parent) {
        return tracer.traceContextBuilder()
                .traceId(parent.traceId())
                .spanId(parent.spanId())
                .sampled(parent.sampled())
                .build();
    }

    private final class Recorded implements Span {

        private final io.micrometer.tracing.Span span;

        Recorded(io.micrometer.tracing.Span span) {
            this.span = span;
        }

        @Override
        public Span child(String name) {
            return new Recorded(below(name).start());
        }

        @Override
        public Span call(String name) {
            return new Recorded(
                    below(name).kind(io.micrometer.tracing.Span.Kind.CLIENT).start());
        }

        private io.micrometer.tracing.Span.Builder below(String name) {
            return tracer.spanBuilder().setParent(span.context()).name(name);
        }

        @Override
        public Span with(String name, String value) {
            span.tag(name, value);
            return this;
        }

        @Override
        public Span with(String name, long value) {
            span.tag(name, value);
            return this;
        }

        @Override
        public Span named(String name) {
            span.name(name);
            return this;
        }

        /** Its kind and no more: a message may hold what no collector should. */
        @Override
        public void failed(Throwable failure) {
            span.tag("error.type", failure.getClass().getSimpleName());
        }

        @Override
        public void end() {
            span.end();
        }

        @Override
        public String traceId() {
            return span.context().traceId();
        }

        @Override
        public String traceParent() {
            return "00-" + span.context().traceId() + '-' + span.context().spanId() + "-01";
        }
    }

    /** Sends what is left. */
    @Override
    public void close() {
        provider.close();
    }
}
