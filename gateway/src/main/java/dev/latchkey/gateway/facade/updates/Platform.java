package dev.latchkey.gateway.facade.updates;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An operating system and an architecture, each by the names that release assets have for it.
 *
 * @param system names of the operating system, in lower case
 * @param architecture names of the architecture, in lower case
 */
record Platform(List<String> system, List<String> architecture) {

    private static final Map<String, List<String>> SYSTEMS = Map.of(
            "linux", List.of("linux"),
            "darwin", List.of("darwin", "macos", "osx"),
            "windows", List.of("windows", "win64", "win32"));

    private static final Map<String, List<String>> ARCHITECTURES = Map.of(
            "amd64", List.of("amd64", "x86_64", "x64"),
            "arm64", List.of("arm64", "aarch64"),
            "386", List.of("386", "i686", "x86"),
            "arm", List.of("armv7", "armhf", "arm"));

    static Optional<Platform> parse(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split("-", 2);
        if (parts.length < 2) {
            return Optional.empty();
        }
        return known(SYSTEMS, parts[0])
                .flatMap(system -> known(ARCHITECTURES, parts[1]).map(names -> new Platform(system, names)));
    }

    /** Of the machine that this runs on; one that nobody knows by name is like Linux on amd64. */
    static Platform own() {
        String system =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).replace("mac os x", "macos");
        String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return parse(system.split(" ", 2)[0] + '-' + architecture)
                .orElseGet(() -> parse("linux-amd64").orElseThrow());
    }

    private static Optional<List<String>> known(Map<String, List<String>> all, String name) {
        return all.values().stream().filter(names -> names.contains(name)).findFirst();
    }

    /** Whether a file of that name is for this platform. */
    boolean fits(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        return system.stream().anyMatch(name::contains) && architecture.stream().anyMatch(each -> isWord(name, each));
    }

    /** {@code x86} is no word of {@code x86_64}, nor {@code arm} of {@code arm64}. */
    private static boolean isWord(String name, String word) {
        for (int at = name.indexOf(word); at >= 0; at = name.indexOf(word, at + 1)) {
            int end = at + word.length();
            boolean begins = at == 0 || !Character.isLetterOrDigit(name.charAt(at - 1));
            boolean ends = end == name.length() || !isMore(name, end);
            if (begins && ends) {
                return true;
            }
        }
        return false;
    }

    private static boolean isMore(String name, int at) {
        return Character.isLetterOrDigit(name.charAt(at)) || name.startsWith("_64", at);
    }
}
