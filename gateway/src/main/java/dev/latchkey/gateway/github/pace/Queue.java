package dev.latchkey.gateway.github.pace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** The calls of one principal that wait on this node, line by line. */
final class Queue {

    private final Map<Line, Deque<Ticket>> lines = new LinkedHashMap<>();
    private int size;

    void add(Ticket ticket) {
        lines.computeIfAbsent(ticket.line, line -> new ArrayDeque<>()).addLast(ticket);
        size++;
    }

    /** Back to where it was, as if it had never left. */
    void putBack(Ticket ticket) {
        lines.computeIfAbsent(ticket.line, line -> new ArrayDeque<>()).addFirst(ticket);
        size++;
    }

    boolean remove(Ticket ticket) {
        Deque<Ticket> line = lines.get(ticket.line);
        if (line == null || !line.remove(ticket)) {
            return false;
        }
        if (line.isEmpty()) {
            lines.remove(ticket.line);
        }
        size--;
        return true;
    }

    /** The first of every line: the gateway's own, then by whose turn it is, then by age. */
    List<Ticket> heads(ToLongFunction<String> tags) {
        List<Ticket> heads = new ArrayList<>(lines.size());
        lines.values().forEach(line -> heads.add(line.getFirst()));
        heads.sort(Comparator.comparing((Ticket ticket) -> !ticket.call.isOwn())
                .thenComparingLong(ticket -> tags.applyAsLong(ticket.call.app()))
                .thenComparingLong(ticket -> ticket.number));
        return heads;
    }

    /** How many of the same kind go before that ticket, where apps take turns. */
    int ahead(Ticket ticket) {
        int own = 0;
        for (Ticket each : lines.getOrDefault(ticket.line, new ArrayDeque<>())) {
            if (each == ticket) {
                break;
            }
            own++;
        }
        int ahead = own;
        for (Map.Entry<Line, Deque<Ticket>> line : lines.entrySet()) {
            if (line.getKey().competesWith(ticket.line)) {
                ahead += Math.min(own + 1, line.getValue().size());
            }
        }
        return ahead;
    }

    int waiting(Line line) {
        Deque<Ticket> tickets = lines.get(line);
        return tickets == null ? 0 : tickets.size();
    }

    List<Ticket> find(Predicate<Ticket> condition) {
        List<Ticket> found = new ArrayList<>();
        for (Deque<Ticket> line : lines.values()) {
            for (Ticket ticket : line) {
                if (condition.test(ticket)) {
                    found.add(ticket);
                }
            }
        }
        return found;
    }

    long firstDeadline() {
        long first = Long.MAX_VALUE;
        for (Deque<Ticket> line : lines.values()) {
            for (Ticket ticket : line) {
                first = Math.min(first, ticket.deadline);
            }
        }
        return first;
    }

    Set<Line> lines() {
        return Set.copyOf(lines.keySet());
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }
}
