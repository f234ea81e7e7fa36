package dev.latchkey.gateway.github;

import dev.latchkey.gateway.github.pace.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells a GraphQL query from a mutation, which only the document itself does (GraphQL, section 2.3). What cannot be told
 * apart counts as a mutation, which costs more.
 */
final class GraphQlKind {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String document;
    private int at;
    private int depth;

    private GraphQlKind(String document) {
        this.document = document;
    }

    /** @param name null for an anonymous operation */
    private record Operation(String type, @Nullable String name) {}

    static Kind of(byte[] body) {
        try {
            JsonNode request = JSON.readTree(body);
            String document = request.path("query").asString("");
            String name = request.path("operationName").asString("");
            List<Operation> operations = new GraphQlKind(document).operations();
            boolean query = !operations.isEmpty()
                    && operations.stream()
                            .filter(operation -> name.isEmpty() || name.equals(operation.name()))
                            .allMatch(operation -> operation.type().equals("query"))
                    && (name.isEmpty() || operations.stream().anyMatch(operation -> name.equals(operation.name())));
            return query ? Kind.GRAPHQL_QUERY : Kind.GRAPHQL_MUTATION;
        } catch (JacksonException e) {
            return Kind.GRAPHQL_MUTATION;
        }
    }

    private List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        boolean defined = false;
        while (at < document.length()) {
            char c = document.charAt(at);
            if (c == '#') {
                skipLine();
            } else if (c == '"') {
                skipString();
            } else if (c == '{' || c == '(') {
                if (depth == 0 && c == '{' && !defined) {
                    operations.add(new Operation("query", null));
                }
                defined = defined && c == '(';
                depth++;
                at++;
            } else if (c == '}' || c == ')') {
                depth--;
                at++;
                // Behind its variables an operation still waits for its selection.
                defined = depth == 0 && c == ')';
            } else if (isName(c)) {
                String word = word();
                if (depth == 0 && !defined) {
                    defined = true;
                    if (!word.equals("fragment")) {
                        operations.add(new Operation(word, nameAhead()));
                    }
                }
            } else {
                at++;
            }
        }
        return operations;
    }

    private @Nullable String nameAhead() {
        while (at < document.length() && (document.charAt(at) <= ' ' || document.charAt(at) == ',')) {
            at++;
        }
        return at < document.length() && isName(document.charAt(at)) ? word() : null;
    }

    private String word() {
        int start = at;
        while (at < document.length() && isName(document.charAt(at))) {
            at++;
        }
        return document.substring(start, at);
    }

    private static boolean isName(char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private void skipLine() {
        while (at < document.length() && document.charAt(at) != '\n') {
            at++;
        }
    }

    private void skipString() {
        boolean block = document.startsWith("\"\"\"", at);
        at += block ? 3 : 1;
        while (at < document.length()) {
            if (document.charAt(at) == '\\') {
                at += 2;
            } else if (block ? document.startsWith("\"\"\"", at) : document.charAt(at) == '"') {
                at += block ? 3 : 1;
                return;
            } else {
                at++;
            }
        }
    }
}
