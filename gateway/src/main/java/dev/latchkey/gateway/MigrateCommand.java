package dev.latchkey.gateway;

import dev.latchkey.gateway.ops.migrate.Migration;
import dev.latchkey.gateway.ops.migrate.MigrationRefused;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code migrate oauth2-proxy [CONFIG...] [--to DIR] [--overwrite] [--accept-wider] [-- FLAG...]}: writes what another
 * gateway's configuration becomes here, tells what it could not keep, and looks at the result as {@code check} does.
 */
final class MigrateCommand {

    private static final String USAGE =
            "Say: migrate oauth2-proxy CONFIG... [--to DIR] [--overwrite] [--accept-wider] [-- FLAG...]\n"
                    + "A CONFIG is its TOML or YAML, a file of OAUTH2_PROXY_ variables, of flags, or a Kubernetes manifest.";

    private final PrintStream out;

    MigrateCommand(PrintStream out) {
        this.out = out;
    }

    /** @return the exit status: 0 if the result can be started, 1 otherwise */
    int run(List<String> arguments) {
        try {
            return migrate(Asked.in(arguments));
        } catch (MigrationRefused | IllegalArgumentException refused) {
            out.println(refused.getMessage());
            return 1;
        }
    }

    private int migrate(Asked asked) {
        Migration migration = Migration.of(asked.sources(), asked.flags());
        migration.remarks().forEach(out::println);
        if (migration.letsInMore() && !asked.wider()) {
            out.println("Nothing was written. Say --accept-wider if those may come in, too.");
            return 1;
        }
        migration.writeTo(asked.folder(), asked.overwrite());
        migration
                .files()
                .keySet()
                .forEach(name -> out.println("wrote " + asked.folder().resolve(name)));
        int status = new CheckCommand(out)
                .run(List.of(
                        asked.folder().resolve(Migration.ROUTES).toString(),
                        "--spring.config.additional-location=" + asked.folder().toUri()));
        if (status == 0) {
            out.println("Start it in " + asked.folder() + ": java -jar gateway.jar");
        }
        return status;
    }

    /** What the command line says. */
    private record Asked(List<Path> sources, List<String> flags, Path folder, boolean overwrite, boolean wider) {

        static Asked in(List<String> arguments) {
            if (arguments.size() < 2 || !arguments.get(0).equals("oauth2-proxy")) {
                throw new IllegalArgumentException(USAGE);
            }
            List<Path> sources = new ArrayList<>();
            Path folder = Path.of("latchkey");
            boolean overwrite = false;
            boolean wider = false;
            for (int i = 1; i < arguments.size(); i++) {
                String word = arguments.get(i);
                switch (word) {
                    case "--" -> {
                        return new Asked(sources, arguments.subList(i + 1, arguments.size()), folder, overwrite, wider);
                    }
                    case "--overwrite" -> overwrite = true;
                    case "--accept-wider" -> wider = true;
                    case "--to" -> folder = path(++i < arguments.size() ? arguments.get(i) : "");
                    default -> sources.add(path(word));
                }
            }
            return new Asked(sources, List.of(), folder, overwrite, wider);
        }

        private static Path path(String word) {
            if (word.isEmpty() || word.startsWith("-")) {
                throw new IllegalArgumentException(USAGE);
            }
            try {
                return Path.of(word);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(USAGE, e);
            }
        }
    }
}
