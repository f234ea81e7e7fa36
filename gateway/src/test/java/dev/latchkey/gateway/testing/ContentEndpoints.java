package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Serves what tests have put under the API, with the tags and conditions of GitHub's. */
final class ContentEndpoints {

    private static final List<String> HASHED = List.of("accept", "authorization", "cookie");

    private final StubContent content;
    private final Api api;
    private final Function<String, Optional<StubInstallationToken>> installations;

    ContentEndpoints(StubContent content, Api api, Function<String, Optional<StubInstallationToken>> installations) {
        this.content = content;
        this.api = api;
        this.installations = installations;
    }

    boolean knows(Call call) {
        String path = pathOf(call);
        return content.write(call.method(), path, call.query()) != null
                || (isReading(call) && content.find(path, call.query()) != null);
    }

    Reply answer(Call call) {
        String token = call.token();
        if (api.isApp(call)) {
            return api.asApp(call, () -> answer(call, pathOf(call), "an app"));
        }
        return token == null
                ? api.asPersonAsIs(call, caller -> answer(call, pathOf(call), caller))
                : installations
                        .apply(token)
                        .map(installation -> answer(call, pathOf(call), "an installation"))
                        .orElseGet(() -> api.asPersonAsIs(call, caller -> answer(call, pathOf(call), caller)));
    }

    private static String pathOf(Call call) {
        if (call.path().equals("/api/graphql")) {
            return "/graphql";
        }
        return call.path().startsWith(Api.BASE) ? call.path().substring(Api.BASE.length()) : "";
    }

    private static boolean isReading(Call call) {
        return call.method().equals("GET") || call.method().equals("HEAD");
    }

    private Reply answer(Call call, String path, Api.Caller caller) {
        return answer(call, path, caller.person().login());
    }

    private Reply answer(Call call, String path, String login) {
        Function<Call, Reply> written = content.write(call.method(), path, call.query());
        if (written != null) {
            return written.apply(call);
        }
        StubContent.Resource resource = isReading(call) ? content.find(path, call.query()) : null;
        if (resource == null || !resource.isSeenBy(login)) {
            return Reply.message(404, "Not Found");
        }
        return read(call, resource, resource.bodyFor(call, login));
    }

    private static Reply read(Call call, StubContent.Resource resource, String body) {
        String tag = '"' + tag(call, resource.vary(), body) + '"';
        Reply reply = Reply.of(resource.status(), resource.contentType(), body).with("Vary", resource.vary());
        if (resource.isTagged() && isKnown(call, tag)) {
            return kept(Reply.empty(304).with("ETag", tag).with("Vary", resource.vary()), resource);
        }
        Reply whole = resource.isTagged() ? reply.with("ETag", "W/" + tag) : reply;
        for (Header header : resource.headers()) {
            whole = whole.with(header.name(), header.value());
        }
        return kept(whole, resource);
    }

    private static Reply kept(Reply reply, StubContent.Resource resource) {
        return resource.cacheControl() == null ? reply : reply.with("Cache-Control", resource.cacheControl());
    }

    private static boolean isKnown(Call call, String tag) {
        String known = call.header("If-None-Match");
        return known != null
                && Arrays.stream(known.split(","))
                        .map(each -> each.strip().replaceFirst("^W/", ""))
                        .anyMatch(tag::equals);
    }

    static String tag(Call call, String vary, String body) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            List<String> names = Arrays.stream(vary.toLowerCase(Locale.ROOT).split(","))
                    .map(String::strip)
                    .toList();
            for (String name : HASHED) {
                if (names.contains(name)) {
                    String value = call.header(name);
                    hash.update(((value == null ? "" : value) + ':').getBytes(UTF_8));
                }
            }
            return HexFormat.of().formatHex(hash.digest(body.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
