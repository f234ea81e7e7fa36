package dev.latchkey.gateway.facade.updates;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A release as GitHub describes it (REST API, "Releases").
 *
 * @param tag what it is called, such as {@code v1.2.5}
 * @param version the version that the tag means
 * @param publishedAt as GitHub writes it
 */
record Release(
        String tag,
        SemanticVersion version,
        String notes,
        String publishedAt,
        boolean prerelease,
        String page,
        List<Asset> assets) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Files beside a program that vouch for it or describe it. */
    private static final List<String> BESIDE =
            List.of(".sha256", ".sha512", ".md5", ".asc", ".sig", ".pem", ".sbom", ".json", ".txt");

    Release {
        assets = List.copyOf(assets);
    }

    /**
     * A file of a release.
     *
     * @param digest algorithm and value with a colon between them, or empty where GitHub knows none
     */
    record Asset(String name, String address, long size, String digest) {

        boolean isProgram() {
            String lower = name.toLowerCase(Locale.ROOT);
            return BESIDE.stream().noneMatch(lower::endsWith);
        }
    }

    /** @throws Problem {@code github.broken} if that is not the JSON of one release whose tag is a semantic version */
    static Release latest(byte[] json) {
        JsonNode node = parsed(json);
        String tag = node.path("tag_name").asString("");
        return of(node).orElseThrow(() -> Problem.of(
                ProblemCode.GITHUB_BROKEN,
                tag.isEmpty() ? "GitHub did not describe the release" : "The newest release is no version"));
    }

    /**
     * The highest version of a list; drafts and what is no version do not count.
     *
     * @throws Problem {@code github.broken} if that is no list of releases, or none of them counts
     */
    static Release highest(byte[] json) {
        List<Release> releases = new ArrayList<>();
        JsonNode list = parsed(json);
        if (!list.isArray()) {
            throw Problem.of(ProblemCode.GITHUB_BROKEN, "GitHub did not list the releases");
        }
        list.forEach(node -> of(node).ifPresent(releases::add));
        return releases.stream()
                .max(Comparator.comparing(Release::version))
                .orElseThrow(() -> Problem.of(ProblemCode.GITHUB_BROKEN, "No release is a version"));
    }

    private static JsonNode parsed(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (JacksonException e) {
            throw Problem.of(ProblemCode.GITHUB_BROKEN, "GitHub's answer is not JSON");
        }
    }

    private static Optional<Release> of(JsonNode node) {
        String tag = node.path("tag_name").asString("");
        if (node.path("draft").asBoolean(false)) {
            return Optional.empty();
        }
        return SemanticVersion.parse(tag)
                .map(version -> new Release(
                        tag,
                        version,
                        node.path("body").asString(""),
                        node.path("published_at").asString(""),
                        node.path("prerelease").asBoolean(false) || version.isPrerelease(),
                        node.path("html_url").asString(""),
                        assets(node.path("assets"))));
    }

    private static List<Asset> assets(JsonNode list) {
        List<Asset> assets = new ArrayList<>();
        for (JsonNode node : list) {
            assets.add(new Asset(
                    node.path("name").asString(""),
                    node.path("browser_download_url").asString(""),
                    node.path("size").asLong(0),
                    node.path("digest").asString("")));
        }
        return assets;
    }

    /** The asset for that platform, else the first that is a program at all; null if there is none. */
    @Nullable
    Asset assetFor(Platform platform) {
        return assets.stream()
                .filter(Asset::isProgram)
                .filter(asset -> platform.fits(asset.name()))
                .findFirst()
                .or(() -> assets.stream().filter(Asset::isProgram).findFirst())
                .orElse(null);
    }
}
