package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggerConfiguration;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Which loggers of this node say how much, until it is started anew. What may be in no log stays out at every level. */
final class LogAdmin {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.$-]{1,200}");
    private static final int LARGEST = 1024;

    private final LoggingSystem logging;

    LogAdmin(LoggingSystem logging) {
        this.logging = logging;
    }

    void on(RouterFunctions.Builder routes) {
        routes.GET("/admin/loggers", request -> list()).PUT("/admin/loggers/{name}", this::change);
    }

    private record Shown(String name, String level) {}

    private record Listing(List<Shown> loggers) {}

    private Mono<ServerResponse> list() {
        List<Shown> shown = logging.getLoggerConfigurations().stream()
                .filter(logger -> logger.getConfiguredLevel() != null)
                .map(LogAdmin::shown)
                .sorted(Comparator.comparing(Shown::name))
                .toList();
        return ServerResponse.ok().bodyValue(new Listing(shown));
    }

    private static Shown shown(LoggerConfiguration logger) {
        return new Shown(logger.getName(), logger.getEffectiveLevel().name().toLowerCase(Locale.ROOT));
    }

    private Mono<ServerResponse> change(ServerRequest request) {
        String name = request.pathVariable("name");
        if (!NAME.matcher(name).matches()) {
            throw malformed();
        }
        if (name.equals(AuditStream.LOGGER)) {
            throw Problem.of(ProblemCode.REQUEST_MALFORMED, "How much the audit stream says is for the configuration");
        }
        return DataBufferUtils.join(request.exchange().getRequest().getBody(), LARGEST)
                .map(buffer -> {
                    byte[] bytes = new byte[buffer.readableByteCount()];
                    buffer.read(bytes);
                    DataBufferUtils.release(buffer);
                    return bytes;
                })
                .map(LogAdmin::read)
                .onErrorMap(failure -> !(failure instanceof Problem), failure -> malformed())
                .switchIfEmpty(Mono.error(LogAdmin::malformed))
                .flatMap(wanted -> {
                    change(name, wanted.level());
                    return list();
                });
    }

    /** Who may call here may not do so unseen: what the audit stream writes stays what it was, whatever is above it. */
    private synchronized void change(String name, @Nullable LogLevel level) {
        LogLevel audited = auditLevel();
        logging.setLogLevel(name, level);
        if (auditLevel() != audited) {
            logging.setLogLevel(AuditStream.LOGGER, audited);
        }
    }

    private @Nullable LogLevel auditLevel() {
        LoggerConfiguration audit = logging.getLoggerConfiguration(AuditStream.LOGGER);
        return audit == null ? null : audit.getEffectiveLevel();
    }

    private record Wanted(@Nullable LogLevel level) {}

    private static Wanted read(byte[] json) throws JacksonException {
        JsonNode root = JsonMapper.shared().readTree(json);
        JsonNode level = root.path("level");
        if (root.size() != 1 || !(level.isString() || level.isNull())) {
            throw malformed();
        }
        return new Wanted(level.isNull() ? null : level(level.asString()));
    }

    private static LogLevel level(String word) {
        return Arrays.stream(LogLevel.values())
                .filter(level -> level.name().equalsIgnoreCase(word))
                .findFirst()
                .orElseThrow(LogAdmin::malformed);
    }

    private static Problem malformed() {
        return Problem.of(
                ProblemCode.REQUEST_MALFORMED,
                "Send {\"level\": \"debug\"}, with trace, debug, info, warn, error or off, or null for what it was");
    }
}
