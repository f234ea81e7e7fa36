package dev.latchkey.gateway.github.pace;

import java.util.Map;

/** How large an app's share is beside the others'; the gateway itself has as much as ten. */
record Weights(Map<String, Integer> byApp) {

    private static final int OWN = 10;

    int of(String app) {
        return Call.OWN.equals(app) ? OWN : byApp.getOrDefault(app, 1);
    }
}
