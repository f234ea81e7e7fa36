package dev.latchkey.gateway.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of {@code src/docs} that is made of what the code says; {@code -Dlatchkey.write-docs=true} writes it anew. */
public final class GeneratedPage {

    private static final Path FOLDER = Path.of("src/docs");

    private GeneratedPage() {}

    /** Fails if the page is not this text. */
    public static void check(String name, String text) {
        Path page = FOLDER.resolve(name);
        try {
            if (Boolean.getBoolean("latchkey.write-docs")) {
                Files.writeString(page, text);
            }
            assertThat(Files.readString(page))
                    .as("write it anew with -Dlatchkey.write-docs=true")
                    .isEqualTo(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
