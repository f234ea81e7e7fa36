package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A folder of route files, read as a whole: either all of it is right, or every fault in it is told. */
public final class RouteFolder {

    private final Path folder;

    public RouteFolder(Path folder) {
        this.folder = folder;
    }

    /** The routes of all files, adding to {@code faults} whatever is wrong with any of them. */
    List<Route> read(ConfigurationFaults faults) {
        List<Route> routes = new ArrayList<>();
        for (Path file : files(faults)) {
            RouteFile.read(file, faults).ifPresent(routes::add);
        }
        refuseSharedAddresses(routes, faults);
        return routes;
    }

    /** Reads everything only to tell what is wrong with it, and how many routes there are. */
    public int check(ConfigurationFaults faults) {
        return read(faults).size();
    }

    private List<Path> files(ConfigurationFaults faults) {
        if (!Files.isDirectory(folder)) {
            faults.add(
                    "latchkey.routes",
                    "there is no folder '" + folder + "'",
                    "Make the folder and put a route file into it, or set latchkey.routes to the folder you have.");
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(RouteFolder::isRouteFile).sorted().toList();
        } catch (IOException e) {
            faults.add("latchkey.routes", "'" + folder + "' cannot be read", "Give the gateway's user read access.");
            return List.of();
        }
    }

    private static boolean isRouteFile(Path file) {
        String name = file.getFileName().toString();
        return (name.endsWith(".yaml") || name.endsWith(".yml")) && !name.startsWith(".") && Files.isRegularFile(file);
    }

    private static void refuseSharedAddresses(List<Route> routes, ConfigurationFaults faults) {
        Map<String, Route> claimed = new HashMap<>();
        for (Route route : routes) {
            String address =
                    (route.host() == null ? "" : route.host()) + route.path().getPatternString();
            Route other = claimed.putIfAbsent(address, route);
            if (other != null) {
                faults.add(
                        "route " + route.id(),
                        "it claims the same host and path as route " + other.id() + ": " + address,
                        "Change host or path of one of them.");
            }
        }
    }
}
