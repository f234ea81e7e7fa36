package dev.latchkey.gateway.installation;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.List;

/** The Apps of this gateway. The first that is for a repository's owner is the one asked. */
record Apps(List<App> all) {

    Apps {
        all = List.copyOf(all);
    }

    /** @throws Problem {@code installation.missing} if none is for that owner */
    App of(String owner) {
        return all.stream()
                .filter(app -> app.isFor(owner))
                .findFirst()
                .orElseThrow(() -> Problem.of(ProblemCode.INSTALLATION_MISSING));
    }
}
