package dev.latchkey.gateway.ops.migrate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a configuration of oauth2-proxy becomes: properties, route files, and remarks on all that could not be kept, was
 * unsafe, or works differently. Nothing that it says or prints holds a secret; the file for secrets does.
 *
 * @param files texts by their names within the folder
 * @param remarks what matters most first
 */
public record Migration(Map<String, String> files, List<Remark> remarks) {

    public static final String PROPERTIES = "application.properties";
    public static final String SECRETS = "secrets.properties";
    public static final String ROUTES = "routes";

    private static final int LARGEST = 4 * 1024 * 1024;
    private static final String REMARKS = "migration.txt";
    private static final Set<String> NUMBERED = Set.of("latchkey.allowed-redirects", "latchkey.trusted-proxies");

    /**
     * Reads and converts.
     *
     * @param sources files in any of oauth2-proxy's forms; a flag counts more than the environment, that more than a file
     * @param flags further flags, as on its command line
     * @throws MigrationRefused if they cannot be read, or nothing can be made of them
     */
    public static Migration of(List<Path> sources, List<String> flags) {
        Remarks remarks = new Remarks();
        OldSettings settings = new OldSettings();
        sources.forEach(source -> new OldFile(source.toString(), settings, remarks).read(textOf(source)));
        if (!flags.isEmpty()) {
            new OldFile("the command line", settings, remarks).flags(flags);
        }
        Path folder = sources.isEmpty()
                ? Path.of("")
                : sources.get(0).toAbsolutePath().getParent();
        KnownOptions.tell(settings, remarks);
        List.of("config", "alpha_config").forEach(option -> tellOfFile(option, settings, sources, remarks));
        NewProperties properties = new NewProperties(settings, remarks);
        List<String> allow = new LetIn(settings, folder == null ? Path.of("") : folder, remarks).lines();
        List<String> open = new OpenPaths(remarks).lines(settings);
        Map<String, String> routes = new NewRoutes(settings, allow, open, remarks).files();
        Map<String, String> files = new LinkedHashMap<>();
        files.put(PROPERTIES, written(properties.plain(), !properties.secret().isEmpty()));
        if (!properties.secret().isEmpty()) {
            files.put(SECRETS, written(properties.secret(), false));
        }
        routes.forEach((name, text) -> files.put(ROUTES + '/' + name, text));
        List<Remark> told = remarks.list();
        files.put(
                REMARKS,
                String.join("", told.stream().map(remark -> remark + "\n").toList()));
        return new Migration(files, told);
    }

    /** A file that is only named may demand what is missing then. */
    private static void tellOfFile(String option, OldSettings settings, List<Path> sources, Remarks remarks) {
        String named = settings.text(option);
        if (named != null
                && sources.stream().noneMatch(source -> named.endsWith(String.valueOf(source.getFileName())))) {
            remarks.wider(option, named + " was not read, and what it demands is missing here; name it as well");
        }
    }

    private static String textOf(Path source) {
        try (InputStream in = Files.newInputStream(source)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new MigrationRefused(source + " is too large for a configuration");
            }
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new MigrationRefused(source + " is no text in UTF-8");
        } catch (IOException e) {
            throw new MigrationRefused(source + " cannot be read");
        }
    }

    /** Whether somebody would be let in who was not before: an operator should have said that this is well. */
    public boolean letsInMore() {
        return remarks.stream().anyMatch(remark -> remark.kind() == Remark.Kind.WIDER);
    }

    /**
     * Writes the files, that with secrets for its owner alone.
     *
     * @param overwrite whether files of these names may be replaced
     * @throws MigrationRefused if one is there and may not, or cannot be written; then none has been, or some have
     */
    public void writeTo(Path folder, boolean overwrite) {
        List<Path> there = files.keySet().stream()
                .map(folder::resolve)
                .filter(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS))
                .toList();
        if (!there.isEmpty() && !overwrite) {
            throw new MigrationRefused(there.get(0) + " is there already; choose another folder, or say --overwrite");
        }
        refuseOtherRoutes(folder.resolve(ROUTES));
        try {
            for (Map.Entry<String, String> file : files.entrySet()) {
                write(
                        folder.resolve(file.getKey()),
                        file.getValue(),
                        file.getKey().equals(SECRETS));
            }
        } catch (IOException e) {
            throw new MigrationRefused(
                    folder + " cannot be written to: " + e.getClass().getSimpleName());
        }
    }

    /** A route that somebody else wrote, or an earlier conversion, would be in force beside these. */
    private void refuseOtherRoutes(Path routes) {
        try (Stream<Path> there = Files.list(routes)) {
            there.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !files.containsKey(ROUTES + '/' + name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw new MigrationRefused(routes.resolve(name)
                                + " is there already and would stay in force; move it away, or choose another folder");
                    });
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new MigrationRefused(routes + " cannot be read");
        }
    }

    private static void write(Path file, String text, boolean secret) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.deleteIfExists(file);
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (secret && posix) {
            // With its rights from the beginning: nobody can open it in between.
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(file, text);
    }

    private static String written(Map<String, String> properties, boolean withSecrets) {
        StringBuilder text = new StringBuilder("# Converted from oauth2-proxy.\n");
        if (withSecrets) {
            text.append("spring.config.import=").append(SECRETS).append('\n');
        }
        properties.forEach((name, value) -> {
            if (NUMBERED.contains(name)) {
                String[] items = value.split(",");
                for (int i = 0; i < items.length; i++) {
                    line(text, name + '[' + i + ']', items[i]);
                }
            } else {
                line(text, name, value);
            }
        });
        return text.toString();
    }

    /** As {@link java.util.Properties} reads it back, and without what Spring would take for a placeholder. */
    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append('=');
        String plain = value.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("${", "\\\\${");
        text.append(plain.startsWith(" ") ? "\\" : "");
        // Such files are read as Latin-1.
        plain.chars().forEach(c -> text.append(c < 0x7f ? Character.toString(c) : String.format("\\u%04x", c)));
        text.append('\n');
    }

    /** Names only: the record's own form would print secrets. */
    @Override
    public String toString() {
        return "Migration" + files.keySet();
    }
}
