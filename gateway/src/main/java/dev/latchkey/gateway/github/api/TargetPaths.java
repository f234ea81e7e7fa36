package dev.latchkey.gateway.github.api;

import java.util.Locale;

/**
 * Which paths could lead out of the API, for whoever decodes them: those with a dot segment, be its dots or the slashes
 * around it escaped or not.
 */
public final class TargetPaths {

    private TargetPaths() {}

    public static boolean escapes(String path) {
        if (path.indexOf("..") < 0 && path.indexOf('%') < 0 && path.indexOf("/.") < 0 && path.indexOf('\\') < 0) {
            return false;
        }
        String plain = path.toLowerCase(Locale.ROOT)
                .replace("%2e", ".")
                .replace("%2f", "/")
                .replace("%5c", "/")
                .replace('\\', '/');
        for (String segment : plain.split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                return true;
            }
        }
        return false;
    }
}
