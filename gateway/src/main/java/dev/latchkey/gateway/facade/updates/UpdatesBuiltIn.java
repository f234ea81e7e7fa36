package dev.latchkey.gateway.facade.updates;

import dev.latchkey.gateway.route.BuiltIn;
import dev.latchkey.gateway.web.ErrorDialect;
import java.util.List;

/** {@code to: builtin:updates}. */
final class UpdatesBuiltIn implements BuiltIn {

    static final String NAME = "updates";
    static final String CHECK = "/api/updates/check";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> paths() {
        return List.of(CHECK);
    }

    /** Whoever writes the family's path means all of it: the check is answered, and its siblings are not there. */
    @Override
    public List<String> areas() {
        return List.of("/api/updates/**");
    }

    /** What its clients show to people; a route that says {@code errors: problem} has 401 instead of their 503. */
    @Override
    public ErrorDialect errors() {
        return ErrorDialect.TRACKEEP;
    }

    @Override
    public boolean takesIdentity() {
        return true;
    }
}
