package dev.latchkey.gateway.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why somebody gets to an app, or does not.
 *
 * @param route the route's id, or null if there is none
 * @param decision {@code permit}, {@code sign-in}, {@code deny}, {@code not-found}, {@code refuse} or {@code unknown}
 * @param rule the line that decided, or null
 * @param reason in a sentence
 * @param rules every line of {@code allow}, with what it says
 */
public record Explanation(
        @Nullable String route, String decision, @Nullable String rule, String reason, List<Line> rules) {

    /**
     * A line of {@code allow}.
     *
     * @param holds {@code yes}, {@code no} or {@code unknown}
     * @param why in a few words
     */
    public record Line(String rule, String holds, String why) {}

    public Explanation {
        rules = List.copyOf(rules);
    }

    /** As lines for a terminal. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append("route:    ").append(route == null ? "none" : route).append('\n');
        text.append("decision: ").append(decision).append('\n');
        text.append("rule:     ").append(rule == null ? "none" : rule).append('\n');
        text.append("reason:   ").append(reason);
        rules.forEach(line -> text.append("\n  ")
                .append(line.rule())
                .append(": ")
                .append(line.holds())
                .append(", ")
                .append(line.why()));
        return text.toString();
    }
}
