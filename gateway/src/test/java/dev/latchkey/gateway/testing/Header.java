package dev.latchkey.gateway.testing;

import java.util.List;

/** One header line, its name spelled as it was sent. */
public record Header(String name, String value) {

    /** The values of all lines of that name, whatever the spelling, in the order they came. */
    static List<String> values(List<Header> headers, String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .toList();
    }

    /** The first value of that name, or null. */
    static String first(List<Header> headers, String name) {
        return values(headers, name).stream().findFirst().orElse(null);
    }
}
