package dev.latchkey.gateway.github.pace;

/**
 * A call under way.
 *
 * @param node the node that made it
 * @param number its number there
 * @param began when it went
 * @param answered whether the head of its answer is here; its body may still come
 */
record Flight(
        long node,
        long number,
        long began,
        boolean graph,
        boolean write,
        boolean content,
        boolean notifying,
        int points,
        String resource,
        boolean answered) {

    static Flight of(long node, long number, Nature nature, long began) {
        return new Flight(
                node,
                number,
                began,
                nature.graph(),
                nature.write(),
                nature.content(),
                nature.notifying(),
                nature.points(),
                nature.resource(),
                false);
    }

    boolean is(long thatNode, long thatNumber) {
        return node == thatNode && number == thatNumber;
    }

    Flight withAnswer() {
        return new Flight(node, number, began, graph, write, content, notifying, points, resource, true);
    }

    void write(Ink ink) {
        int marks = (graph ? 1 : 0) | (write ? 2 : 0) | (content ? 4 : 0) | (notifying ? 8 : 0) | (answered ? 16 : 0);
        ink.write(node).write(number).write(began).write(marks).write(points).write(resource);
    }

    static Flight read(Ink ink) {
        long node = ink.read();
        long number = ink.read();
        long began = ink.read();
        long marks = ink.read();
        return new Flight(
                node,
                number,
                began,
                (marks & 1) != 0,
                (marks & 2) != 0,
                (marks & 4) != 0,
                (marks & 8) != 0,
                ink.readInt(),
                ink.readText(),
                (marks & 16) != 0);
    }
}
