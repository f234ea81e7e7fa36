package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of route files, looked at again and again. What has not changed is not read again and keeps its very route;
 * what is wrong keeps the last version that was right.
 *
 * <p>A change counts once the file has stayed as it is from one look to the next, since an editor may be in the midst of
 * writing, and half a file can be a right one that lets more people in.
 */
public final class RouteFolder {

    private final Path folder;
    private final RouteFile.Setting setting;
    private Map<Path, RouteVersion> versions = new TreeMap<>();
    private final Map<Path, Pending> pending = new HashMap<>();

    public RouteFolder(Path folder) {
        this(folder, RouteFile.Setting.alone());
    }

    RouteFolder(Path folder, RouteFile.Setting setting) {
        this.folder = folder;
        this.setting = setting;
    }

    /** A state seen for the first time: a text, or null for no file. */
    private record Pending(@Nullable String text) {}

    /**
     * What there is to serve.
     *
     * @param faults of the newest version of each file, whether or not an older one still serves
     */
    record Contents(List<Route> routes, List<ConfigurationFault> faults) {}

    /** The routes of all files, adding to {@code faults} whatever is wrong with any of them. */
    List<Route> read(ConfigurationFaults faults) {
        Map<Path, RouteVersion> read = new TreeMap<>();
        for (Path file : files(faults)) {
            read.put(file, RouteVersion.read(file, RouteVersion.textOf(file), setting, null));
        }
        versions = AddressClaims.settle(read);
        Contents contents = contents();
        faults.addAll(contents.faults());
        return contents.routes();
    }

    /** Reads everything only to tell what is wrong with it, and how many routes there are. */
    public int check(ConfigurationFaults faults) {
        return read(faults).size();
    }

    /** Looks at the folder again; null if nothing is new, or not yet for sure. */
    @Nullable
    Contents look() {
        ConfigurationFaults unreadable = new ConfigurationFaults();
        List<Path> files = files(unreadable);
        if (!unreadable.isEmpty()) {
            // A folder that is away for a moment takes no route down.
            return null;
        }
        Map<Path, RouteVersion> next = new TreeMap<>();
        files.forEach(file -> next.put(file, current(file)));
        next.values().removeIf(version -> version == RouteVersion.NOT_YET);
        versions.forEach((file, version) -> {
            if (!next.containsKey(file) && !files.contains(file) && !isSettled(file, null)) {
                next.put(file, version);
            }
        });
        pending.keySet().removeIf(file -> !files.contains(file) && !versions.containsKey(file));
        if (next.equals(versions)) {
            versions = next;
            return null;
        }
        versions = AddressClaims.settle(next);
        return contents();
    }

    /** True while a change waits to be seen a second time. */
    boolean isWaiting() {
        return !pending.isEmpty();
    }

    private RouteVersion current(Path file) {
        RouteVersion known = versions.get(file);
        if (known != null && known.isSurelySame(file)) {
            pending.remove(file);
            return known;
        }
        String text = RouteVersion.textOf(file);
        if (known != null && known.hasText(text)) {
            pending.remove(file);
            return known.seenAgain(file);
        }
        if (isSettled(file, text)) {
            return RouteVersion.read(file, text, setting, known);
        }
        return known == null ? RouteVersion.NOT_YET : known;
    }

    private boolean isSettled(Path file, @Nullable String text) {
        Pending seen = new Pending(text);
        if (seen.equals(pending.put(file, seen))) {
            pending.remove(file);
            return true;
        }
        return false;
    }

    private Contents contents() {
        List<Route> routes = new ArrayList<>();
        List<ConfigurationFault> faults = new ArrayList<>();
        versions.values().forEach(version -> {
            if (version.serving() != null) {
                routes.add(version.serving());
            }
            faults.addAll(version.faults());
        });
        return new Contents(List.copyOf(routes), List.copyOf(faults));
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
        return (name.endsWith(".yaml") || name.endsWith(".yml")) && !name.startsWith(".");
    }
}
