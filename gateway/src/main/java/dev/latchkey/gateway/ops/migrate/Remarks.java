package dev.latchkey.gateway.ops.migrate;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What is collected on the way; the same twice is told once. */
final class Remarks {

    private final Set<Remark> all = new LinkedHashSet<>();

    void wider(String option, String words) {
        all.add(new Remark(Remark.Kind.WIDER, option, words));
    }

    void unsafe(String option, String words) {
        all.add(new Remark(Remark.Kind.UNSAFE, option, words));
    }

    void lost(String option, String words) {
        all.add(new Remark(Remark.Kind.LOST, option, words));
    }

    void changed(String option, String words) {
        all.add(new Remark(Remark.Kind.CHANGED, option, words));
    }

    /** Those that matter most first. */
    List<Remark> list() {
        return all.stream().sorted(Comparator.comparing(Remark::kind)).toList();
    }
}
