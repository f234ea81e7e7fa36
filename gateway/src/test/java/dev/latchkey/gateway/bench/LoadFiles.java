package dev.latchkey.gateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The files beside the script, and what becomes of their placeholders. */
final class LoadFiles {

    private static final Path FOLDER = Path.of("gateway", "src", "test", "load");

    private LoadFiles() {}

    static Path path(String name) {
        return FOLDER.resolve(name);
    }

    /** A copy in a folder of its own, with every <code>${name}</code> filled in. */
    static Path filled(String name, Map<String, Object> values) {
        try {
            Path folder = Files.createTempDirectory("latchkey-bench");
            String text = Files.readString(path(name)).replace("${folder}", folder.toString());
            for (Map.Entry<String, Object> value : values.entrySet()) {
                text = text.replace(
                        "${" + value.getKey() + "}", value.getValue().toString());
            }
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
