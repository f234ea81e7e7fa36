package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * The few files that pages load. They are read once, at start-up; a request only ever picks from a fixed map.
 *
 * <p>The address holds a hash of the content, so that a browser may keep a file for good.
 */
public final class Assets {

    static final String STYLE = "latchkey.css";
    static final String MARK = "mark.svg";
    static final String ICON = "favicon.svg";

    private static final String PATH = "/static/";
    private static final MediaType CSS = MediaType.parseMediaType("text/css;charset=UTF-8");
    private static final MediaType SVG = MediaType.parseMediaType("image/svg+xml");
    private static final CacheControl FOR_GOOD =
            CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable();

    private final GatewayAddress address;
    private final SecurityHeaders headers;
    private final Map<String, Asset> byName =
            Map.of(STYLE, Asset.load(STYLE, CSS), MARK, Asset.load(MARK, SVG), ICON, Asset.load(ICON, SVG));

    public Assets(GatewayAddress address, SecurityHeaders headers) {
        this.address = address;
        this.headers = headers;
    }

    /** The path and version of an asset, to write into a page. */
    public String url(String name) {
        Asset asset = byName.get(name);
        if (asset == null) {
            throw new IllegalArgumentException("No asset is called " + name);
        }
        return address.path(PATH + name) + "?v=" + asset.version();
    }

    /** Answers GET and HEAD for every asset, and 404 for every other name in the folder. */
    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route(
                RequestPredicates.methods(HttpMethod.GET, HttpMethod.HEAD)
                        .and(RequestPredicates.path(address.path(PATH) + "{name}")),
                this::serve);
    }

    private Mono<ServerResponse> serve(ServerRequest request) {
        Asset asset = byName.get(request.pathVariable("name"));
        if (asset == null) {
            return Mono.error(Problem.of(ProblemCode.ROUTE_UNKNOWN));
        }
        return ServerResponse.ok()
                .headers(headers::onCacheable)
                .cacheControl(lifetime(request, asset))
                .eTag(asset.version())
                .contentType(asset.type())
                .bodyValue(asset.content());
    }

    /**
     * While a new release rolls out, a page of one node may ask the other for a version it does not have. It gets the
     * file there is, but nobody may keep that under the wrong name.
     */
    private static CacheControl lifetime(ServerRequest request, Asset asset) {
        boolean sameVersion =
                request.queryParam("v").filter(asset.version()::equals).isPresent();
        return sameVersion ? FOR_GOOD : CacheControl.noCache();
    }

    private record Asset(byte[] content, MediaType type, String version) {

        static Asset load(String name, MediaType type) {
            byte[] content = read("/assets/" + name);
            return new Asset(content, type, hash(content));
        }

        private static byte[] read(String resource) {
            try (InputStream in = Assets.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalStateException("The jar lacks " + resource);
                }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static String hash(byte[] content) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
                return HexFormat.of().formatHex(digest, 0, 8);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
