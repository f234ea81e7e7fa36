package dev.latchkey.gateway.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The routes in force. */
public final class Routes {

    private volatile RouteTable table;

    Routes(RouteTable table) {
        this.table = table;
    }

    @Nullable
    Route find(String host, String rawPath) {
        return table.find(host, rawPath);
    }

    /** Every route in force, in no particular order. */
    public List<Route> all() {
        return table.routes();
    }
}
