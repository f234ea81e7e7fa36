package dev.latchkey.gateway.facade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Everything that was promised to the users of a replaced system has a number, and a test whose name begins with it. The table
 * of them in the README is made here: what it should say is left in {@code target/rows.md}.
 */
class RowsTest {

    /** A family of numbers: its letter, how many there are, and whose they are. */
    private record Family(String letter, int rows, String of) {}

    /** Each line stands for one system; another system is another line. */
    private static final List<Family> FAMILIES = List.of(
            new Family("U", 18, "Trackeep's update check"),
            new Family("O", 36, "Trackeep's OAuth service"),
            new Family("C", 25, "Cat Feeder's helper"),
            new Family("K", 25, "packit's tokman"),
            new Family("R", 22, "Rocket.Chat's GitHub app"),
            new Family("X", 10, "all of them on one gateway"));

    private static final Path TESTS = Path.of("target", "test-classes", "dev", "latchkey", "gateway", "journey");
    private static final Path README = Path.of("..", "README.md");
    private static final Path WRITTEN = Path.of("target", "rows.md");
    private static final String BEGIN = "<!-- rows: made by RowsTest -->";
    private static final String END = "<!-- end of rows -->";
    private static final Pattern NUMBER = Pattern.compile("\\G([A-Z][0-9]{2})_");

    /** Tests by row, such as {@code U01}. */
    private static final Map<String, List<String>> TESTS_OF = new TreeMap<>();

    @BeforeAll
    static void find() throws Exception {
        try (Stream<Path> files = Files.list(TESTS)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith("Test.class")) {
                    add(Class.forName(
                            "dev.latchkey.gateway.journey." + name.substring(0, name.length() - ".class".length()),
                            false,
                            RowsTest.class.getClassLoader()));
                }
            }
        }
    }

    private static void add(Class<?> tests) {
        for (Method method : tests.getDeclaredMethods()) {
            boolean runs =
                    method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class);
            // A test may stand for more than one row.
            Matcher numbers = NUMBER.matcher(method.getName());
            while (runs && numbers.find()) {
                TESTS_OF.computeIfAbsent(numbers.group(1), row -> new ArrayList<>())
                        .add(tests.getSimpleName() + "." + method.getName());
            }
        }
        TESTS_OF.values().forEach(names -> names.sort(null));
    }

    private static List<String> rowsOf(Family family) {
        List<String> rows = new ArrayList<>();
        for (int number = 1; number <= family.rows(); number++) {
            rows.add(family.letter() + String.format("%02d", number));
        }
        return rows;
    }

    @Test
    void everyRowHasATestAndEveryNumberedTestARow() {
        TreeSet<String> rows = new TreeSet<>();
        FAMILIES.forEach(family -> rows.addAll(rowsOf(family)));

        assertThat(TESTS_OF.keySet()).containsExactlyElementsOf(rows);
    }

    @Test
    void theReadmeListsThem() throws IOException {
        String table = table();
        Files.writeString(WRITTEN, table);
        String readme = Files.readString(README).replace("\r\n", "\n");
        assumeThat(readme).as("the README has a place for the table").contains(BEGIN);

        assertThat(readme.substring(readme.indexOf(BEGIN) + BEGIN.length(), readme.indexOf(END))
                        .strip())
                .as("the README's table, which " + WRITTEN + " shows as it should be")
                .isEqualTo(table.strip());
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| row | test |\n|---|---|\n");
        for (Family family : FAMILIES) {
            table.append("| **")
                    .append(family.letter())
                    .append("** | ")
                    .append(family.of())
                    .append(" |\n");
            for (String row : rowsOf(family)) {
                List<String> tests = TESTS_OF.getOrDefault(row, List.of());
                table.append("| ")
                        .append(row)
                        .append(" | ")
                        .append(String.join(
                                ", ",
                                tests.stream().map(test -> '`' + test + '`').toList()))
                        .append(" |\n");
            }
        }
        return table.toString();
    }
}
