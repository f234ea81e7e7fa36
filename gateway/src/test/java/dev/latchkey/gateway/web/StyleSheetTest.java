package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StyleSheetTest {

    private static final Path ASSETS = Path.of("src/main/resources/assets");
    private static final Pattern COLOUR = Pattern.compile("--([\\w-]+): (#[0-9a-f]{6});");

    @Test
    void loadsNothing() throws IOException {
        assertThat(style()).doesNotContain("url(", "@import", "http");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mark.svg", "favicon.svg"})
    void drawsWithoutScriptsStylesOrLinks(String name) throws IOException {
        assertThat(Files.readString(ASSETS.resolve(name)))
                .startsWith("<svg xmlns=\"http://www.w3.org/2000/svg\"")
                .doesNotContain("<script", "<style", "style=", "href", "<image", "<foreignObject");
    }

    /** WCAG 2.2, success criteria 1.4.3 (text) and 1.4.11 (outlines of controls). */
    @ParameterizedTest
    @CsvSource({
        "text, card, 4.5",
        "text, ground, 4.5",
        "text, inset, 4.5",
        "quiet, card, 4.5",
        "quiet, ground, 4.5",
        "quiet, inset, 4.5",
        "link, ground, 4.5",
        "on-primary, primary, 4.5",
        "on-primary, primary-hover, 4.5",
        "good, good-ground, 4.5",
        "danger, card, 4.5",
        "danger, danger-ground, 4.5",
        "note, note-ground, 4.5",
        "outline, card, 3",
        "outline, inset, 3",
        "focus, card, 3",
        "focus, ground, 3"
    })
    void canBeReadInBothPalettes(String front, String back, double least) throws IOException {
        String[] palettes = style().split("@media \\(prefers-color-scheme: dark\\)");
        assertThat(palettes).hasSize(2);
        for (String palette : palettes) {
            Map<String, String> colours = colours(palette);
            assertThat(contrast(colours.get(front), colours.get(back))).isGreaterThanOrEqualTo(least);
        }
    }

    private static String style() throws IOException {
        return Files.readString(ASSETS.resolve("latchkey.css"));
    }

    private static Map<String, String> colours(String palette) {
        return COLOUR.matcher(palette)
                .results()
                .collect(Collectors.toMap(colour -> colour.group(1), colour -> colour.group(2)));
    }

    private static double contrast(String one, String other) {
        double a = luminance(one);
        double b = luminance(other);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(String colour) {
        return 0.2126 * linear(colour, 1) + 0.7152 * linear(colour, 3) + 0.0722 * linear(colour, 5);
    }

    private static double linear(String colour, int at) {
        double part = Integer.parseInt(colour.substring(at, at + 2), 16) / 255.0;
        return part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
    }
}
